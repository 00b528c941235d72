// Inputs that each lane looks up for itself, times signed codes of four bits: one vpshufb,
// and vpmaddubsw for codes and for their offset.
// RUN: tern-backend %s --features=+avx2 | FileCheck %s --check-prefix=AVX2
// RUN: tern-backend %s --run=main --input=128,31,112,255 --input=0,5,2,7 --input=-128,1,2,3,4,5,6,127 --features=+avx2 | FileCheck %s
// RUN: tern-backend %s --features=+avx512f,+avx512bw,+avx512vl,+avx512vnni | FileCheck %s --check-prefix=VNNI
// RUN: tern-backend %s --run=main --input=128,31,112,255 --input=0,5,2,7 --input=-128,1,2,3,4,5,6,127 --features= | FileCheck %s
// RUN: tern-backend %s --c --run=main --input=128,31,112,255 --input=0,5,2,7 --input=-128,1,2,3,4,5,6,127 | FileCheck %s

// AVX2-LABEL: tern.kernel.own:
// AVX2: vpbroadcastq
// AVX2: vpshufb {{.*}}%ymm
// AVX2-COUNT-2: vpmaddubsw {{.*}}%ymm
// AVX2: vpmaddwd
// AVX2: retq

// VNNI-LABEL: tern.kernel.own:
// VNNI: vpshufb
// VNNI: vpdpbusd

// Codes 0, 15, 0, 15 less 8: -8, 7, -8, 7; inputs -128, 5, 2, 127.
// -8 * -128 + 7 * 5 - 8 * 2 + 7 * 127 = 1932; in other lanes 4 * 7 * 127 = 3556.
// CHECK: y: 1932 3556 3556

module attributes {kern.model = "own"} {
  func.func private @own(%lo: index, %hi: index, %w: memref<32xi8>,
                         %p: memref<32xi8>, %a: memref<8xi8>, %y: memref<8xi32>)
      attributes {kern.kernel, kern.layer = "own"} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %zero = arith.constant dense<0> : vector<8xi32>
    %eight = arith.constant dense<8> : vector<32xi8>
    scf.for %i = %lo to %hi step %c1 {
      %bytes = vector.load %w[%c0] : memref<32xi8>, vector<32xi8>
      %at = vector.load %p[%c0] : memref<32xi8>, vector<32xi8>
      %table = vector.load %a[%c0] : memref<8xi8>, vector<8xi8>
      %codes = kern.unpack %bytes bits 4 field 0 : vector<32xi8>
      %numbers = arith.subi %codes, %eight : vector<32xi8>
      %own = kern.lookup %table, %at : vector<8xi8>, vector<32xi8>
      %sum = kern.dot %zero, %numbers, %own signed_weights : vector<8xi32>, vector<32xi8>, vector<32xi8>
      vector.store %sum, %y[%c0] : memref<8xi32>, vector<8xi32>
    }
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>,
                  %w: memref<?xi8>, %p: memref<?xi8>, %a: memref<?xi8>,
                  %y: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 0 : i64,
                  kern.inputs = [#kern.tensor<"w", "uint8", [32], -1>,
                                 #kern.tensor<"p", "uint8", [32], -1>,
                                 #kern.tensor<"a", "int8", [8], -1>],
                  kern.outputs = [#kern.tensor<"y", "int32", [8], -1>]} {
    %0 = kern.view %w[0] : memref<?xi8> to memref<32xi8>
    %1 = kern.view %p[0] : memref<?xi8> to memref<32xi8>
    %2 = kern.view %a[0] : memref<?xi8> to memref<8xi8>
    %3 = kern.view %y[0] : memref<?xi8> to memref<8xi32>
    kern.launch @own grid 1 (%0, %1, %2, %3) : memref<32xi8>, memref<32xi8>, memref<8xi8>, memref<8xi32>
    return
  }
}
