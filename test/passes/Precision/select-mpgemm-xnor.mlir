// RUN: tern-opt --tern-select-mpgemm --tern-pack-weights --split-input-file %s | FileCheck %s

// Bits times signs are compared and counted, where that is the fastest: lanes
// of words have a row each.
module attributes {tern.target = #tern.target<"host-avx2", "+avx2,+fma", "">} {
  // CHECK-DAG: tern.weight @w_packed {{.*}}layout <rows = 32, depth = 4, bits = 1, offset = 1>
  tern.weight @w : tensor<64x256x!tern.q<binary>> = dense<90> : tensor<2048xi8>
  // Inputs of 0 and 1 need the weights' sums: 64 ones of 256 less the rest.
  // CHECK-DAG: tern.weight @w_sums {{.*}}tensor<64x1xi32>
  // CHECK-LABEL: func.func @signs
  func.func @signs(%x: tensor<4x256x!tern.q<binary>>) -> tensor<4x64xi32> {
    %w = tern.use @w : tensor<64x256x!tern.q<binary>>
    %e = tensor.empty() : tensor<4x64xi32>
    // CHECK: tern.matmul
    // CHECK-SAME: method = #tern<method xnor_popcount>
    // CHECK-SAME: bound = 256 : i64, next = "int_dot"
    // CHECK-NOT: row_sums
    %y = tern.matmul ins(%x, %w : tensor<4x256x!tern.q<binary>>, tensor<64x256x!tern.q<binary>>)
      outs(%e : tensor<4x64xi32>) acc i32 {transpose_b} -> tensor<4x64xi32>
    return %y : tensor<4x64xi32>
  }
  // CHECK-LABEL: func.func @ones
  func.func @ones(%x: tensor<4x256x!tern.q<uint1>>) -> tensor<4x64xi32> {
    %w = tern.use @w : tensor<64x256x!tern.q<binary>>
    %e = tensor.empty() : tensor<4x64xi32>
    // CHECK: tern.matmul
    // CHECK-SAME: method = #tern<method xnor_popcount>
    // CHECK-SAME: tern.row_sums = 0
    %y = tern.matmul ins(%x, %w : tensor<4x256x!tern.q<uint1>>, tensor<64x256x!tern.q<binary>>)
      outs(%e : tensor<4x64xi32>) acc i32 {transpose_b} -> tensor<4x64xi32>
    return %y : tensor<4x64xi32>
  }
}

// -----

// Registers of unknown length have bits of one row, which lie together.
module attributes {tern.target = #tern.target<"rvv128", "+v", "">} {
  // CHECK: tern.weight @w_packed {{.*}}layout <rows = 64, depth = 48, bits = 1, offset = 1>
  tern.weight @w : tensor<61x300x!tern.q<int8>> = dense<1> : tensor<18300xi8>
  // CHECK-LABEL: func.func @rows
  func.func @rows(%x: tensor<4x300x!tern.q<binary>>) -> tensor<4x61xi32> {
    %w = tern.use @w : tensor<61x300x!tern.q<int8>>
    %e = tensor.empty() : tensor<4x61xi32>
    // CHECK: method = #tern<method xnor_popcount>
    %y = tern.matmul ins(%x, %w : tensor<4x300x!tern.q<binary>>, tensor<61x300x!tern.q<int8>>)
      outs(%e : tensor<4x61xi32>) acc i32 {transpose_b} -> tensor<4x61xi32>
    return %y : tensor<4x61xi32>
  }
}
