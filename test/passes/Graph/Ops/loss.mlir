// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants --split-input-file --verify-diagnostics | FileCheck %s
//
// Losses, by value.

// (1 * 3 + 3 * 1) / (3 + 1); the target -1 is ignored.
// CHECK-LABEL: func.func @mean
// CHECK: arith.constant dense<1.500000e+00> : tensor<f32>
func.func @mean() -> tensor<f32> {
  %x = onnx.constant "x" dense<[[-1.0, -2.0], [-4.0, -3.0], [-5.0, -5.0]]> : tensor<3x2xf32> : tensor<3x2xf32>
  %t = onnx.constant "t" dense<[0, 1, -1]> : tensor<3xi64> : tensor<3xi64>
  %w = onnx.constant "w" dense<[3.0, 1.0]> : tensor<2xf32> : tensor<2xf32>
  %y = onnx.node "NegativeLogLikelihoodLoss" 13 (%x, %t, %w) attrs {ignore_index = -1 : i64} : (tensor<3x2xf32>, tensor<3xi64>, tensor<2xf32>) -> tensor<f32>
  return %y : tensor<f32>
}

// -----

// CHECK-LABEL: func.func @softmax
// CHECK-DAG: arith.constant dense<[-0.000000e+00, 1.000000e+03]> : tensor<2xf32>
// CHECK-DAG: arith.constant dense<{{\[\[}}0.000000e+00, -1.000000e+03], [0.000000e+00, -1.000000e+03]]> : tensor<2x2xf32>
func.func @softmax() -> (tensor<2xf32>, tensor<2x2xf32>) {
  %x = onnx.constant "x" dense<[[1000.0, 0.0], [1000.0, 0.0]]> : tensor<2x2xf32> : tensor<2x2xf32>
  %t = onnx.constant "t" dense<[0, 1]> : tensor<2xi32> : tensor<2xi32>
  %y:2 = onnx.node "SoftmaxCrossEntropyLoss" 13 (%x, %t) attrs {reduction = "none"} : (tensor<2x2xf32>, tensor<2xi32>) -> (tensor<2xf32>, tensor<2x2xf32>)
  return %y#0, %y#1 : tensor<2xf32>, tensor<2x2xf32>
}

// -----

func.func @targets(%x: tensor<2x2xf32>, %t: tensor<3xi64>) -> tensor<f32> {
  // expected-error @below {{expected targets of the scores' shape without classes}}
  %y = onnx.node "NegativeLogLikelihoodLoss" 13 (%x, %t) : (tensor<2x2xf32>, tensor<3xi64>) -> tensor<f32>
  return %y : tensor<f32>
}
