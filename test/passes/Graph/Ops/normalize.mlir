// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants --split-input-file --verify-diagnostics | FileCheck %s
//
// Normalizations, by value.

// (x - 3) / 2 * 4 + 1, the mean and the inverse beside it.
// CHECK-LABEL: func.func @layer
// CHECK-DAG: arith.constant dense<{{\[\[}}-3.000000e+00, 5.000000e+00]]> : tensor<1x2xf32>
// CHECK-DAG: arith.constant dense<3.000000e+00> : tensor<1x1xf32>
// CHECK-DAG: arith.constant dense<5.000000e-01> : tensor<1x1xf32>
func.func @layer() -> (tensor<1x2xf32>, tensor<1x1xf32>, tensor<1x1xf32>) {
  %x = onnx.constant "x" dense<[[1.0, 5.0]]> : tensor<1x2xf32> : tensor<1x2xf32>
  %s = onnx.constant "s" dense<4.0> : tensor<2xf32> : tensor<2xf32>
  %b = onnx.constant "b" dense<1.0> : tensor<2xf32> : tensor<2xf32>
  %y:3 = onnx.node "LayerNormalization" 17 (%x, %s, %b) attrs {epsilon = 0.0 : f32} : (tensor<1x2xf32>, tensor<2xf32>, tensor<2xf32>) -> (tensor<1x2xf32>, tensor<1x1xf32>, tensor<1x1xf32>)
  return %y#0, %y#1, %y#2 : tensor<1x2xf32>, tensor<1x1xf32>, tensor<1x1xf32>
}

// -----

// sqrt((1 + 7^2) / 2) = 5
// CHECK-LABEL: func.func @rms
// CHECK: arith.constant dense<[2.000000e+00, 1.400000e+01]> : tensor<2xf32>
func.func @rms() -> tensor<2xf32> {
  %x = onnx.constant "x" dense<[1.0, 7.0]> : tensor<2xf32> : tensor<2xf32>
  %s = onnx.constant "s" dense<10.0> : tensor<2xf32> : tensor<2xf32>
  %y = onnx.node "RMSNormalization" 23 (%x, %s) attrs {epsilon = 0.0 : f32} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

// The sum with the skip is result 3.
// CHECK-LABEL: func.func @skip
// CHECK-DAG: arith.constant dense<{{\[\[\[}}-1.000000e+00, 1.000000e+00]]]> : tensor<1x1x2xf32>
// CHECK-DAG: arith.constant dense<{{\[\[\[}}2.000000e+00, 6.000000e+00]]]> : tensor<1x1x2xf32>
func.func @skip() -> (tensor<1x1x2xf32>, tensor<1x1x2xf32>) {
  %x = onnx.constant "x" dense<[[[1.0, 5.0]]]> : tensor<1x1x2xf32> : tensor<1x1x2xf32>
  %k = onnx.constant "k" dense<1.0> : tensor<1x1x2xf32> : tensor<1x1x2xf32>
  %s = onnx.constant "s" dense<1.0> : tensor<2xf32> : tensor<2xf32>
  %y:4 = onnx.node "com.microsoft.SkipLayerNormalization" 1 (%x, %k, %s) attrs {epsilon = 0.0 : f32} : (tensor<1x1x2xf32>, tensor<1x1x2xf32>, tensor<2xf32>) -> (tensor<1x1x2xf32>, none, none, tensor<1x1x2xf32>)
  return %y#0, %y#3 : tensor<1x1x2xf32>, tensor<1x1x2xf32>
}

// -----

// Group 0 is the channels 1 and 5, group 1 the channels 0 and 8; from opset 21
// on scale and bias are of a channel.
// CHECK-LABEL: func.func @group
// CHECK: arith.constant dense<{{\[\[\[}}-1.000000e+00], [2.000000e+00], [-3.000000e+00], [4.000000e+00]]]> : tensor<1x4x1xf32>
func.func @group() -> tensor<1x4x1xf32> {
  %x = onnx.constant "x" dense<[[[1.0], [5.0], [0.0], [8.0]]]> : tensor<1x4x1xf32> : tensor<1x4x1xf32>
  %s = onnx.constant "s" dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32> : tensor<4xf32>
  %b = onnx.constant "b" dense<0.0> : tensor<4xf32> : tensor<4xf32>
  %y = onnx.node "GroupNormalization" 21 (%x, %s, %b) attrs {epsilon = 0.0 : f32, num_groups = 2 : i64} : (tensor<1x4x1xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x1xf32>
  return %y : tensor<1x4x1xf32>
}

// -----

func.func @channels(%x: tensor<1x4x1xf32>, %s: tensor<3xf32>) -> tensor<1x4x1xf32> {
  // expected-error @below {{expected operand 1 of 4 channels}}
  %y = onnx.node "InstanceNormalization" 6 (%x, %s, %s) : (tensor<1x4x1xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<1x4x1xf32>
  return %y : tensor<1x4x1xf32>
}
