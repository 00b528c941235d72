// A whole number becomes an integer by the current rounding mode; any other one
// is truncated.
// RUN: tern-backend %s --rvv --emit=llvm | FileCheck %s
// RUN: tern-backend %s --rvv --run=main --input=0.5,1.5,-2.5,7.9 | FileCheck %s --check-prefix=VALUE

// CHECK: @llvm.lrint
// CHECK: fptosi
// VALUE: rounded: 0 2 -2 8
// VALUE: truncated: 0 1 -2 7
module attributes {kern.model = "convert"} {
  func.func private @round(%lo: index, %hi: index, %x: memref<4xf32>,
                           %y: memref<4xi32>)
      attributes {kern.kernel, kern.layer = "round"} {
    %c1 = arith.constant 1 : index
    %least = arith.constant -100.0 : f32
    scf.for %i = %lo to %hi step %c1 {
      %0 = memref.load %x[%i] : memref<4xf32>
      %1 = math.roundeven %0 : f32
      %2 = arith.maxnumf %1, %least : f32
      %3 = arith.fptosi %2 : f32 to i32
      memref.store %3, %y[%i] : memref<4xi32>
    }
    return
  }
  func.func private @truncate(%lo: index, %hi: index, %x: memref<4xf32>,
                              %y: memref<4xi32>)
      attributes {kern.kernel, kern.layer = "truncate"} {
    %c1 = arith.constant 1 : index
    scf.for %i = %lo to %hi step %c1 {
      %0 = memref.load %x[%i] : memref<4xf32>
      %1 = arith.fptosi %0 : f32 to i32
      memref.store %1, %y[%i] : memref<4xi32>
    }
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>,
                  %x: memref<?xi8>, %y: memref<?xi8>, %z: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 0 : i64,
                  kern.inputs = [#kern.tensor<"x", "float", [4], -1>],
                  kern.outputs = [#kern.tensor<"rounded", "int32", [4], -1>,
                                  #kern.tensor<"truncated", "int32", [4], -1>]} {
    %0 = kern.view %x[0] : memref<?xi8> to memref<4xf32>
    %1 = kern.view %y[0] : memref<?xi8> to memref<4xi32>
    %2 = kern.view %z[0] : memref<?xi8> to memref<4xi32>
    kern.launch @round grid 4 (%0, %1) : memref<4xf32>, memref<4xi32>
    kern.launch @truncate grid 4 (%0, %2) : memref<4xf32>, memref<4xi32>
    return
  }
}
