// RUN: tern-opt %s | tern-opt | FileCheck %s

// CHECK-LABEL: func.func private @kernel
func.func private @kernel(%lo: index, %hi: index, %x: memref<8xf32>) attributes {kern.kernel} {
  return
}

// CHECK-LABEL: func.func @main
func.func @main(%arena: memref<?xi8>) {
  // CHECK: %[[X:.*]] = kern.view %{{.*}}[64] : memref<?xi8> to memref<8xf32>
  %x = kern.view %arena[64] : memref<?xi8> to memref<8xf32>
  // CHECK: kern.launch @kernel grid 4(%[[X]]) : memref<8xf32>
  kern.launch @kernel grid 4 (%x) : memref<8xf32>
  return
}

// CHECK-LABEL: func.func @leaves
func.func @leaves(%bytes: vector<64xi8>, %acc: vector<16xi32>, %a: vector<4xi8>, %f: f32) -> (vector<16xi32>, f32) {
  // CHECK: %[[W:.*]] = kern.unpack %{{.*}} bits 2 field 3 : vector<64xi8>
  %w = kern.unpack %bytes bits 2 field 3 : vector<64xi8>
  // CHECK: kern.dot %{{.*}}, %[[W]], %{{.*}} signed_weights unsigned_input : vector<16xi32>, vector<64xi8>, vector<4xi8>
  %sum = kern.dot %acc, %w, %a signed_weights unsigned_input : vector<16xi32>, vector<64xi8>, vector<4xi8>
  // CHECK: kern.fma %{{.*}}, %{{.*}}, %{{.*}} : f32
  %g = kern.fma %f, %f, %f : f32
  return %sum, %g : vector<16xi32>, f32
}

// Lanes of unknown number: as many weights for each.
// CHECK-LABEL: func.func @scalable
func.func @scalable(%acc: vector<[4]xi32>, %w: vector<[16]xi8>, %a: vector<4xi8>) -> vector<[4]xi32> {
  // CHECK: kern.dot %{{.*}} : vector<[4]xi32>, vector<[16]xi8>, vector<4xi8>
  %sum = kern.dot %acc, %w, %a : vector<[4]xi32>, vector<[16]xi8>, vector<4xi8>
  return %sum : vector<[4]xi32>
}
