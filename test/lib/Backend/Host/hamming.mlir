// A chain of 40 steps counts more than bytes hold: lane 0 differs in all bits,
// lane 1 in 7, the others, whose weights are 255, in 16.
// RUN: tern-backend %s --features=+avx2,+popcnt | FileCheck %s --check-prefix=AVX2
// RUN: tern-backend %s --features=+avx512f,+avx512bw,+avx512vl,+avx512vpopcntdq | FileCheck %s --check-prefix=VPOPCNT
// RUN: tern-backend %s --run=main --input=255,0,255,0,3,7,0,255 --input=0,255,0,255 --features=+avx2 | FileCheck %s
// RUN: tern-backend %s --run=main --input=255,0,255,0,3,7,0,255 --input=0,255,0,255 --features= | FileCheck %s
// RUN: tern-backend %s --c --run=main --input=255,0,255,0,3,7,0,255 --input=0,255,0,255 | FileCheck %s

// AVX2-LABEL: tern.kernel.hamming:
// AVX2-COUNT-2: vpmaddwd {{.*}}%ymm
// AVX2-NOT: vpmaddwd
// VPOPCNT-LABEL: tern.kernel.hamming:
// VPOPCNT: vpopcntd
// CHECK: y: 1279 279 639 639 639 639 639 639

module attributes {kern.model = "hamming"} {
  func.func private @hamming(%lo: index, %hi: index, %w: memref<32xi8>,
                             %x: memref<4xi8>, %y: memref<8xi32>)
      attributes {kern.kernel, kern.layer = "hamming"} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    scf.for %i = %lo to %hi step %c1 {
      %codes = vector.load %w[%c0] : memref<32xi8>, vector<32xi8>
      %a = vector.load %x[%c0] : memref<4xi8>, vector<4xi8>
      %s0 = arith.constant dense<-1> : vector<8xi32>
      %s1 = kern.hamming %s0, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s2 = kern.hamming %s1, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s3 = kern.hamming %s2, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s4 = kern.hamming %s3, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s5 = kern.hamming %s4, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s6 = kern.hamming %s5, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s7 = kern.hamming %s6, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s8 = kern.hamming %s7, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s9 = kern.hamming %s8, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s10 = kern.hamming %s9, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s11 = kern.hamming %s10, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s12 = kern.hamming %s11, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s13 = kern.hamming %s12, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s14 = kern.hamming %s13, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s15 = kern.hamming %s14, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s16 = kern.hamming %s15, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s17 = kern.hamming %s16, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s18 = kern.hamming %s17, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s19 = kern.hamming %s18, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s20 = kern.hamming %s19, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s21 = kern.hamming %s20, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s22 = kern.hamming %s21, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s23 = kern.hamming %s22, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s24 = kern.hamming %s23, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s25 = kern.hamming %s24, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s26 = kern.hamming %s25, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s27 = kern.hamming %s26, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s28 = kern.hamming %s27, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s29 = kern.hamming %s28, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s30 = kern.hamming %s29, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s31 = kern.hamming %s30, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s32 = kern.hamming %s31, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s33 = kern.hamming %s32, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s34 = kern.hamming %s33, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s35 = kern.hamming %s34, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s36 = kern.hamming %s35, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s37 = kern.hamming %s36, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s38 = kern.hamming %s37, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s39 = kern.hamming %s38, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      %s40 = kern.hamming %s39, %codes, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
      vector.store %s40, %y[%c0] : memref<8xi32>, vector<8xi32>
    }
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>,
                  %w: memref<?xi8>, %x: memref<?xi8>, %y: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 0 : i64,
                  kern.inputs = [#kern.tensor<"w", "uint8", [32], -1>,
                                 #kern.tensor<"x", "uint8", [4], -1>],
                  kern.outputs = [#kern.tensor<"y", "int32", [8], -1>]} {
    %0 = kern.view %w[0] : memref<?xi8> to memref<32xi8>
    %1 = kern.view %x[0] : memref<?xi8> to memref<4xi8>
    %2 = kern.view %y[0] : memref<?xi8> to memref<8xi32>
    kern.launch @hamming grid 1 (%0, %1, %2) : memref<32xi8>, memref<4xi8>, memref<8xi32>
    return
  }
}
