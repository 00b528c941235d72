// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants --split-input-file --verify-diagnostics | FileCheck %s
//
// Fourier transforms, by value: of two numbers, their sum and difference.

// CHECK-LABEL: func.func @one_sided
// CHECK: arith.constant dense<{{\[\[\[}}4.000000e+00, {{-?}}0.000000e+00], [-2.000000e+00,
func.func @one_sided() -> tensor<1x2x2xf32> {
  %x = onnx.constant "x" dense<[[[1.0], [3.0]]]> : tensor<1x2x1xf32> : tensor<1x2x1xf32>
  %y = onnx.node "DFT" 20 (%x) attrs {onesided = 1 : i64} : (tensor<1x2x1xf32>) -> tensor<1x2x2xf32>
  return %y : tensor<1x2x2xf32>
}

// -----

// One frame of two numbers at each step of 1, weighted.
// CHECK-LABEL: func.func @frames
// CHECK: tensor<1x2x2x2xf32>
// CHECK: tern.matmul {{.*}}tensor<2x2xf32>
func.func @frames(%x: tensor<1x3x1xf32>) -> tensor<1x2x2x2xf32> {
  %s = onnx.constant "s" dense<1> : tensor<i64> : tensor<i64>
  %w = onnx.constant "w" dense<[1.0, 2.0]> : tensor<2xf32> : tensor<2xf32>
  %y = onnx.node "STFT" 17 (%x, %s, %w) : (tensor<1x3x1xf32>, tensor<i64>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
  return %y : tensor<1x2x2x2xf32>
}

// -----

// CHECK-LABEL: func.func @hann
// CHECK: arith.constant dense<[0.000000e+00, 1.000000e+00]> : tensor<2xf32>
func.func @hann() -> tensor<2xf32> {
  %n = onnx.constant "n" dense<2> : tensor<i64> : tensor<i64>
  %y = onnx.node "HannWindow" 17 (%n) : (tensor<i64>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

func.func @axis(%x: tensor<1x2x1xf32>) -> tensor<1x2x2xf32> {
  // expected-error @below {{expected an axis before the last of 3, but got 2}}
  %y = onnx.node "DFT" 17 (%x) attrs {axis = 2 : i64} : (tensor<1x2x1xf32>) -> tensor<1x2x2xf32>
  return %y : tensor<1x2x2xf32>
}
