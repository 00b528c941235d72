// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants --split-input-file --verify-diagnostics | FileCheck %s
//
// Recurrent layers, by value: cells of plain sums, so that results are exact.

// h = relu(2x + h + 1) from 0: 3, then 2*2 + 3 + 1.
// CHECK-LABEL: func.func @rnn
// CHECK-DAG: arith.constant dense<{{\[\[\[\[}}3.000000e+00]]], {{\[\[\[}}8.000000e+00]]]]> : tensor<2x1x1x1xf32>
// CHECK-DAG: arith.constant dense<8.000000e+00> : tensor<1x1x1xf32>
func.func @rnn() -> (tensor<2x1x1x1xf32>, tensor<1x1x1xf32>) {
  %x = onnx.constant "x" dense<[[[1.0]], [[2.0]]]> : tensor<2x1x1xf32> : tensor<2x1x1xf32>
  %w = onnx.constant "w" dense<2.0> : tensor<1x1x1xf32> : tensor<1x1x1xf32>
  %r = onnx.constant "r" dense<1.0> : tensor<1x1x1xf32> : tensor<1x1x1xf32>
  %b = onnx.constant "b" dense<[[0.25, 0.75]]> : tensor<1x2xf32> : tensor<1x2xf32>
  %y:2 = onnx.node "RNN" 14 (%x, %w, %r, %b) attrs {hidden_size = 1 : i64, activations = ["Relu"]} : (tensor<2x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x2xf32>) -> (tensor<2x1x1x1xf32>, tensor<1x1x1xf32>)
  return %y#0, %y#1 : tensor<2x1x1x1xf32>, tensor<1x1x1xf32>
}

// -----

// Backwards: the last element first.
// CHECK-LABEL: func.func @reverse
// CHECK: arith.constant dense<{{\[\[\[\[}}3.000000e+00]]], {{\[\[\[}}2.000000e+00]]]]> : tensor<2x1x1x1xf32>
func.func @reverse() -> tensor<2x1x1x1xf32> {
  %x = onnx.constant "x" dense<[[[1.0]], [[2.0]]]> : tensor<2x1x1xf32> : tensor<2x1x1xf32>
  %w = onnx.constant "w" dense<1.0> : tensor<1x1x1xf32> : tensor<1x1x1xf32>
  %y = onnx.node "RNN" 14 (%x, %w, %w) attrs {hidden_size = 1 : i64, direction = "reverse", activations = ["Relu"]} : (tensor<2x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>) -> tensor<2x1x1x1xf32>
  return %y : tensor<2x1x1x1xf32>
}

// -----

// Gates i, o, f, c all 2: c = f*c + i*g = 4, h = o*c = 8.
// CHECK-LABEL: func.func @lstm
// CHECK-DAG: arith.constant dense<8.000000e+00> : tensor<1x1x1x1xf32>
// CHECK-DAG: arith.constant dense<4.000000e+00> : tensor<1x1x1xf32>
func.func @lstm() -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>) {
  %x = onnx.constant "x" dense<1.0> : tensor<1x1x1xf32> : tensor<1x1x1xf32>
  %w = onnx.constant "w" dense<2.0> : tensor<1x4x1xf32> : tensor<1x4x1xf32>
  %y:3 = onnx.node "LSTM" 14 (%x, %w, %w) attrs {hidden_size = 1 : i64, activations = ["Relu", "Relu", "Relu"]} : (tensor<1x1x1xf32>, tensor<1x4x1xf32>, tensor<1x4x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>)
  return %y#0, %y#2 : tensor<1x1x1x1xf32>, tensor<1x1x1xf32>
}

// -----

// z = 0 takes the candidate: relu(3x) = 3.
// CHECK-LABEL: func.func @gru
// CHECK: arith.constant dense<3.000000e+00> : tensor<1x1x1x1xf32>
func.func @gru() -> tensor<1x1x1x1xf32> {
  %x = onnx.constant "x" dense<1.0> : tensor<1x1x1xf32> : tensor<1x1x1xf32>
  %w = onnx.constant "w" dense<[[[0.0], [1.0], [3.0]]]> : tensor<1x3x1xf32> : tensor<1x3x1xf32>
  %y = onnx.node "GRU" 14 (%x, %w, %w) attrs {hidden_size = 1 : i64, activations = ["Relu", "Relu"]} : (tensor<1x1x1xf32>, tensor<1x3x1xf32>, tensor<1x3x1xf32>) -> tensor<1x1x1x1xf32>
  return %y : tensor<1x1x1x1xf32>
}

// -----

// Sequences of differing lengths are refused.
func.func @lengths(%x: tensor<2x1x1xf32>) -> tensor<2x1x1x1xf32> {
  %w = onnx.constant "w" dense<1.0> : tensor<1x1x1xf32> : tensor<1x1x1xf32>
  %l = onnx.constant "l" dense<1> : tensor<1xi32> : tensor<1xi32>
  %none = onnx.absent
  // expected-error @below {{expected sequences as long as the input, 2, but got 1}}
  %y = onnx.node "RNN" 14 (%x, %w, %w, %none, %l) attrs {hidden_size = 1 : i64} : (tensor<2x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>, none, tensor<1xi32>) -> tensor<2x1x1x1xf32>
  return %y : tensor<2x1x1x1xf32>
}
