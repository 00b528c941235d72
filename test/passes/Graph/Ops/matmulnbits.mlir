// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants --split-input-file --verify-diagnostics | FileCheck %s
//
// Weights of few bits: the low nibble comes first.

// Without zero points the middle is 0: 0x98 is 0 and 1.
// CHECK: tern.weight @{{.*}} : tensor<1x4x!tern.q<int4>> = dense_resource<[[W:.*]]> : tensor<2xi8>
// CHECK-LABEL: func.func @middle
// CHECK: tern.matmul ins(%{{.*}}, %{{.*}} : tensor<3x4xf32>, tensor<1x4x!tern.q<int4>>) rhs_scale(%{{.*}} : tensor<1x2xf32>) outs(%{{.*}} : tensor<3x1xf32>) acc f32 {group = 2 : i64, transpose_b}
func.func @middle(%a: tensor<3x4xf32>) -> tensor<3x1xf32> {
  %b = onnx.constant "b" dense<[[[0x98], [0x0F]]]> : tensor<1x2x1xui8> : tensor<1x2x1xui8>
  %s = onnx.constant "s" dense<[0.5, 0.25]> : tensor<2xf32> : tensor<2xf32>
  %y = onnx.node "com.microsoft.MatMulNBits" 1 (%a, %b, %s) attrs {K = 4 : i64, N = 1 : i64, bits = 4 : i64, block_size = 2 : i64} : (tensor<3x4xf32>, tensor<1x2x1xui8>, tensor<2xf32>) -> tensor<3x1xf32>
  return %y : tensor<3x1xf32>
}

// -----

// (8 - 3) * 0.5 + (9 - 3) * 0.5 + (15 - 1) * 0.25 + (0 - 1) * 0.25
// CHECK-LABEL: func.func @zero_points
// CHECK: arith.constant dense<8.750000e+00> : tensor<1x1xf32>
func.func @zero_points() -> tensor<1x1xf32> {
  %a = onnx.constant "a" dense<1.0> : tensor<1x4xf32> : tensor<1x4xf32>
  %b = onnx.constant "b" dense<[[[0x98], [0x0F]]]> : tensor<1x2x1xui8> : tensor<1x2x1xui8>
  %s = onnx.constant "s" dense<[0.5, 0.25]> : tensor<2xf32> : tensor<2xf32>
  %z = onnx.constant "z" dense<[0x13]> : tensor<1xui8> : tensor<1xui8>
  %y = onnx.node "com.microsoft.MatMulNBits" 1 (%a, %b, %s, %z) attrs {K = 4 : i64, N = 1 : i64, bits = 4 : i64, block_size = 2 : i64} : (tensor<1x4xf32>, tensor<1x2x1xui8>, tensor<2xf32>, tensor<1xui8>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

// A zero point between the codes makes the weights real.
// CHECK-LABEL: func.func @real_zero_points
// CHECK: arith.constant dense<3.500000e+00> : tensor<1x1xf32>
func.func @real_zero_points() -> tensor<1x1xf32> {
  %a = onnx.constant "a" dense<1.0> : tensor<1x2xf32> : tensor<1x2xf32>
  %b = onnx.constant "b" dense<[[[0x98]]]> : tensor<1x1x1xui8> : tensor<1x1x1xui8>
  %s = onnx.constant "s" dense<[0.25]> : tensor<1xf32> : tensor<1xf32>
  %z = onnx.constant "z" dense<[1.5]> : tensor<1xf32> : tensor<1xf32>
  %y = onnx.node "com.microsoft.MatMulNBits" 1 (%a, %b, %s, %z) attrs {K = 2 : i64, N = 1 : i64, bits = 4 : i64, block_size = 2 : i64} : (tensor<1x2xf32>, tensor<1x1x1xui8>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

func.func @short(%a: tensor<3x4xf32>) -> tensor<3x1xf32> {
  %b = onnx.constant "b" dense<[[[1], [2]]]> : tensor<1x2x1xui8> : tensor<1x2x1xui8>
  %s = onnx.constant "s" dense<0.5> : tensor<3xf32> : tensor<3xf32>
  // expected-error@+1 {{expected a scale for each block, 2, but got 3}}
  %y = onnx.node "com.microsoft.MatMulNBits" 1 (%a, %b, %s) attrs {K = 4 : i64, N = 1 : i64, bits = 4 : i64, block_size = 2 : i64} : (tensor<3x4xf32>, tensor<1x2x1xui8>, tensor<3xf32>) -> tensor<3x1xf32>
  return %y : tensor<3x1xf32>
}
