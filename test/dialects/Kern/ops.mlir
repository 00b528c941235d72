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
  // CHECK: kern.unpack %{{.*}} bits 2 field 1 in_place : vector<64xi8>
  %large = kern.unpack %bytes bits 2 field 1 in_place : vector<64xi8>
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

// Narrow sums: two to a lane of 16, and one to each of an unknown number.
// CHECK-LABEL: func.func @narrow
func.func @narrow(%sums: vector<32xi16>, %w: vector<64xi8>, %a: vector<4xi8>, %acc: vector<16xi32>) -> vector<16xi32> {
  // CHECK: %[[SUMS:.*]] = kern.dot %{{.*}} : vector<32xi16>, vector<64xi8>, vector<4xi8>
  %next = kern.dot %sums, %w, %a : vector<32xi16>, vector<64xi8>, vector<4xi8>
  // CHECK: kern.fold %{{.*}}, %[[SUMS]] : vector<16xi32>, vector<32xi16>
  %sum = kern.fold %acc, %next : vector<16xi32>, vector<32xi16>
  return %sum : vector<16xi32>
}

// CHECK-LABEL: func.func @narrow_scalable
func.func @narrow_scalable(%sums: vector<[8]xi16>, %w: vector<[8]xi8>, %a: vector<1xi8>, %acc: vector<[8]xi32>) -> vector<[8]xi32> {
  // CHECK: kern.dot %{{.*}} : vector<[8]xi16>, vector<[8]xi8>, vector<1xi8>
  %next = kern.dot %sums, %w, %a : vector<[8]xi16>, vector<[8]xi8>, vector<1xi8>
  // CHECK: kern.fold %{{.*}} : vector<[8]xi32>, vector<[8]xi16>
  %sum = kern.fold %acc, %next : vector<[8]xi32>, vector<[8]xi16>
  return %sum : vector<[8]xi32>
}

// CHECK-LABEL: func.func @lookup
func.func @lookup(%table: vector<[8]xi8>, %at: vector<[8]xi8>) -> vector<[8]xi8> {
  // CHECK: kern.lookup %{{.*}}, %{{.*}} : vector<4xi8>, vector<[8]xi8>
  %short = arith.constant dense<1> : vector<4xi8>
  %own = kern.lookup %short, %at : vector<4xi8>, vector<[8]xi8>
  // CHECK: kern.lookup %{{.*}}, %{{.*}} : vector<[8]xi8>, vector<[8]xi8>
  %found = kern.lookup %table, %at : vector<[8]xi8>, vector<[8]xi8>
  return %found : vector<[8]xi8>
}

// Bits that differ: in the words of lanes, and in a whole register.
// CHECK-LABEL: func.func @hamming
func.func @hamming(%acc: vector<8xi32>, %w: vector<32xi8>, %a: vector<4xi8>, %sum: i32, %row: vector<[8]xi8>) -> (vector<8xi32>, i32) {
  // CHECK: kern.hamming %{{.*}} : vector<8xi32>, vector<32xi8>, vector<4xi8>
  %0 = kern.hamming %acc, %w, %a : vector<8xi32>, vector<32xi8>, vector<4xi8>
  // CHECK: kern.hamming %{{.*}} : i32, vector<[8]xi8>, vector<[8]xi8>
  %1 = kern.hamming %sum, %row, %row : i32, vector<[8]xi8>, vector<[8]xi8>
  return %0, %1 : vector<8xi32>, i32
}
