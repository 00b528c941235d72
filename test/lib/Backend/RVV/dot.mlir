// Scalable dots of depth 1: widening instructions, no fixed length, and the
// same integers at every VLEN. The kernel walks its 64 columns by the number
// of lanes that the machine has.
// RUN: tern-backend %s --rvv | FileCheck %s --check-prefix=ASM
// RUN: tern-backend %s --rvv --run=main --input=255,254,0,1,7 --input=-128 --vlen=128 | FileCheck %s
// RUN: tern-backend %s --rvv --run=main --input=255,254,0,1,7 --input=-128 --vlen=512 | FileCheck %s

// ASM-LABEL: tern.kernel.dot:
// ASM-NOT: vsetivli
// ASM: vwmulsu.v{{[xv]}}
// ASM: vwadd.wv
// ASM-NOT: vsetivli
// ASM: .size tern.kernel.dot

// CHECK: y: -32640 -32512 0 -128 -896 -896

module attributes {kern.model = "dot"} {
  func.func private @dot(%lo: index, %hi: index, %w: memref<64xi8>,
                         %a: memref<1xi8>, %y: memref<64xi32>)
      attributes {kern.kernel, kern.layer = "dot"} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c8 = arith.constant 8 : index
    %c64 = arith.constant 64 : index
    %zero = arith.constant 0 : i32
    %vscale = vector.vscale
    %lanes = arith.muli %vscale, %c8 : index
    scf.for %i = %lo to %hi step %c1 {
      scf.for %j = %c0 to %c64 step %c1 {
        memref.store %zero, %y[%j] : memref<64xi32>
      }
      scf.for %j = %c0 to %c64 step %lanes {
        %codes = vector.load %w[%j] : memref<64xi8>, vector<[8]xi8>
        %x = vector.load %a[%c0] : memref<1xi8>, vector<1xi8>
        %old = vector.load %y[%j] : memref<64xi32>, vector<[8]xi32>
        %sum = kern.dot %old, %codes, %x : vector<[8]xi32>, vector<[8]xi8>, vector<1xi8>
        vector.store %sum, %y[%j] : memref<64xi32>, vector<[8]xi32>
      }
    }
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>,
                  %w: memref<?xi8>, %a: memref<?xi8>, %y: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 0 : i64,
                  kern.inputs = [#kern.tensor<"w", "uint8", [64], -1>,
                                 #kern.tensor<"a", "int8", [1], -1>],
                  kern.outputs = [#kern.tensor<"y", "int32", [64], -1>]} {
    %0 = kern.view %w[0] : memref<?xi8> to memref<64xi8>
    %1 = kern.view %a[0] : memref<?xi8> to memref<1xi8>
    %2 = kern.view %y[0] : memref<?xi8> to memref<64xi32>
    kern.launch @dot grid 1 (%0, %1, %2) : memref<64xi8>, memref<1xi8>, memref<64xi32>
    return
  }
}
