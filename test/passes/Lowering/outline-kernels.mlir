// RUN: tern-opt %s --tern-bufferize --tern-plan-memory --tern-outline-kernels | FileCheck %s
//
// A scalar made of constants is made again in the kernel that uses it.

// CHECK-LABEL: func.func private @kernel_0
// CHECK: %[[NUMBER:.*]] = arith.constant -128 : i32
// CHECK: %[[CODE:.*]] = tern.encode %[[NUMBER]] : i32 to <int8>
// CHECK: linalg.fill ins(%[[CODE]] : !tern.q<int8>)
func.func @main(%x: tensor<4xf32> {tern.name = "x", tern.dtype = "float"}) -> (tensor<4x!tern.q<int8>> {tern.name = "y", tern.dtype = "int8"}) {
  %number = arith.constant -128 : i32
  %code = tern.encode %number : i32 to <int8>
  %e = tensor.empty() : tensor<4x!tern.q<int8>>
  %y = linalg.fill ins(%code : !tern.q<int8>) outs(%e : tensor<4x!tern.q<int8>>) -> tensor<4x!tern.q<int8>>
  return %y : tensor<4x!tern.q<int8>>
}
