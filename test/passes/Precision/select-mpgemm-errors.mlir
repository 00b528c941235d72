// RUN: tern-opt --tern-select-mpgemm=method=int_dot -verify-diagnostics %s
// RUN: not tern-opt --tern-select-mpgemm=method=fast %s 2>&1 | FileCheck %s

// CHECK: error: expected a method out of direct, dequant, int_dot, mma, xnor_popcount, sparse_nm, but got 'fast'

func.func @floats(%x: tensor<4x64xf32>, %w: tensor<16x64xf32>) -> tensor<4x16xf32> {
  %e = tensor.empty() : tensor<4x16xf32>
  // expected-error @below {{expected a contraction that method int_dot can compute, but the right-hand side is not constant}}
  // expected-note @below {{without --method the compiler chooses direct}}
  %y = tern.matmul ins(%x, %w : tensor<4x64xf32>, tensor<16x64xf32>)
    outs(%e : tensor<4x16xf32>) acc f32 {transpose_b} -> tensor<4x16xf32>
  return %y : tensor<4x16xf32>
}
