// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants | FileCheck %s
//
// Operators on constants fold to what the reference evaluator says.

// Ties to even.
// CHECK-LABEL: func.func @round
// CHECK: arith.constant dense<[0.000000e+00, 2.000000e+00, -2.000000e+00, 3.000000e+00]> : tensor<4xf32>
func.func @round() -> (tensor<4xf32>) {
  %x = onnx.constant "x" dense<[0.5, 1.5, -2.5, 2.6]> : tensor<4xf32> : tensor<4xf32>
  %out = onnx.node "Round" 22 (%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %out : tensor<4xf32>
}

// The least integer has no positive: it wraps.
// CHECK-LABEL: func.func @abs_least
// CHECK: arith.constant dense<[-2147483648, 3]> : tensor<2xi32>
func.func @abs_least() -> (tensor<2xi32>) {
  %x = onnx.constant "x" dense<[-2147483648, -3]> : tensor<2xi32> : tensor<2xi32>
  %out = onnx.node "Abs" 13 (%x) : (tensor<2xi32>) -> tensor<2xi32>
  return %out : tensor<2xi32>
}

// A NaN stays one.
// CHECK-LABEL: func.func @sign
// CHECK: arith.constant dense<[-1.000000e+00, 0x7FC00000, 1.000000e+00]> : tensor<3xf32>
func.func @sign() -> (tensor<3xf32>) {
  %x = onnx.constant "x" dense<[-4.0, 0x7FC00000, 2.0]> : tensor<3xf32> : tensor<3xf32>
  %out = onnx.node "Sign" 13 (%x) : (tensor<3xf32>) -> tensor<3xf32>
  return %out : tensor<3xf32>
}

// Only the positive infinity is asked for.
// CHECK-LABEL: func.func @is_inf
// CHECK: arith.constant dense<[true, false, false]> : tensor<3xi1>
func.func @is_inf() -> (tensor<3xi1>) {
  %x = onnx.constant "x" dense<[0x7F800000, 0xFF800000, 1.0]> : tensor<3xf32> : tensor<3xf32>
  %out = onnx.node "IsInf" 20 (%x) attrs {detect_negative = 0 : i64} : (tensor<3xf32>) -> tensor<3xi1>
  return %out : tensor<3xi1>
}
