// A table of 16 floats for 8 codes: with AVX2 two permutations and a choice, a tree
// of choices without; every code.
// RUN: tern-backend %s --features=+avx2 | FileCheck %s --check-prefix=AVX2
// RUN: tern-backend %s --run=main --input=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15 --features=+avx2 | FileCheck %s
// RUN: tern-backend %s --run=main --input=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15 --features= | FileCheck %s
// RUN: tern-backend %s --c --run=main --input=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15 | FileCheck %s

// AVX2-LABEL: tern.kernel.lut:
// AVX2-COUNT-2: vperm{{ps|d}}
// AVX2: vblendvps
// CHECK: y: 0 0.5 1 1.5 2 3 4 6 -0 -0.5 -1 -1.5 -2 -3 -4 -6

module attributes {kern.model = "lut"} {
  func.func private @lut(%lo: index, %hi: index, %w: memref<16xi8>, %y: memref<16xf32>)
      attributes {kern.kernel, kern.layer = "lut"} {
    %c8 = arith.constant 8 : index
    %c1 = arith.constant 1 : index
    scf.for %i = %lo to %hi step %c1 {
      %at = arith.muli %i, %c8 : index
      %codes = vector.load %w[%at] : memref<16xi8>, vector<8xi8>
      %x = kern.lut %codes of [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, -0.0, -0.5, -1.0, -1.5, -2.0, -3.0, -4.0, -6.0] : vector<8xi8> to vector<8xf32>
      vector.store %x, %y[%at] : memref<16xf32>, vector<8xf32>
    }
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>,
                  %w: memref<?xi8>, %y: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 0 : i64,
                  kern.inputs = [#kern.tensor<"w", "uint8", [16], -1>],
                  kern.outputs = [#kern.tensor<"y", "float", [16], -1>]} {
    %0 = kern.view %w[0] : memref<?xi8> to memref<16xi8>
    %1 = kern.view %y[0] : memref<?xi8> to memref<16xf32>
    kern.launch @lut grid 2 (%0, %1) : memref<16xi8>, memref<16xf32>
    return
  }
}
