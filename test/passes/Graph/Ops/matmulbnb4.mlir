// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants --split-input-file --verify-diagnostics | FileCheck %s
//
// Weights of a codebook: the high half of a byte comes first, rows follow one another.

// CHECK: tern.weight @{{.*}} : tensor<1x4x!tern.q<nf4>> = dense_resource<[[W:.*]]> : tensor<2xi8>
// CHECK-LABEL: func.func @codebook
// CHECK: tern.matmul ins(%{{.*}}, %{{.*}} : tensor<3x4xf32>, tensor<1x4x!tern.q<nf4>>) rhs_scale(%{{.*}} : tensor<1x2xf32>) outs(%{{.*}} : tensor<3x1xf32>) acc f32 {group = 2 : i64, transpose_b}
func.func @codebook(%a: tensor<3x4xf32>) -> tensor<3x1xf32> {
  %b = onnx.constant "b" dense<[0x98, 0x0F]> : tensor<2xui8> : tensor<2xui8>
  %s = onnx.constant "s" dense<[0.5, 0.25]> : tensor<2xf32> : tensor<2xf32>
  %y = onnx.node "com.microsoft.MatMulBnb4" 1 (%a, %b, %s) attrs {K = 4 : i64, N = 1 : i64, block_size = 2 : i64, quant_type = 1 : i64} : (tensor<3x4xf32>, tensor<2xui8>, tensor<2xf32>) -> tensor<3x1xf32>
  return %y : tensor<3x1xf32>
}

// -----

// (1 + 0.5) * 0.5 - (1 + 0.5) * 2: codes 3, 5; 11, 13.
// CHECK-LABEL: func.func @magnitudes
// CHECK: arith.constant dense<-2.250000e+00> : tensor<1x1xf32>
func.func @magnitudes() -> tensor<1x1xf32> {
  %a = onnx.constant "a" dense<1.0> : tensor<1x4xf32> : tensor<1x4xf32>
  %b = onnx.constant "b" dense<[0x35, 0xBD]> : tensor<2xui8> : tensor<2xui8>
  %s = onnx.constant "s" dense<[0.5, 2.0]> : tensor<2xf32> : tensor<2xf32>
  %y = onnx.node "com.microsoft.MatMulBnb4" 1 (%a, %b, %s) attrs {K = 4 : i64, N = 1 : i64, block_size = 2 : i64, quant_type = 0 : i64} : (tensor<1x4xf32>, tensor<2xui8>, tensor<2xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

// A block that ends inside a row: the weights become reals.
// CHECK-LABEL: func.func @across
// CHECK: tern.matmul ins(%{{.*}}, %{{.*}} : tensor<1x2xf32>, tensor<2x2xf32>)
// CHECK-NOT: rhs_scale
func.func @across(%a: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %b = onnx.constant "b" dense<[0x35, 0xBD]> : tensor<2xui8> : tensor<2xui8>
  %s = onnx.constant "s" dense<[0.5, 2.0]> : tensor<2xf32> : tensor<2xf32>
  %y = onnx.node "com.microsoft.MatMulBnb4" 1 (%a, %b, %s) attrs {K = 2 : i64, N = 2 : i64, block_size = 3 : i64, quant_type = 0 : i64} : (tensor<1x2xf32>, tensor<2xui8>, tensor<2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @short(%a: tensor<1x4xf32>) -> tensor<1x1xf32> {
  %b = onnx.constant "b" dense<0x98> : tensor<1xui8> : tensor<1xui8>
  %s = onnx.constant "s" dense<0.5> : tensor<1xf32> : tensor<1xf32>
  // expected-error@+1 {{expected B of 2 packed bytes}}
  %y = onnx.node "com.microsoft.MatMulBnb4" 1 (%a, %b, %s) attrs {K = 4 : i64, N = 1 : i64, block_size = 4 : i64, quant_type = 1 : i64} : (tensor<1x4xf32>, tensor<1xui8>, tensor<1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

func.func @scales(%a: tensor<1x4xf32>) -> tensor<1x1xf32> {
  %b = onnx.constant "b" dense<[1, 2]> : tensor<2xui8> : tensor<2xui8>
  %s = onnx.constant "s" dense<0.5> : tensor<3xf32> : tensor<3xf32>
  // expected-error@+1 {{expected a scale for each block, 2, but got 3}}
  %y = onnx.node "com.microsoft.MatMulBnb4" 1 (%a, %b, %s) attrs {K = 4 : i64, N = 1 : i64, block_size = 2 : i64, quant_type = 1 : i64} : (tensor<1x4xf32>, tensor<2xui8>, tensor<3xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

func.func @kind(%a: tensor<1x4xf32>) -> tensor<1x1xf32> {
  %b = onnx.constant "b" dense<[1, 2]> : tensor<2xui8> : tensor<2xui8>
  %s = onnx.constant "s" dense<0.5> : tensor<1xf32> : tensor<1xf32>
  // expected-error@+1 {{expected N, K and block_size of at least 1 and quant_type 0 (FP4) or 1 (NF4)}}
  %y = onnx.node "com.microsoft.MatMulBnb4" 1 (%a, %b, %s) attrs {K = 4 : i64, N = 1 : i64, block_size = 4 : i64, quant_type = 2 : i64} : (tensor<1x4xf32>, tensor<2xui8>, tensor<1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
