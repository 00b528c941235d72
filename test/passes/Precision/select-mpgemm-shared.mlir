// RUN: tern-opt --tern-select-mpgemm %s | FileCheck %s

// Uses of one weight agree on whether its zeros are left out, so that it is stored
// once; with weights of their own each would have what is fastest.
module attributes {tern.target = #tern.target<"host-avx2", "+avx2,+fma", "">} {
  // -3 and 0 by turns.
  tern.weight @shared : tensor<1024x1024x!tern.q<int4>> = dense<13> : tensor<524288xi8>
  tern.weight @own : tensor<1024x1024x!tern.q<int4>> = dense<13> : tensor<524288xi8>

  // CHECK-LABEL: func.func @one
  func.func @one(%x: tensor<1x1024x!tern.q<int8>>) -> tensor<1x1024xi32> {
    %w = tern.use @shared : tensor<1024x1024x!tern.q<int4>>
    %e = tensor.empty() : tensor<1x1024xi32>
    // CHECK: method = #tern<method int_dot>
    // CHECK-SAME: next = "sparse_nm"
    // CHECK-SAME: reason = "shared weights"
    %y = tern.matmul ins(%x, %w : tensor<1x1024x!tern.q<int8>>, tensor<1024x1024x!tern.q<int4>>)
      outs(%e : tensor<1x1024xi32>) acc i32 {transpose_b} -> tensor<1x1024xi32>
    return %y : tensor<1x1024xi32>
  }

  // CHECK-LABEL: func.func @many
  func.func @many(%x: tensor<64x1024x!tern.q<int8>>) -> tensor<64x1024xi32> {
    %w = tern.use @shared : tensor<1024x1024x!tern.q<int4>>
    %e = tensor.empty() : tensor<64x1024xi32>
    // CHECK: method = #tern<method int_dot>
    // CHECK-SAME: reason = "fastest"
    %y = tern.matmul ins(%x, %w : tensor<64x1024x!tern.q<int8>>, tensor<1024x1024x!tern.q<int4>>)
      outs(%e : tensor<64x1024xi32>) acc i32 {transpose_b} -> tensor<64x1024xi32>
    return %y : tensor<64x1024xi32>
  }

  // CHECK-LABEL: func.func @alone
  func.func @alone(%x: tensor<1x1024x!tern.q<int8>>) -> tensor<1x1024xi32> {
    %w = tern.use @own : tensor<1024x1024x!tern.q<int4>>
    %e = tensor.empty() : tensor<1x1024xi32>
    // CHECK: method = #tern<method sparse_nm>
    %y = tern.matmul ins(%x, %w : tensor<1x1024x!tern.q<int8>>, tensor<1024x1024x!tern.q<int4>>)
      outs(%e : tensor<1x1024xi32>) acc i32 {transpose_b} -> tensor<1x1024xi32>
    return %y : tensor<1x1024xi32>
  }
}
