// RUN: tern-opt --tern-select-mpgemm=method=sparse_nm -verify-diagnostics %s

tern.weight @w : tensor<4x8x!tern.q<int8>> = dense<3> : tensor<32xi8>

func.func @dense(%x: tensor<1x8x!tern.q<int8>>) -> tensor<1x4xi32> {
  %w = tern.use @w : tensor<4x8x!tern.q<int8>>
  %e = tensor.empty() : tensor<1x4xi32>
  // expected-error @below {{expected a contraction that method sparse_nm can compute, but the weights obey no N:M out of 1:2, 1:4, 2:4, 2:8, 4:8, 4:16 and 8:16}}
  // expected-note @below {{without --method the compiler chooses}}
  %y = tern.matmul ins(%x, %w : tensor<1x8x!tern.q<int8>>, tensor<4x8x!tern.q<int8>>)
    outs(%e : tensor<1x4xi32>) acc i32 {transpose_b} -> tensor<1x4xi32>
  return %y : tensor<1x4xi32>
}
