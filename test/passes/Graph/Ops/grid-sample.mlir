// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants --split-input-file --verify-diagnostics | FileCheck %s
//
// Samples, by value: x counts along the row, y along the column.

// The corner, the middle, and half a step outside of the last.
// CHECK-LABEL: func.func @linear
// CHECK: arith.constant dense<{{\[\[\[\[}}1.000000e+00, 2.500000e+00, 2.000000e+00]]]]> : tensor<1x1x1x3xf32>
func.func @linear() -> tensor<1x1x1x3xf32> {
  %x = onnx.constant "x" dense<[[[[1.0, 2.0], [3.0, 4.0]]]]> : tensor<1x1x2x2xf32> : tensor<1x1x2x2xf32>
  %g = onnx.constant "g" dense<[[[[-1.0, -1.0], [0.0, 0.0], [2.0, 1.0]]]]> : tensor<1x1x3x2xf32> : tensor<1x1x3x2xf32>
  %y = onnx.node "GridSample" 20 (%x, %g) attrs {align_corners = 1 : i64} : (tensor<1x1x2x2xf32>, tensor<1x1x3x2xf32>) -> tensor<1x1x1x3xf32>
  return %y : tensor<1x1x1x3xf32>
}

// -----

// Outside: the border's element, or the mirrored one.
// CHECK-LABEL: func.func @outside
// CHECK-DAG: arith.constant dense<{{\[\[\[}}1.000000e+00, 4.000000e+00]]]> : tensor<1x1x2xf32>
// CHECK-DAG: arith.constant dense<3.000000e+00> : tensor<1x1x2xf32>
func.func @outside() -> (tensor<1x1x2xf32>, tensor<1x1x2xf32>) {
  %x = onnx.constant "x" dense<[[[1.0, 2.0, 3.0, 4.0]]]> : tensor<1x1x4xf32> : tensor<1x1x4xf32>
  %g = onnx.constant "g" dense<[[[-2.25], [1.75]]]> : tensor<1x2x1xf32> : tensor<1x2x1xf32>
  %y = onnx.node "GridSample" 20 (%x, %g) attrs {mode = "nearest", padding_mode = "border"} : (tensor<1x1x4xf32>, tensor<1x2x1xf32>) -> tensor<1x1x2xf32>
  %z = onnx.node "GridSample" 20 (%x, %g) attrs {mode = "nearest", padding_mode = "reflection"} : (tensor<1x1x4xf32>, tensor<1x2x1xf32>) -> tensor<1x1x2xf32>
  return %y, %z : tensor<1x1x2xf32>, tensor<1x1x2xf32>
}

// -----

func.func @grid(%x: tensor<1x1x4xf32>, %g: tensor<1x2x2xf32>) -> tensor<1x1x2xf32> {
  // expected-error @below {{expected a grid of 1 numbers for each position}}
  %y = onnx.node "GridSample" 20 (%x, %g) : (tensor<1x1x4xf32>, tensor<1x2x2xf32>) -> tensor<1x1x2xf32>
  return %y : tensor<1x1x2xf32>
}
