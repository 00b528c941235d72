// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants --split-input-file --verify-diagnostics | FileCheck %s
//
// Rotary embeddings, by value: quarter turns at position 1, none at 0; elements
// after the rotated ones stay.

// CHECK-LABEL: func.func @halves
// CHECK: arith.constant dense<{{\[\[\[\[}}-3.000000e+00, -4.000000e+00, 1.000000e+00, 2.000000e+00, 5.000000e+00]]]]> : tensor<1x1x1x5xf32>
func.func @halves() -> tensor<1x1x1x5xf32> {
  %x = onnx.constant "x" dense<[[[[1.0, 2.0, 3.0, 4.0, 5.0]]]]> : tensor<1x1x1x5xf32> : tensor<1x1x1x5xf32>
  %c = onnx.constant "c" dense<[[1.0, 1.0], [0.0, 0.0]]> : tensor<2x2xf32> : tensor<2x2xf32>
  %s = onnx.constant "s" dense<[[0.0, 0.0], [1.0, 1.0]]> : tensor<2x2xf32> : tensor<2x2xf32>
  %p = onnx.constant "p" dense<1> : tensor<1x1xi64> : tensor<1x1xi64>
  %y = onnx.node "RotaryEmbedding" 23 (%x, %c, %s, %p) attrs {rotary_embedding_dim = 4 : i64} : (tensor<1x1x1x5xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<1x1xi64>) -> tensor<1x1x1x5xf32>
  return %y : tensor<1x1x1x5xf32>
}

// -----

// Neighbours are the pairs; the one position is that of the first element.
// CHECK-LABEL: func.func @neighbours
// CHECK: arith.constant dense<{{\[\[\[}}1.000000e+00, 2.000000e+00], [-2.000000e+00, 1.000000e+00]]]> : tensor<1x2x2xf32>
func.func @neighbours() -> tensor<1x2x2xf32> {
  %x = onnx.constant "x" dense<[[[1.0, 2.0], [1.0, 2.0]]]> : tensor<1x2x2xf32> : tensor<1x2x2xf32>
  %c = onnx.constant "c" dense<[[1.0], [0.0]]> : tensor<2x1xf32> : tensor<2x1xf32>
  %s = onnx.constant "s" dense<[[0.0], [1.0]]> : tensor<2x1xf32> : tensor<2x1xf32>
  %p = onnx.constant "p" dense<0> : tensor<1xi64> : tensor<1xi64>
  %y = onnx.node "com.microsoft.RotaryEmbedding" 1 (%x, %p, %c, %s) attrs {interleaved = 1 : i64} : (tensor<1x2x2xf32>, tensor<1xi64>, tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<1x2x2xf32>
  return %y : tensor<1x2x2xf32>
}

// -----

func.func @cache(%x: tensor<1x1x1x4xf32>, %c: tensor<1x1x1xf32>) -> tensor<1x1x1x4xf32> {
  // expected-error @below {{expected a cache of 2 angles}}
  %y = onnx.node "RotaryEmbedding" 23 (%x, %c, %c) : (tensor<1x1x1x4xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>) -> tensor<1x1x1x4xf32>
  return %y : tensor<1x1x1x4xf32>
}
