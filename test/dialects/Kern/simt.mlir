// RUN: tern-opt %s | tern-opt | FileCheck %s
// RUN: tern-opt %s --mlir-print-op-generic | tern-opt | FileCheck %s

// CHECK-LABEL: func.func @levels
// CHECK-SAME: kern.geometry = #kern.geometry<threads = 64, shared = 1024>
func.func @levels(%x: memref<8xi8>) attributes {kern.geometry = #kern.geometry<threads = 64, shared = 1024>} {
  scf.forall (%block) in (3) {
    // CHECK: kern.tile 16 "a stage" : memref<512xi8, #kern.shared>
    %tile = kern.tile 16 "a stage" : memref<512xi8, #kern.shared>
    scf.forall (%warp) in (2) {
      scf.forall (%lane) in (32) {
        // CHECK: kern.barrier
        kern.barrier
      // CHECK: mapping = [#kern.lane]
      } {mapping = [#kern.lane]}
    // CHECK: mapping = [#kern.warp]
    } {mapping = [#kern.warp]}
    scf.forall (%thread) in (64) {
    // CHECK: mapping = [#kern.thread]
    } {mapping = [#kern.thread]}
  // CHECK: mapping = [#kern.block]
  } {mapping = [#kern.block]}
  scf.forall (%point) in (100) {
  // CHECK: mapping = [#kern.grid]
  } {mapping = [#kern.grid]}
  return
}

// CHECK-LABEL: func.func @copies
func.func @copies(%x: memref<64xi8>, %tile: memref<64xi8, #kern.shared>, %i: index, %valid: i1) {
  // CHECK: kern.copy_async %{{.*}}[%{{.*}}] to %{{.*}}[%{{.*}}] if %{{.*}} bytes 16 streaming : memref<64xi8>, memref<64xi8, #kern.shared>
  kern.copy_async %x[%i] to %tile[%i] if %valid bytes 16 streaming : memref<64xi8>, memref<64xi8, #kern.shared>
  // CHECK: kern.copy_async %{{.*}} bytes 4 : memref<64xi8>
  kern.copy_async %x[%i] to %tile[%i] if %valid bytes 4 : memref<64xi8>, memref<64xi8, #kern.shared>
  // CHECK: kern.copy_commit
  kern.copy_commit
  // CHECK: kern.copy_wait 1
  kern.copy_wait 1
  return
}

// CHECK-LABEL: func.func @products
func.func @products(%x: memref<64xi8>, %tile: memref<64xi8, #kern.shared>, %i: index, %acc: vector<4xi32>, %facc: vector<4xf32>, %s: i32) -> (vector<4xi32>, vector<4xf32>, i32, f32) {
  // CHECK: kern.load_words %{{.*}}[%{{.*}}] streaming : memref<64xi8> -> vector<4xi32>
  %w = kern.load_words %x[%i] streaming : memref<64xi8> -> vector<4xi32>
  // CHECK: kern.load_words %{{.*}}[%{{.*}}] : memref<64xi8> -> i32
  %word = kern.load_words %x[%i] : memref<64xi8> -> i32
  // CHECK: %[[A:.*]] = kern.ldmatrix %{{.*}} : memref<64xi8, #kern.shared> -> vector<4xi32>
  %a = kern.ldmatrix %tile[%i] : memref<64xi8, #kern.shared> -> vector<4xi32>
  // CHECK: %[[B:.*]] = kern.ldmatrix %{{.*}} : memref<64xi8, #kern.shared> -> vector<2xi32>
  %b = kern.ldmatrix %tile[%i] : memref<64xi8, #kern.shared> -> vector<2xi32>
  // CHECK: kern.mma u8s8 %{{.*}}, %[[A]], %[[B]] : vector<4xi32>, vector<4xi32>, vector<2xi32>
  %c = kern.mma u8s8 %acc, %a, %b : vector<4xi32>, vector<4xi32>, vector<2xi32>
  // CHECK: kern.mma f16 %{{.*}} : vector<4xf32>, vector<4xi32>, vector<2xi32>
  %d = kern.mma f16 %facc, %a, %b : vector<4xf32>, vector<4xi32>, vector<2xi32>
  // CHECK: kern.dp4a %{{.*}}, %{{.*}}, %{{.*}} unsigned_a unsigned_b
  %e = kern.dp4a %s, %word, %word unsigned_a unsigned_b
  // CHECK: %[[BITS:.*]] = kern.lop3 %{{.*}}, %{{.*}}, %{{.*}} table 234
  %bits = kern.lop3 %word, %s, %s table 234
  // CHECK: kern.sub_f16x2 %[[BITS]], %{{.*}}
  %pair = kern.sub_f16x2 %bits, %s
  // CHECK: kern.shuffle_xor %{{.*}} lanes 16 : f32
  %zero = arith.constant 0.0 : f32
  %f = kern.shuffle_xor %zero lanes 16 : f32
  return %c, %d, %e, %f : vector<4xi32>, vector<4xf32>, i32, f32
}
