// Dots of codes of 2 bits into one accumulator: one vpmaddubsw each, added in
// 16 bits, widened once; at the extremes of the inputs, and with either sign.
// RUN: tern-backend %s --features=+avx2 | FileCheck %s --check-prefix=AVX2
// RUN: tern-backend %s --run=main --input=255,0,27 --input=-128,127,-128,127,-1,0,1,-128,-128,-128,-128,-128,5,6,7,8 --features=+avx2 | FileCheck %s
// RUN: tern-backend %s --run=main --input=255,0,27 --input=-128,127,-128,127,-1,0,1,-128,-128,-128,-128,-128,5,6,7,8 --features= | FileCheck %s
// RUN: tern-backend %s --c --run=main --input=255,0,27 --input=-128,127,-128,127,-1,0,1,-128,-128,-128,-128,-128,5,6,7,8 | FileCheck %s

// AVX2-LABEL: tern.kernel.chain:
// AVX2-COUNT-4: vpmaddubsw {{.*}}%ymm
// AVX2-COUNT-1: vpmaddwd {{.*}}%ymm
// AVX2-NOT: vpmadd
// AVX2: retq

// 255 has the codes 3, 3, 3, 3 and 27 has 3, 2, 1, 0, from the lowest field on.
// Lane 0 has the bytes 255, 0, 27, 27; the others 27 only.
// field 0: 3*-128 + 0 + 3*-128 + 3*127 = -387     3*(-128 + 127 - 128 + 127) = -6
// field 1: 3*-1 + 0 + 2*1 + 2*-128 = -257         2*(-1 + 0 + 1 - 128) = -256
// field 2: 3*-128 + 0 + 1*-128 + 1*-128 = -640    1*(4*-128) = -512
// field 3: 3*5 + 0 + 0*7 + 0*8 = 15               0
// CHECK: y: -1269 -774 -774

module attributes {kern.model = "chain"} {
  func.func private @chain(%lo: index, %hi: index, %w: memref<32xi8>,
                           %a: memref<16xi8>, %y: memref<8xi32>)
      attributes {kern.kernel, kern.layer = "chain"} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %c8 = arith.constant 8 : index
    %c12 = arith.constant 12 : index
    %zero = arith.constant dense<0> : vector<8xi32>
    scf.for %i = %lo to %hi step %c1 {
      %bytes = vector.load %w[%c0] : memref<32xi8>, vector<32xi8>
      %w0 = kern.unpack %bytes bits 2 field 0 : vector<32xi8>
      %w1 = kern.unpack %bytes bits 2 field 1 : vector<32xi8>
      %w2 = kern.unpack %bytes bits 2 field 2 : vector<32xi8>
      %w3 = kern.unpack %bytes bits 2 field 3 : vector<32xi8>
      %a0 = vector.load %a[%c0] : memref<16xi8>, vector<4xi8>
      %a1 = vector.load %a[%c4] : memref<16xi8>, vector<4xi8>
      %a2 = vector.load %a[%c8] : memref<16xi8>, vector<4xi8>
      %a3 = vector.load %a[%c12] : memref<16xi8>, vector<4xi8>
      %s0 = kern.dot %zero, %w0, %a0 : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s1 = kern.dot %s0, %w1, %a1 : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s2 = kern.dot %s1, %w2, %a2 : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s3 = kern.dot %s2, %w3, %a3 : vector<8xi32>, vector<32xi8>, vector<4xi8>
      vector.store %s3, %y[%c0] : memref<8xi32>, vector<8xi32>
    }
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>,
                  %w: memref<?xi8>, %a: memref<?xi8>, %y: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 0 : i64,
                  kern.inputs = [#kern.tensor<"w", "uint8", [32], -1>,
                                 #kern.tensor<"a", "int8", [16], -1>],
                  kern.outputs = [#kern.tensor<"y", "int32", [8], -1>]} {
    %0 = kern.view %w[0] : memref<?xi8> to memref<32xi8>
    %1 = kern.view %a[0] : memref<?xi8> to memref<16xi8>
    %2 = kern.view %y[0] : memref<?xi8> to memref<8xi32>
    kern.launch @chain grid 1 (%0, %1, %2) : memref<32xi8>, memref<16xi8>, memref<8xi32>
    return
  }
}
