// A dot of depth 4 on 16 lanes: the instruction each machine has, and the
// same exact integers from all of them.
// RUN: tern-backend %s --features=+avx512f,+avx512bw,+avx512vl,+avx512vnni | FileCheck %s --check-prefix=VNNI
// RUN: tern-backend %s --features=+avx2 | FileCheck %s --check-prefix=AVX2
// RUN: tern-backend %s --features= | FileCheck %s --check-prefix=SSE2
// RUN: tern-backend %s --run=main --input=255,254,0,1,7 --input=-128,127,-1,5 --features=+avx2 | FileCheck %s
// RUN: tern-backend %s --run=main --input=255,254,0,1,7 --input=-128,127,-1,5 --features= | FileCheck %s
// RUN: tern-backend %s --run=mixed_signs --input=-128,127,0,1,-7 --input=255,254,0,1 --features=+avx2 | FileCheck %s --check-prefix=MIXED
// RUN: tern-backend %s --c --run=mixed_signs --input=-128,127,0,1,-7 --input=255,254,0,1 | FileCheck %s --check-prefix=MIXED

// VNNI-LABEL: tern.kernel.dot:
// VNNI: vpdpbusd {{.*}}%zmm
// VNNI-NOT: vpdpbusd
// VNNI: retq

// AVX2-LABEL: tern.kernel.dot:
// AVX2-NOT: vpmaddubsw
// AVX2-COUNT-4: vpmaddwd {{.*}}%ymm
// AVX2-NOT: vpmaddwd
// AVX2: retq

// SSE2-LABEL: tern.kernel.dot:
// SSE2-COUNT-8: pmaddwd
// SSE2-NOT: pmaddwd
// SSE2: retq

// 255*-128 + 254*127 + 0*-1 + 1*5 = -377; 7 * (-128 + 127 - 1 + 5) = 21
// CHECK: y: -377 21 21
// -128*255 + 127*254 + 0*0 + 1*1 = -381; -7 * (255 + 254 + 0 + 1) = -3570
// MIXED: y: -381 -3570

module attributes {kern.model = "dot"} {
  func.func private @dot(%lo: index, %hi: index, %w: memref<64xi8>,
                         %a: memref<4xi8>, %y: memref<16xi32>)
      attributes {kern.kernel, kern.layer = "dot"} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %zero = arith.constant dense<0> : vector<16xi32>
    scf.for %i = %lo to %hi step %c1 {
      %codes = vector.load %w[%c0] : memref<64xi8>, vector<64xi8>
      %x = vector.load %a[%c0] : memref<4xi8>, vector<4xi8>
      %sum = kern.dot %zero, %codes, %x : vector<16xi32>, vector<64xi8>, vector<4xi8>
      vector.store %sum, %y[%c0] : memref<16xi32>, vector<16xi32>
    }
    return
  }
  func.func private @mixed(%lo: index, %hi: index, %w: memref<64xi8>,
                           %a: memref<4xi8>, %y: memref<16xi32>)
      attributes {kern.kernel, kern.layer = "mixed"} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %zero = arith.constant dense<0> : vector<16xi32>
    scf.for %i = %lo to %hi step %c1 {
      %codes = vector.load %w[%c0] : memref<64xi8>, vector<64xi8>
      %x = vector.load %a[%c0] : memref<4xi8>, vector<4xi8>
      %sum = kern.dot %zero, %codes, %x signed_weights unsigned_input : vector<16xi32>, vector<64xi8>, vector<4xi8>
      vector.store %sum, %y[%c0] : memref<16xi32>, vector<16xi32>
    }
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>,
                  %w: memref<?xi8>, %a: memref<?xi8>, %y: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 0 : i64,
                  kern.inputs = [#kern.tensor<"w", "uint8", [64], -1>,
                                 #kern.tensor<"a", "int8", [4], -1>],
                  kern.outputs = [#kern.tensor<"y", "int32", [16], -1>]} {
    %0 = kern.view %w[0] : memref<?xi8> to memref<64xi8>
    %1 = kern.view %a[0] : memref<?xi8> to memref<4xi8>
    %2 = kern.view %y[0] : memref<?xi8> to memref<16xi32>
    kern.launch @dot grid 1 (%0, %1, %2) : memref<64xi8>, memref<4xi8>, memref<16xi32>
    return
  }
  func.func @mixed_signs(%weights: memref<?xi8>, %workspace: memref<?xi8>,
                         %w: memref<?xi8>, %a: memref<?xi8>, %y: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 0 : i64,
                  kern.inputs = [#kern.tensor<"w", "int8", [64], -1>,
                                 #kern.tensor<"a", "uint8", [4], -1>],
                  kern.outputs = [#kern.tensor<"y", "int32", [16], -1>]} {
    %0 = kern.view %w[0] : memref<?xi8> to memref<64xi8>
    %1 = kern.view %a[0] : memref<?xi8> to memref<4xi8>
    %2 = kern.view %y[0] : memref<?xi8> to memref<16xi32>
    kern.launch @mixed grid 1 (%0, %1, %2) : memref<64xi8>, memref<4xi8>, memref<16xi32>
    return
  }
}
