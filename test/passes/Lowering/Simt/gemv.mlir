// RUN: tern-opt %s --tern-lower-contractions --canonicalize --cse | FileCheck %s

module attributes {tern.target = #tern.target<"h200", "+sm_90", "">} {
// Four rows of weights to a warp, 16 bytes of each to a lane; two codes a byte.
// CHECK-LABEL: func.func private @gemv
// CHECK-SAME: kern.geometry = #kern.geometry<threads = 128, shared = 0>
func.func private @gemv(%lo: index, %hi: index, %x: memref<1x2048x!tern.q<int8>>, %w: memref<24576xi8>, %y: memref<1x21xi32>) attributes {kern.kernel} {
  // CHECK: scf.forall (%[[BLOCK:.*]]) in (2)
  // CHECK: scf.forall (%[[WARP:.*]]) in (4)
  // CHECK: scf.forall (%[[LANE:.*]]) in (32)
  // CHECK: scf.for %{{.*}} = %[[LANE]] to %c64 step %c32
  // CHECK-COUNT-4: kern.load_words %arg3[%{{.*}}] streaming : memref<24576xi8> -> vector<4xi32>
  // CHECK: kern.load_words %{{.*}} : memref<2048x!tern.q<int8>> -> vector<4xi32>
  // CHECK: arith.andi %{{.*}}, %c252645135_i32
  // CHECK: kern.dp4a %{{.*}} unsigned_a
  // CHECK: kern.shuffle_xor %{{.*}} lanes 16
  // CHECK: kern.shuffle_xor %{{.*}} lanes 1
  // CHECK: arith.cmpi ult, %[[LANE]], %c4
  // CHECK: memref.store %{{.*}}, %arg4[%c0, %{{.*}}]
  tern.matmul ins(%x, %w : memref<1x2048x!tern.q<int8>>, memref<24576xi8>) outs(%y : memref<1x21xi32>) acc i32 {layout = #tern.layout<rows = 4, depth = 16, bits = 4, offset = 8>, method = #tern<method int_dot>, tern.codes = !tern.q<int4>, transpose_b}
  return
}
func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>, %x: memref<?xi8>, %y: memref<?xi8>) attributes {kern.entry, kern.inputs = [], kern.outputs = [], kern.workspace = 0 : i64} {
  %a = kern.view %x[0] : memref<?xi8> to memref<1x2048x!tern.q<int8>>
  %w = kern.view %weights[64] : memref<?xi8> to memref<24576xi8>
  %o = kern.view %y[0] : memref<?xi8> to memref<1x21xi32>
  // CHECK: kern.launch @gemv grid 2(
  kern.launch @gemv grid 1(%a, %w, %o) : memref<1x2048x!tern.q<int8>>, memref<24576xi8>, memref<1x21xi32>
  return
}
}
