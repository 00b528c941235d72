// RUN: tern-opt --tern-mark-nm %s | FileCheck %s
// RUN: tern-opt --tern-mark-nm=pattern=3:4 %s | FileCheck %s --check-prefix=MORE
// RUN: not tern-opt --tern-mark-nm=pattern=3 %s 2>&1 | FileCheck %s --check-prefix=PATTERN

// PATTERN: error: expected sparsity N:M with 1 <= N < M, but got '3'

tern.weight @two : tensor<2x4x!tern.q<int8>> = dense<[1, 0, 0, 2, 0, 0, 5, 0]> : tensor<8xi8>
tern.weight @three : tensor<2x4x!tern.q<int8>> = dense<[1, 1, 0, 2, 0, 0, 5, 0]> : tensor<8xi8>

// CHECK-LABEL: func @main
func.func @main(%x: tensor<3x4x!tern.q<uint8>>) -> (tensor<3x2xi32>, tensor<3x2xi32>, tensor<3x2xi32>) {
  %two = tern.use @two : tensor<2x4x!tern.q<int8>>
  %three = tern.use @three : tensor<2x4x!tern.q<int8>>
  %ones = arith.constant dense<1> : tensor<2x1xi32>
  %e = tensor.empty() : tensor<3x2xi32>
  // CHECK: tern.matmul {{.*}}tern.nm = #tern.nm<2 : 4>
  %a = tern.matmul ins(%x, %two : tensor<3x4x!tern.q<uint8>>, tensor<2x4x!tern.q<int8>>)
    outs(%e : tensor<3x2xi32>) acc i32 {transpose_b} -> tensor<3x2xi32>
  // CHECK: tern.matmul
  // CHECK-NOT: tern.nm =
  // MORE: tern.nm = #tern.nm<3 : 4>
  %b = tern.matmul ins(%x, %three : tensor<3x4x!tern.q<uint8>>, tensor<2x4x!tern.q<int8>>)
    outs(%e : tensor<3x2xi32>) acc i32 {transpose_b} -> tensor<3x2xi32>
  // A code that is its zero point is the zero.
  %c = tern.matmul ins(%x, %two : tensor<3x4x!tern.q<uint8>>, tensor<2x4x!tern.q<int8>>)
    rhs_zp(%ones : tensor<2x1xi32>)
    outs(%e : tensor<3x2xi32>) acc i32 {transpose_b} -> tensor<3x2xi32>
  return %a, %b, %c : tensor<3x2xi32>, tensor<3x2xi32>, tensor<3x2xi32>
}
