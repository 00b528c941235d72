// 32 codes, with AVX2, are permuted, and floats are put together from bytes, of
// which only two are not 0 in this table; every code.
// RUN: tern-backend %s --features=+avx2 | FileCheck %s --check-prefix=AVX2
// RUN: tern-backend %s --run=main --input=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,15,14,13,12,11,10,9,8,7,6,5,4,3,2,1,0 --features=+avx2 | FileCheck %s
// RUN: tern-backend %s --run=main --input=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,15,14,13,12,11,10,9,8,7,6,5,4,3,2,1,0 --features= | FileCheck %s
// RUN: tern-backend %s --c --run=main --input=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,15,14,13,12,11,10,9,8,7,6,5,4,3,2,1,0 | FileCheck %s

// AVX2-LABEL: tern.kernel.lut_bytes:
// AVX2-COUNT-3: vpshufb {{.*}}%ymm
// AVX2-NOT: vpshufb
// CHECK: y: 0 1 2 3 4 6 8 127 0 -1 -2 -3 -4 -6 -8 -128 -128 -8 -6 -4 -3 -2 -1 0 127 8 6 4 3 2 1 0

module attributes {kern.model = "lut_bytes"} {
  func.func private @lut_bytes(%lo: index, %hi: index, %w: memref<32xi8>, %y: memref<32xf32>)
      attributes {kern.kernel, kern.layer = "lut_bytes"} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    scf.for %i = %lo to %hi step %c1 {
      %codes = vector.load %w[%c0] : memref<32xi8>, vector<32xi8>
      %x = kern.lut %codes of [0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 127.0, 0.0, -1.0, -2.0, -3.0, -4.0, -6.0, -8.0, -128.0] : vector<32xi8> to vector<32xf32>
      vector.store %x, %y[%c0] : memref<32xf32>, vector<32xf32>
    }
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>,
                  %w: memref<?xi8>, %y: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 0 : i64,
                  kern.inputs = [#kern.tensor<"w", "uint8", [32], -1>],
                  kern.outputs = [#kern.tensor<"y", "float", [32], -1>]} {
    %0 = kern.view %w[0] : memref<?xi8> to memref<32xi8>
    %1 = kern.view %y[0] : memref<?xi8> to memref<32xf32>
    kern.launch @lut_bytes grid 1 (%0, %1) : memref<32xi8>, memref<32xf32>
    return
  }
}
