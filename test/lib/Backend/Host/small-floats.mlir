// f16 and bf16 without instructions for them, against the machine's f16c: all
// f16 values, a walk through f32, values where f64 must not round twice.
// RUN: tern-backend %s --run=walk_all --features=+avx2,+f16c | FileCheck %s --check-prefix=WALK
// RUN: tern-backend %s --run=walk_all --features= | FileCheck %s --check-prefix=WALK
// RUN: tern-backend %s --run=walk_all --rvv | FileCheck %s --check-prefix=WALK
// RUN: tern-backend %s --features= | FileCheck %s --check-prefix=CALLS
// RUN: tern-backend %s --rvv | FileCheck %s --check-prefix=CALLS
// RUN: tern-backend %s --run=main --features=+avx2,+f16c --input=1.00048828125091,65519.999,65520,1e-8,-2.98023223876953125e-8,2.98023225e-8,-1.00390625 | FileCheck %s
// RUN: tern-backend %s --run=main --features= --input=1.00048828125091,65519.999,65520,1e-8,-2.98023223876953125e-8,2.98023225e-8,-1.00390625 | FileCheck %s
// RUN: tern-backend %s --run=main --rvv --input=1.00048828125091,65519.999,65520,1e-8,-2.98023223876953125e-8,2.98023225e-8,-1.00390625 | FileCheck %s
// RUN: tern-backend %s --c --run=main --input=1.00048828125091,65519.999,65520,1e-8,-2.98023223876953125e-8,2.98023225e-8,-1.00390625 | FileCheck %s

// WALK: widened: -612368384
// WALK: narrowed: 962479858
// CALLS-NOT: __extend
// CALLS-NOT: __trunc

// 1 + 2^-11 and a little rounds up; half the least subnormal rounds to even.
// CHECK: half: 1.00097656 65504 inf 0 -0 5.96046448e-08 -1.00390625
// CHECK: brain: 1 65536 65536 1.00117177e-08 -2.98023224e-08 2.98023224e-08 -1
// CHECK: sum: 1.50097656 65504 inf 0.5 0.5 0.5 -0.50390625

module attributes {kern.model = "small-floats"} {
  func.func private @narrow(%lo: index, %hi: index, %x: memref<7xf64>,
                            %h: memref<7xf16>, %b: memref<7xbf16>,
                            %s: memref<7xf16>)
      attributes {kern.kernel, kern.layer = "narrow"} {
    %c1 = arith.constant 1 : index
    %half = arith.constant 0.5 : f16
    scf.for %i = %lo to %hi step %c1 {
      %v = memref.load %x[%i] : memref<7xf64>
      %0 = arith.truncf %v : f64 to f16
      memref.store %0, %h[%i] : memref<7xf16>
      %1 = arith.truncf %v : f64 to bf16
      memref.store %1, %b[%i] : memref<7xbf16>
      %2 = arith.addf %0, %half : f16
      memref.store %2, %s[%i] : memref<7xf16>
    }
    return
  }
  func.func private @walk(%lo: index, %hi: index, %wide: memref<1xi32>,
                          %small: memref<1xi32>)
      attributes {kern.kernel, kern.layer = "walk"} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %all = arith.constant 65536 : index
    %many = arith.constant 1000000 : index
    %stride = arith.constant 4099 : i32
    %prime = arith.constant 31 : i32
    %zero = arith.constant 0 : i32
    scf.for %i = %lo to %hi step %c1 {
      %0 = scf.for %j = %c0 to %all step %c1 iter_args(%sum = %zero) -> i32 {
        %bits = arith.index_cast %j : index to i16
        %h = arith.bitcast %bits : i16 to f16
        %f = arith.extf %h : f16 to f32
        %number = arith.cmpf ord, %f, %f : f32
        %value = arith.bitcast %f : f32 to i32
        %kept = arith.select %number, %value, %zero : i32
        %scaled = arith.muli %sum, %prime : i32
        %next = arith.addi %scaled, %kept : i32
        scf.yield %next : i32
      }
      memref.store %0, %wide[%c0] : memref<1xi32>
      %1 = scf.for %j = %c0 to %many step %c1 iter_args(%sum = %zero) -> i32 {
        %index = arith.index_cast %j : index to i32
        %bits = arith.muli %index, %stride : i32
        %f = arith.bitcast %bits : i32 to f32
        %number = arith.cmpf ord, %f, %f : f32
        %h = arith.truncf %f : f32 to f16
        %code = arith.bitcast %h : f16 to i16
        %value = arith.extui %code : i16 to i32
        %kept = arith.select %number, %value, %zero : i32
        %scaled = arith.muli %sum, %prime : i32
        %next = arith.addi %scaled, %kept : i32
        scf.yield %next : i32
      }
      memref.store %1, %small[%c0] : memref<1xi32>
    }
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>,
                  %x: memref<?xi8>, %h: memref<?xi8>, %b: memref<?xi8>,
                  %s: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 0 : i64,
                  kern.inputs = [#kern.tensor<"x", "double", [7], -1>],
                  kern.outputs = [#kern.tensor<"half", "float16", [7], -1>,
                                  #kern.tensor<"brain", "bfloat16", [7], -1>,
                                  #kern.tensor<"sum", "float16", [7], -1>]} {
    %0 = kern.view %x[0] : memref<?xi8> to memref<7xf64>
    %1 = kern.view %h[0] : memref<?xi8> to memref<7xf16>
    %2 = kern.view %b[0] : memref<?xi8> to memref<7xbf16>
    %3 = kern.view %s[0] : memref<?xi8> to memref<7xf16>
    kern.launch @narrow grid 7 (%0, %1, %2, %3) : memref<7xf64>, memref<7xf16>, memref<7xbf16>, memref<7xf16>
    return
  }
  func.func @walk_all(%weights: memref<?xi8>, %workspace: memref<?xi8>,
                      %a: memref<?xi8>, %b: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 0 : i64, kern.inputs = [],
                  kern.outputs = [#kern.tensor<"widened", "int32", [1], -1>,
                                  #kern.tensor<"narrowed", "int32", [1], -1>]} {
    %0 = kern.view %a[0] : memref<?xi8> to memref<1xi32>
    %1 = kern.view %b[0] : memref<?xi8> to memref<1xi32>
    kern.launch @walk grid 1 (%0, %1) : memref<1xi32>, memref<1xi32>
    return
  }
}
