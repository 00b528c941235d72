// RUN: tern-opt %s --tern-lower-contractions --canonicalize --cse --split-input-file | FileCheck %s

module attributes {tern.target = #tern.target<"h200", "+sm_90", "">} {
// 40 rows of 128 inputs by 16 rows of weights: 64 x 16 tiles, two blocks of K.
// CHECK-LABEL: func.func private @bytes
// CHECK-SAME: kern.geometry = #kern.geometry<threads = 128, shared = 19200>
func.func private @bytes(%lo: index, %hi: index, %x: memref<40x128x!tern.q<int8>>, %w: memref<2048xi8>, %y: memref<40x16xi32>) attributes {kern.kernel} {
  // CHECK: scf.forall (%{{.*}}) in (1)
  // CHECK: %[[INPUTS:.*]] = kern.tile 0 "3 stages of 64 rows of 64 inputs, 80 bytes apart" : memref<15360xi8, #kern.shared>
  // CHECK: %[[WEIGHTS:.*]] = kern.tile 15360 "3 stages of 16 rows of 64 codes of 8 bits, 80 bytes apart" : memref<3840xi8, #kern.shared>
  // CHECK: scf.forall (%{{.*}}) in (4)
  // CHECK: scf.forall (%{{.*}}) in (32)
  // Two blocks ahead, each with its group of copies.
  // CHECK: scf.for %{{.*}} = %c0 to %c2 step %c1
  // CHECK: kern.copy_async %{{.*}} to %[[INPUTS]][%{{.*}}] if %{{.*}} bytes 16 :
  // CHECK: kern.copy_async %arg3[%{{.*}}] to %[[WEIGHTS]][%{{.*}}] if %true bytes 16 streaming
  // CHECK: kern.copy_commit
  // CHECK: %[[SUMS:.*]]:2 = scf.for
  // CHECK: kern.copy_commit
  // CHECK-NEXT: kern.copy_wait 2
  // CHECK-NEXT: kern.barrier
  // CHECK: scf.for %{{.*}} = %c0 to %c2 step %c1
  // CHECK: %[[A:.*]] = kern.ldmatrix %[[INPUTS]]{{.*}} -> vector<4xi32>
  // CHECK: %[[B:.*]] = kern.ldmatrix %[[WEIGHTS]]{{.*}} -> vector<2xi32>
  // CHECK: kern.mma s8 %{{.*}}, %[[A]], %[[B]]
  // CHECK: kern.mma s8
  // CHECK: kern.barrier
  // CHECK-NEXT: scf.yield
  // Sums meet in shared memory; only rows that exist are stored.
  // CHECK: memref.store %{{.*}}, %{{.*}} : memref<1024xi32, #kern.shared>
  // CHECK: kern.barrier
  // CHECK: arith.cmpi ult, %{{.*}}, %c40
  // CHECK: memref.store %{{.*}}, %arg4
  // CHECK-NOT: tern.matmul
  tern.matmul ins(%x, %w : memref<40x128x!tern.q<int8>>, memref<2048xi8>) outs(%y : memref<40x16xi32>) acc i32 {layout = #tern.layout<rows = 16, depth = 64, bits = 8, offset = 0>, method = #tern<method mma>, tern.codes = !tern.q<int8>, transpose_b}
  return
}
func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>, %x: memref<?xi8>, %y: memref<?xi8>) attributes {kern.entry, kern.inputs = [], kern.outputs = [], kern.workspace = 0 : i64} {
  %a = kern.view %x[0] : memref<?xi8> to memref<40x128x!tern.q<int8>>
  %w = kern.view %weights[64] : memref<?xi8> to memref<2048xi8>
  %o = kern.view %y[0] : memref<?xi8> to memref<40x16xi32>
  // CHECK: kern.launch @bytes grid 1(
  kern.launch @bytes grid 1(%a, %w, %o) : memref<40x128x!tern.q<int8>>, memref<2048xi8>, memref<40x16xi32>
  return
}
}

// -----

module attributes {tern.target = #tern.target<"h200", "+sm_90", "">} {
// Packed codes: a shift and a mask make a fragment; their offset needs the sums
// of the inputs. An address that is no multiple of 16 is read byte by byte.
// CHECK-LABEL: func.func private @packed
func.func private @packed(%lo: index, %hi: index, %x: memref<1x64x!tern.q<uint8>>, %w: memref<256xi8>, %y: memref<1x8xi32>) attributes {kern.kernel} {
  // CHECK-NOT: kern.copy_async %arg2
  // CHECK: memref.load %arg2[%c0, %{{.*}}]
  // CHECK: memref.store %{{.*}} : memref<{{.*}}xi8, #kern.shared>
  // CHECK: %[[BYTES:.*]] = kern.ldmatrix %{{.*}} -> vector<2xi32>
  // CHECK: %[[SHIFTED:.*]] = arith.shrui %[[BYTES]], %{{.*}} : vector<2xi32>
  // CHECK: %[[CODES:.*]] = arith.andi %[[SHIFTED]], %{{.*}} : vector<2xi32>
  // CHECK: kern.mma u8 %{{.*}}, %{{.*}}, %[[CODES]]
  // CHECK: kern.dp4a %{{.*}} unsigned_a
  // CHECK: kern.shuffle_xor %{{.*}} lanes 2
  // CHECK: kern.shuffle_xor %{{.*}} lanes 1
  tern.matmul ins(%x, %w : memref<1x64x!tern.q<uint8>>, memref<256xi8>) outs(%y : memref<1x8xi32>) acc i32 {layout = #tern.layout<rows = 8, depth = 32, bits = 4, offset = 8>, method = #tern<method mma>, tern.codes = !tern.q<int4>, transpose_b}
  return
}
func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>, %x: memref<?xi8>, %y: memref<?xi8>) attributes {kern.entry, kern.inputs = [], kern.outputs = [], kern.workspace = 0 : i64} {
  %a = kern.view %x[8] : memref<?xi8> to memref<1x64x!tern.q<uint8>>
  %w = kern.view %weights[64] : memref<?xi8> to memref<256xi8>
  %o = kern.view %y[0] : memref<?xi8> to memref<1x8xi32>
  kern.launch @packed grid 1(%a, %w, %o) : memref<1x64x!tern.q<uint8>>, memref<256xi8>, memref<1x8xi32>
  return
}
}
