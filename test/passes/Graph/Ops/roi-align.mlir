// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants --split-input-file --verify-diagnostics | FileCheck %s
//
// Regions, by value.

// The mean of a region of 2 x 2 whole elements, of the second batch.
// CHECK-LABEL: func.func @mean
// CHECK: arith.constant dense<2.500000e+00> : tensor<1x1x1x1xf32>
func.func @mean() -> tensor<1x1x1x1xf32> {
  %x = onnx.constant "x" dense<[[[[0.0, 0.0], [0.0, 0.0]]], [[[1.0, 2.0], [3.0, 4.0]]]]> : tensor<2x1x2x2xf32> : tensor<2x1x2x2xf32>
  %r = onnx.constant "r" dense<[[0.0, 0.0, 2.0, 2.0]]> : tensor<1x4xf32> : tensor<1x4xf32>
  %b = onnx.constant "b" dense<1> : tensor<1xi64> : tensor<1xi64>
  %y = onnx.node "RoiAlign" 16 (%x, %r, %b) attrs {sampling_ratio = 2 : i64} : (tensor<2x1x2x2xf32>, tensor<1x4xf32>, tensor<1xi64>) -> tensor<1x1x1x1xf32>
  return %y : tensor<1x1x1x1xf32>
}

// -----

func.func @adaptive(%x: tensor<1x1x2x2xf32>, %r: tensor<1x4xf32>, %b: tensor<1xi64>) -> tensor<1x1x1x1xf32> {
  // expected-error @below {{expected a sampling_ratio from 1 to 8, but got 0}}
  // expected-note @below {{0 makes the number of samples depend on data}}
  %y = onnx.node "RoiAlign" 16 (%x, %r, %b) : (tensor<1x1x2x2xf32>, tensor<1x4xf32>, tensor<1xi64>) -> tensor<1x1x1x1xf32>
  return %y : tensor<1x1x1x1xf32>
}
