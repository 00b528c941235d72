// RUN: tern-opt %s --tern-expand-onnx --split-input-file --verify-diagnostics | FileCheck %s
// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants --split-input-file --verify-diagnostics | FileCheck %s --check-prefix=FOLD
//
// MatMul, Gemm and Conv of reals.

// Batches of one right-hand side become rows.
// CHECK-LABEL: func.func @rows
// CHECK: tern.matmul ins(%{{.*}}, %{{.*}} : tensor<6x4xf32>, tensor<4x5xf32>) outs(%{{.*}} : tensor<6x5xf32>) acc f32
func.func @rows(%a: tensor<2x3x4xf32>, %b: tensor<4x5xf32>) -> tensor<2x3x5xf32> {
  %y = onnx.node "MatMul" 13 (%a, %b) : (tensor<2x3x4xf32>, tensor<4x5xf32>) -> tensor<2x3x5xf32>
  return %y : tensor<2x3x5xf32>
}

// Batches broadcast.
// CHECK-LABEL: func.func @batches
// CHECK: tern.matmul ins(%{{.*}}, %{{.*}} : tensor<6x1x4xf32>, tensor<6x4x5xf32>) outs(%{{.*}} : tensor<6x1x5xf32>) acc f32
// CHECK: tensor.expand_shape
func.func @batches(%a: tensor<2x1x1x4xf32>, %b: tensor<3x4x5xf32>) -> tensor<2x3x1x5xf32> {
  %y = onnx.node "MatMul" 13 (%a, %b) : (tensor<2x1x1x4xf32>, tensor<3x4x5xf32>) -> tensor<2x3x1x5xf32>
  return %y : tensor<2x3x1x5xf32>
}

// 2 * (1 * 3 + 2 * 4) + 0.5 * 10
// FOLD-LABEL: func.func @gemm
// FOLD: arith.constant dense<2.700000e+01> : tensor<1x1xf32>
func.func @gemm() -> tensor<1x1xf32> {
  %a = onnx.constant "a" dense<[[1.0], [2.0]]> : tensor<2x1xf32> : tensor<2x1xf32>
  %b = onnx.constant "b" dense<[[3.0, 4.0]]> : tensor<1x2xf32> : tensor<1x2xf32>
  %c = onnx.constant "c" dense<10.0> : tensor<1xf32> : tensor<1xf32>
  %y = onnx.node "Gemm" 13 (%a, %b, %c) attrs {alpha = 2.0 : f32, beta = 0.5 : f32, transA = 1 : i64, transB = 1 : i64} : (tensor<2x1xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// SAME_LOWER puts the odd zero in front.
// FOLD-LABEL: func.func @conv
// FOLD: arith.constant dense<{{\[\[\[}}2.000000e+00, 4.000000e+00, 6.000000e+00]]]> : tensor<1x1x3xf32>
func.func @conv() -> tensor<1x1x3xf32> {
  %x = onnx.constant "x" dense<[[[1.0, 2.0, 3.0]]]> : tensor<1x1x3xf32> : tensor<1x1x3xf32>
  %w = onnx.constant "w" dense<[[[1.0, 1.0]]]> : tensor<1x1x2xf32> : tensor<1x1x2xf32>
  %b = onnx.constant "b" dense<1.0> : tensor<1xf32> : tensor<1xf32>
  %y = onnx.node "Conv" 11 (%x, %w, %b) attrs {auto_pad = "SAME_LOWER"} : (tensor<1x1x3xf32>, tensor<1x1x2xf32>, tensor<1xf32>) -> tensor<1x1x3xf32>
  return %y : tensor<1x1x3xf32>
}

// CHECK-LABEL: func.func @channels_last
// CHECK: tern.conv ins(%{{.*}}, %{{.*}} : tensor<1x3x4x5xf32>, tensor<2x3x1x2xf32>) outs(%{{.*}} : tensor<1x2x4x4xf32>)
// CHECK: linalg.generic {{.*}} ins(%{{.*}} : tensor<1x2x4x4xf32>) outs(%{{.*}} : tensor<1x4x4x2xf32>)
func.func @channels_last(%x: tensor<1x4x5x3xf32>, %w: tensor<2x1x2x3xf32>) -> tensor<1x4x4x2xf32> {
  %y = onnx.node "qonnx.custom_op.channels_last.Conv" 1 (%x, %w) : (tensor<1x4x5x3xf32>, tensor<2x1x2x3xf32>) -> tensor<1x4x4x2xf32>
  return %y : tensor<1x4x4x2xf32>
}

// FOLD-LABEL: func.func @fused
// FOLD: arith.constant dense<0.000000e+00> : tensor<1x1xf32>
func.func @fused() -> tensor<1x1xf32> {
  %a = onnx.constant "a" dense<2.0> : tensor<1x1xf32> : tensor<1x1xf32>
  %b = onnx.constant "b" dense<-3.0> : tensor<1x1xf32> : tensor<1x1xf32>
  %y = onnx.node "com.microsoft.FusedGemm" 1 (%a, %b) attrs {activation = "Relu"} : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

func.func @window(%x: tensor<1x1x2xf32>, %w: tensor<1x1x3xf32>) -> tensor<1x1x1xf32> {
  // expected-error@+1 {{expected an input at least as large as the window}}
  %y = onnx.node "Conv" 11 (%x, %w) : (tensor<1x1x2xf32>, tensor<1x1x3xf32>) -> tensor<1x1x1xf32>
  return %y : tensor<1x1x1xf32>
}
