// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants --split-input-file --verify-diagnostics | FileCheck %s
//
// Operators of images, by value.

// The identity gives the coordinates, the last dimension's first.
// CHECK-LABEL: func.func @grid
// CHECK: arith.constant dense<{{\[\[\[\[}}-1.000000e+00, -1.000000e+00], [1.000000e+00, -1.000000e+00]], {{\[\[}}-1.000000e+00, 1.000000e+00], [1.000000e+00, 1.000000e+00]]]]> : tensor<1x2x2x2xf32>
func.func @grid() -> tensor<1x2x2x2xf32> {
  %t = onnx.constant "t" dense<[[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]]> : tensor<1x2x3xf32> : tensor<1x2x3xf32>
  %s = onnx.constant "s" dense<[1, 1, 2, 2]> : tensor<4xi64> : tensor<4xi64>
  %y = onnx.node "AffineGrid" 20 (%t, %s) attrs {align_corners = 1 : i64} : (tensor<1x2x3xf32>, tensor<4xi64>) -> tensor<1x2x2x2xf32>
  return %y : tensor<1x2x2x2xf32>
}

// -----

// One dimension is cut, the other filled up.
// CHECK-LABEL: func.func @center
// CHECK: arith.constant dense<{{\[\[}}0, 2, 0, 0], [0, 3, 0, 0]]> : tensor<2x4xi32>
func.func @center() -> tensor<2x4xi32> {
  %x = onnx.constant "x" dense<[[1], [2], [3], [4]]> : tensor<4x1xi32> : tensor<4x1xi32>
  %s = onnx.constant "s" dense<[2, 4]> : tensor<2xi64> : tensor<2xi64>
  %y = onnx.node "CenterCropPad" 18 (%x, %s) : (tensor<4x1xi32>, tensor<2xi64>) -> tensor<2x4xi32>
  return %y : tensor<2x4xi32>
}

// -----

// Blocks of two at 0 and 1 overlap in the middle.
// CHECK-LABEL: func.func @columns
// CHECK: arith.constant dense<{{\[\[\[}}1.000000e+00, 1.200000e+01, 2.000000e+01]]]> : tensor<1x1x3xf32>
func.func @columns() -> tensor<1x1x3xf32> {
  %x = onnx.constant "x" dense<[[[1.0, 2.0], [10.0, 20.0]]]> : tensor<1x2x2xf32> : tensor<1x2x2xf32>
  %i = onnx.constant "i" dense<3> : tensor<1xi64> : tensor<1xi64>
  %b = onnx.constant "b" dense<2> : tensor<1xi64> : tensor<1xi64>
  %y = onnx.node "Col2Im" 18 (%x, %i, %b) : (tensor<1x2x2xf32>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x1x3xf32>
  return %y : tensor<1x1x3xf32>
}

// -----

func.func @count(%x: tensor<1x2x3xf32>) -> tensor<1x1x3xf32> {
  %i = onnx.constant "i" dense<3> : tensor<1xi64> : tensor<1xi64>
  %b = onnx.constant "b" dense<2> : tensor<1xi64> : tensor<1xi64>
  // expected-error @below {{expected columns of as many blocks as fit the image}}
  %y = onnx.node "Col2Im" 18 (%x, %i, %b) : (tensor<1x2x3xf32>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x1x3xf32>
  return %y : tensor<1x1x3xf32>
}
