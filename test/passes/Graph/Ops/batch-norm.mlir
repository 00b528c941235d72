// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants --split-input-file --verify-diagnostics | FileCheck %s
//
// Batch normalization and its relatives, by value.

// (x - 1) / 2 * 4 + 3
// CHECK-LABEL: func.func @batch
// CHECK: arith.constant dense<{{\[\[\[}}5.000000e+00, 9.000000e+00]]]> : tensor<1x1x2xf32>
func.func @batch() -> tensor<1x1x2xf32> {
  %x = onnx.constant "x" dense<[[[2.0, 4.0]]]> : tensor<1x1x2xf32> : tensor<1x1x2xf32>
  %s = onnx.constant "s" dense<4.0> : tensor<1xf32> : tensor<1xf32>
  %b = onnx.constant "b" dense<3.0> : tensor<1xf32> : tensor<1xf32>
  %m = onnx.constant "m" dense<1.0> : tensor<1xf32> : tensor<1xf32>
  %y = onnx.node "BatchNormalization" 15 (%x, %s, %b, %m, %s) attrs {epsilon = 0.0 : f32} : (tensor<1x1x2xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x2xf32>
  return %y : tensor<1x1x2xf32>
}

// -----

// Training: the batch's own mean, 3, and variance, 1; running values move half.
// CHECK-LABEL: func.func @training
// CHECK-DAG: arith.constant dense<{{\[\[\[}}-1.000000e+00, 7.000000e+00]]]> : tensor<1x1x2xf32>
// CHECK-DAG: arith.constant dense<2.000000e+00> : tensor<1xf32>
// CHECK-DAG: arith.constant dense<2.500000e+00> : tensor<1xf32>
func.func @training() -> (tensor<1x1x2xf32>, tensor<1xf32>, tensor<1xf32>) {
  %x = onnx.constant "x" dense<[[[2.0, 4.0]]]> : tensor<1x1x2xf32> : tensor<1x1x2xf32>
  %s = onnx.constant "s" dense<4.0> : tensor<1xf32> : tensor<1xf32>
  %b = onnx.constant "b" dense<3.0> : tensor<1xf32> : tensor<1xf32>
  %m = onnx.constant "m" dense<1.0> : tensor<1xf32> : tensor<1xf32>
  %y:3 = onnx.node "BatchNormalization" 15 (%x, %s, %b, %m, %s) attrs {epsilon = 0.0 : f32, momentum = 0.5 : f32, training_mode = 1 : i64} : (tensor<1x1x2xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> (tensor<1x1x2xf32>, tensor<1xf32>, tensor<1xf32>)
  return %y#0, %y#1, %y#2 : tensor<1x1x2xf32>, tensor<1xf32>, tensor<1xf32>
}

// -----

// Channel 1 sees all three, the others two: 1 / (1 + 1) and 1 / (1 + 1.5).
// CHECK-LABEL: func.func @lrn
// CHECK: arith.constant dense<{{\[\[\[}}5.000000e-01], [4.000000e-01], [5.000000e-01]]]> : tensor<1x3x1xf32>
func.func @lrn() -> tensor<1x3x1xf32> {
  %x = onnx.constant "x" dense<1.0> : tensor<1x3x1xf32> : tensor<1x3x1xf32>
  %y = onnx.node "LRN" 13 (%x) attrs {size = 3 : i64, alpha = 1.5 : f32, beta = 1.0 : f32, bias = 1.0 : f32} : (tensor<1x3x1xf32>) -> tensor<1x3x1xf32>
  return %y : tensor<1x3x1xf32>
}

// -----

// CHECK-LABEL: func.func @lp
// CHECK: arith.constant dense<{{\[\[}}7.500000e-01, -2.500000e-01], [0.000000e+00, 0.000000e+00]]> : tensor<2x2xf32>
func.func @lp() -> tensor<2x2xf32> {
  %x = onnx.constant "x" dense<[[3.0, -1.0], [0.0, 0.0]]> : tensor<2x2xf32> : tensor<2x2xf32>
  %y = onnx.node "LpNormalization" 1 (%x) attrs {p = 1 : i64} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}
