// RUN: tern-opt %s --tern-lower-contractions --canonicalize --split-input-file | FileCheck %s

// Inputs become bits, set for -1, eight vectors of bytes to one of bits; those
// that differ from the weights' are products of 1: the sum is twice their number
// less K.
module attributes {tern.target = #tern.target<"host-avx2", "+avx2,+fma", "0">} {
// CHECK-LABEL: func.func private @lanes
func.func private @lanes(%lo: index, %hi: index, %x: memref<1x48x!tern.q<binary>>, %w: memref<64xi8>, %y: memref<1x8xi32>) attributes {kern.kernel, kern.layer = ""} {
  // CHECK: %[[BITS:.*]] = memref.alloca() : memref<8xi8>
  // CHECK-COUNT-8: arith.andi %{{.*}}, %{{.*}} : vector<4xi8>
  // CHECK: vector.store %{{.*}}, %[[BITS]]
  // CHECK: %[[W:.*]] = vector.load %arg3{{.*}} : memref<64xi8>, vector<32xi8>
  // CHECK: %[[A:.*]] = vector.load %[[BITS]]{{.*}} : memref<8xi8>, vector<4xi8>
  // CHECK: kern.hamming %{{.*}}, %[[W]], %[[A]] : vector<8xi32>, vector<32xi8>, vector<4xi8>
  // CHECK: kern.hamming
  // CHECK: %[[TWICE:.*]] = arith.addi %[[COUNT:.*]], %[[COUNT]] : i32
  // CHECK: arith.addi %[[TWICE]], %c-48
  tern.matmul ins(%x, %w : memref<1x48x!tern.q<binary>>, memref<64xi8>) outs(%y : memref<1x8xi32>) acc i32 {layout = #tern.layout<rows = 8, depth = 4, bits = 1, offset = 1>, method = #tern<method xnor_popcount>, tern.codes = !tern.q<binary>, transpose_b}
  return
}
}

// -----

// All bits of a register at a time, and 128 where fewer are left; eight rows of
// weights share the bits of the input.
module attributes {tern.target = #tern.target<"rvv128", "+v", "0">} {
// CHECK-LABEL: func.func private @rows
func.func private @rows(%lo: index, %hi: index, %x: memref<1x300x!tern.q<binary>>, %w: memref<768xi8>, %y: memref<1x16xi32>) attributes {kern.kernel, kern.layer = ""} {
  // CHECK: vector.vscale
  // CHECK-COUNT-8: vector.load %arg3{{.*}} : memref<768xi8>, vector<[8]xi8>
  // CHECK: %[[A:.*]] = vector.load {{.*}}, vector<[8]xi8>
  // CHECK-COUNT-8: kern.hamming %{{.*}}, %{{.*}}, %[[A]] : i32, vector<[8]xi8>, vector<[8]xi8>
  // CHECK-COUNT-8: vector.load %arg3{{.*}} : memref<768xi8>, vector<16xi8>
  // CHECK-COUNT-8: kern.hamming %{{.*}} : i32, vector<16xi8>, vector<16xi8>
  tern.matmul ins(%x, %w : memref<1x300x!tern.q<binary>>, memref<768xi8>) outs(%y : memref<1x16xi32>) acc i32 {layout = #tern.layout<rows = 16, depth = 48, bits = 1, offset = 1>, method = #tern<method xnor_popcount>, tern.codes = !tern.q<binary>, transpose_b}
  return
}
}
