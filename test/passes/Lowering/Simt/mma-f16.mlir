// RUN: tern-opt %s --tern-lower-contractions --canonicalize --cse | FileCheck %s

module attributes {tern.target = #tern.target<"h200", "+sm_90", "">} {
// 3 rows of f16 inputs by 40 rows of 4-bit codes, groups of 64 along K: fragments
// go through shared memory in one piece, lop3 and a subtraction make them f16.
// CHECK-LABEL: func.func private @scaled
// CHECK-SAME: kern.geometry = #kern.geometry<threads = 128
func.func private @scaled(%lo: index, %hi: index, %x: memref<3x256xf16>, %w: memref<5120xi8>, %zero: memref<160xi32>, %scale: memref<160xf32>, %y: memref<3x40xf32>) attributes {kern.kernel} {
  // CHECK: scf.forall (%{{.*}}) in (2)
  // CHECK: kern.tile {{.*}} "3 stages of 16 rows of 128 inputs, 272 bytes apart"
  // CHECK: %[[WEIGHTS:.*]] = kern.tile {{.*}} "3 stages of 32 rows of 128 codes of 4 bits, 16 bytes a lane for every 8 rows"
  // CHECK: kern.copy_async %{{.*}} bytes 16 : memref<768xf16>
  // CHECK: kern.copy_async %arg3[%{{.*}}] {{.*}} bytes 16 streaming
  // CHECK: scf.for
  // CHECK: kern.barrier
  // CHECK: %[[CODES:.*]] = kern.load_words %[[WEIGHTS]]{{.*}} -> vector<4xi32>
  // CHECK: %[[ZERO:.*]] = memref.load %arg4
  // CHECK: %[[A:.*]] = kern.ldmatrix
  // CHECK: %[[WORD:.*]] = vector.extract %[[CODES]][0]
  // CHECK: %[[BOTH:.*]] = kern.lop3 %[[WORD]], %{{.*}}, %{{.*}} table 234
  // CHECK: kern.sub_f16x2 %[[BOTH]], %{{.*}}
  // CHECK: kern.mma f16 %{{.*}}, %[[A]], %{{.*}}
  // A group is 4 products; then its sums are scaled.
  // CHECK-COUNT-3: kern.mma f16
  // CHECK-NOT: kern.mma
  // CHECK: memref.load %arg5
  // CHECK: arith.mulf
  // CHECK-COUNT-4: kern.mma f16
  // CHECK-NOT: kern.mma
  // CHECK: kern.barrier
  // CHECK: memref.store %{{.*}}, %arg6
  tern.matmul ins(%x, %w : memref<3x256xf16>, memref<5120xi8>) rhs_zp(%zero : memref<160xi32>) rhs_scale(%scale : memref<160xf32>) outs(%y : memref<3x40xf32>) acc f32 {group = 64 : i64, layout = #tern.layout<rows = 8, depth = 64, bits = 4, offset = 0, fragments = true>, method = #tern<method dequant>, tern.codes = !tern.q<uint4>, transpose_b}
  return
}
func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>, %x: memref<?xi8>, %y: memref<?xi8>) attributes {kern.entry, kern.inputs = [], kern.outputs = [], kern.workspace = 0 : i64} {
  %a = kern.view %x[0] : memref<?xi8> to memref<3x256xf16>
  %w = kern.view %weights[64] : memref<?xi8> to memref<5120xi8>
  %z = kern.view %weights[5184] : memref<?xi8> to memref<160xi32>
  %s = kern.view %weights[5824] : memref<?xi8> to memref<160xf32>
  %o = kern.view %y[0] : memref<?xi8> to memref<3x40xf32>
  kern.launch @scaled grid 1(%a, %w, %z, %s, %o) : memref<3x256xf16>, memref<5120xi8>, memref<160xi32>, memref<160xf32>, memref<3x40xf32>
  return
}
}
