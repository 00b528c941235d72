// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants --split-input-file --verify-diagnostics | FileCheck %s
//
// Transposed convolutions, by value.

// The filter at 0 and, times two, at 2; the bias everywhere.
// CHECK-LABEL: func.func @strided
// CHECK: arith.constant dense<{{\[\[\[}}1.100000e+01, 1.200000e+01, 1.500000e+01, 1.400000e+01, 1.600000e+01]]]> : tensor<1x1x5xf32>
func.func @strided() -> tensor<1x1x5xf32> {
  %x = onnx.constant "x" dense<[[[1.0, 2.0]]]> : tensor<1x1x2xf32> : tensor<1x1x2xf32>
  %w = onnx.constant "w" dense<[[[1.0, 2.0, 3.0]]]> : tensor<1x1x3xf32> : tensor<1x1x3xf32>
  %b = onnx.constant "b" dense<10.0> : tensor<1xf32> : tensor<1xf32>
  %y = onnx.node "ConvTranspose" 11 (%x, %w, %b) attrs {strides = array<i64: 2>} : (tensor<1x1x2xf32>, tensor<1x1x3xf32>, tensor<1xf32>) -> tensor<1x1x5xf32>
  return %y : tensor<1x1x5xf32>
}

// -----

// Two groups; pads take elements off both ends, also more than the filter has.
// CHECK-LABEL: func.func @groups
// CHECK: arith.constant dense<{{\[\[\[}}2.000000e+00], [6.000000e+00]]]> : tensor<1x2x1xf32>
func.func @groups() -> tensor<1x2x1xf32> {
  %x = onnx.constant "x" dense<[[[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]]> : tensor<1x2x3xf32> : tensor<1x2x3xf32>
  %w = onnx.constant "w" dense<[[[1.0]], [[3.0]]]> : tensor<2x1x1xf32> : tensor<2x1x1xf32>
  %y = onnx.node "ConvTranspose" 11 (%x, %w) attrs {group = 2 : i64, pads = array<i64: 1, 1>} : (tensor<1x2x3xf32>, tensor<2x1x1xf32>) -> tensor<1x2x1xf32>
  return %y : tensor<1x2x1xf32>
}

// -----

func.func @channels(%x: tensor<1x2x3xf32>, %w: tensor<1x1x1xf32>) -> tensor<1x1x3xf32> {
  // expected-error @below {{expected 1 channels, in groups of one size, but got 2}}
  %y = onnx.node "ConvTranspose" 11 (%x, %w) : (tensor<1x2x3xf32>, tensor<1x1x1xf32>) -> tensor<1x1x3xf32>
  return %y : tensor<1x1x3xf32>
}
