// RUN: tern-opt --tern-select-mpgemm=method=xnor_popcount --split-input-file -verify-diagnostics %s

// What products of bits ask of a contraction.
module attributes {tern.target = #tern.target<"host-avx2", "+avx2,+fma", "">} {
  tern.weight @w : tensor<8x32x!tern.q<binary>> = dense<90> : tensor<32xi8>
  func.func @inputs(%x: tensor<4x32x!tern.q<int8>>) -> tensor<4x8xi32> {
    %w = tern.use @w : tensor<8x32x!tern.q<binary>>
    %e = tensor.empty() : tensor<4x8xi32>
    // expected-error @below {{but inputs of !tern.q<int8> are no bits}}
    // expected-note @below {{the compiler chooses}}
    %y = tern.matmul ins(%x, %w : tensor<4x32x!tern.q<int8>>, tensor<8x32x!tern.q<binary>>)
      outs(%e : tensor<4x8xi32>) acc i32 {transpose_b} -> tensor<4x8xi32>
    return %y : tensor<4x8xi32>
  }
}

// -----

module attributes {tern.target = #tern.target<"host-avx2", "+avx2,+fma", "">} {
  tern.weight @w : tensor<1x4x!tern.q<int8>> = dense<"0x01FF0001"> : tensor<4xi8>
  func.func @weights(%x: tensor<4x4x!tern.q<binary>>) -> tensor<4x1xi32> {
    %w = tern.use @w : tensor<1x4x!tern.q<int8>>
    %e = tensor.empty() : tensor<4x1xi32>
    // expected-error @below {{but the weights are not all 1 or -1}}
    // expected-note @below {{the compiler chooses}}
    %y = tern.matmul ins(%x, %w : tensor<4x4x!tern.q<binary>>, tensor<1x4x!tern.q<int8>>)
      outs(%e : tensor<4x1xi32>) acc i32 {transpose_b} -> tensor<4x1xi32>
    return %y : tensor<4x1xi32>
  }
}

// -----

module attributes {tern.target = #tern.target<"host-avx2", "+avx2,+fma", "">} {
  tern.weight @w : tensor<8x1x3x3x!tern.q<binary>> = dense<90> : tensor<9xi8>
  func.func @padding(%x: tensor<1x1x8x8x!tern.q<binary>>) -> tensor<1x8x8x8xi32> {
    %w = tern.use @w : tensor<8x1x3x3x!tern.q<binary>>
    %e = tensor.empty() : tensor<1x8x8x8xi32>
    // expected-error @below {{but a padded position is 0, which is neither 1 nor -1}}
    // expected-note @below {{the compiler chooses}}
    %y = tern.conv ins(%x, %w : tensor<1x1x8x8x!tern.q<binary>>, tensor<8x1x3x3x!tern.q<binary>>)
      outs(%e : tensor<1x8x8x8xi32>) acc i32
      {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, groups = 1}
      -> tensor<1x8x8x8xi32>
    return %y : tensor<1x8x8x8xi32>
  }
}

// -----

module attributes {tern.target = #tern.target<"h100", "+sm_90", "">} {
  tern.weight @w : tensor<8x32x!tern.q<binary>> = dense<90> : tensor<32xi8>
  func.func @gpu(%x: tensor<4x32x!tern.q<binary>>) -> tensor<4x8xi32> {
    %w = tern.use @w : tensor<8x32x!tern.q<binary>>
    %e = tensor.empty() : tensor<4x8xi32>
    // expected-error @below {{but a GPU's kernels count no bits}}
    // expected-note @below {{the compiler chooses}}
    %y = tern.matmul ins(%x, %w : tensor<4x32x!tern.q<binary>>, tensor<8x32x!tern.q<binary>>)
      outs(%e : tensor<4x8xi32>) acc i32 {transpose_b} -> tensor<4x8xi32>
    return %y : tensor<4x8xi32>
  }
}
