// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants --split-input-file --verify-diagnostics | FileCheck %s
//
// Pooling, by value.

// Indices are of the whole input; the padding is never the greatest.
// CHECK-LABEL: func.func @max
// CHECK-DAG: arith.constant dense<{{\[\[\[\[}}-1.000000e+00, -2.000000e+00], [7.000000e+00, 9.000000e+00]]]]> : tensor<1x1x2x2xf32>
// CHECK-DAG: arith.constant dense<{{\[\[\[\[}}0, 1], [6, 8]]]]> : tensor<1x1x2x2xi64>
func.func @max() -> (tensor<1x1x2x2xf32>, tensor<1x1x2x2xi64>) {
  %x = onnx.constant "x" dense<[[[[-1.0, -2.0, -3.0], [-4.0, -5.0, -6.0], [7.0, 8.0, 9.0]]]]> : tensor<1x1x3x3xf32> : tensor<1x1x3x3xf32>
  %y:2 = onnx.node "MaxPool" 12 (%x) attrs {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 1, 1, 0, 0>} : (tensor<1x1x3x3xf32>) -> (tensor<1x1x2x2xf32>, tensor<1x1x2x2xi64>)
  return %y#0, %y#1 : tensor<1x1x2x2xf32>, tensor<1x1x2x2xi64>
}

// -----

// The last window reaches beyond the input.
// CHECK-LABEL: func.func @ceil
// CHECK: arith.constant dense<{{\[\[\[}}2, 5]]]> : tensor<1x1x2xi32>
func.func @ceil() -> tensor<1x1x2xi32> {
  %x = onnx.constant "x" dense<[[[1, 2, 5]]]> : tensor<1x1x3xui8> : tensor<1x1x3xui8>
  %y = onnx.node "MaxPool" 12 (%x) attrs {kernel_shape = array<i64: 2>, strides = array<i64: 2>, ceil_mode = 1 : i64} : (tensor<1x1x3xui8>) -> tensor<1x1x2xui8>
  %z = onnx.node "Cast" 13 (%y) attrs {to = 6 : i64} : (tensor<1x1x2xui8>) -> tensor<1x1x2xi32>
  return %z : tensor<1x1x2xi32>
}

// -----

// Padding counts, or not.
// CHECK-LABEL: func.func @average
// CHECK-DAG: arith.constant dense<{{\[\[\[}}2.000000e+00, 3.000000e+00, 4.000000e+00]]]> : tensor<1x1x3xf32>
// CHECK-DAG: arith.constant dense<{{\[\[\[}}1.000000e+00, 3.000000e+00, 2.000000e+00]]]> : tensor<1x1x3xf32>
func.func @average() -> (tensor<1x1x3xf32>, tensor<1x1x3xf32>) {
  %x = onnx.constant "x" dense<[[[2.0, 4.0]]]> : tensor<1x1x2xf32> : tensor<1x1x2xf32>
  %y = onnx.node "AveragePool" 19 (%x) attrs {kernel_shape = array<i64: 2>, pads = array<i64: 1, 1>} : (tensor<1x1x2xf32>) -> tensor<1x1x3xf32>
  %z = onnx.node "AveragePool" 19 (%x) attrs {kernel_shape = array<i64: 2>, pads = array<i64: 1, 1>, count_include_pad = 1 : i64} : (tensor<1x1x2xf32>) -> tensor<1x1x3xf32>
  return %y, %z : tensor<1x1x3xf32>, tensor<1x1x3xf32>
}

// -----

// CHECK-LABEL: func.func @lp
// CHECK-DAG: arith.constant dense<5.000000e+00> : tensor<1x1x1xf32>
// CHECK-DAG: arith.constant dense<7.000000e+00> : tensor<1x1x1xf32>
func.func @lp() -> (tensor<1x1x1xf32>, tensor<1x1x1xf32>) {
  %x = onnx.constant "x" dense<[[[3.0, -4.0]]]> : tensor<1x1x2xf32> : tensor<1x1x2xf32>
  %y = onnx.node "LpPool" 18 (%x) attrs {kernel_shape = array<i64: 2>} : (tensor<1x1x2xf32>) -> tensor<1x1x1xf32>
  %z = onnx.node "GlobalLpPool" 2 (%x) attrs {p = 1 : i64} : (tensor<1x1x2xf32>) -> tensor<1x1x1xf32>
  return %y, %z : tensor<1x1x1xf32>, tensor<1x1x1xf32>
}

// -----

// CHECK-LABEL: func.func @global
// CHECK-DAG: arith.constant dense<-2.500000e+00> : tensor<1x1x1xf32>
// CHECK-DAG: arith.constant dense<-1.000000e+00> : tensor<1x1x1xf32>
func.func @global() -> (tensor<1x1x1xf32>, tensor<1x1x1xf32>) {
  %x = onnx.constant "x" dense<[[[-1.0, -4.0]]]> : tensor<1x1x2xf32> : tensor<1x1x2xf32>
  %y = onnx.node "GlobalAveragePool" 1 (%x) : (tensor<1x1x2xf32>) -> tensor<1x1x1xf32>
  %z = onnx.node "GlobalMaxPool" 1 (%x) : (tensor<1x1x2xf32>) -> tensor<1x1x1xf32>
  return %y, %z : tensor<1x1x1xf32>, tensor<1x1x1xf32>
}

// -----

func.func @small(%x: tensor<1x1x2xf32>) -> tensor<1x1x1xf32> {
  // expected-error @below {{expected an input at least as large as the window}}
  %y = onnx.node "AveragePool" 19 (%x) attrs {kernel_shape = array<i64: 3>} : (tensor<1x1x2xf32>) -> tensor<1x1x1xf32>
  return %y : tensor<1x1x1xf32>
}

// -----

// Codes of one positive scale are pooled as codes, of a negative one as reals.
// CHECK-LABEL: func.func @codes
// CHECK: linalg.generic {{.*}} ins(%{{.*}}, %{{.*}} : tensor<1x1x4x!tern.q<uint8>>
// CHECK: tern.dequantize %{{.*}} : tensor<1x1x2x!tern.q<uint8>>
// CHECK: linalg.generic {{.*}} ins(%{{.*}}, %{{.*}} : tensor<1x1x4xf32>
func.func @codes(%x: tensor<1x1x4xui8>) -> (tensor<1x1x2xf32>, tensor<1x1x2xf32>) {
  %s = onnx.constant "s" dense<0.5> : tensor<f32> : tensor<f32>
  %n = onnx.constant "n" dense<-0.5> : tensor<f32> : tensor<f32>
  %a = onnx.node "DequantizeLinear" 13 (%x, %s) : (tensor<1x1x4xui8>, tensor<f32>) -> tensor<1x1x4xf32>
  %b = onnx.node "DequantizeLinear" 13 (%x, %n) : (tensor<1x1x4xui8>, tensor<f32>) -> tensor<1x1x4xf32>
  %y = onnx.node "MaxPool" 12 (%a) attrs {kernel_shape = array<i64: 2>, strides = array<i64: 2>} : (tensor<1x1x4xf32>) -> tensor<1x1x2xf32>
  %z = onnx.node "MaxPool" 12 (%b) attrs {kernel_shape = array<i64: 2>, strides = array<i64: 2>} : (tensor<1x1x4xf32>) -> tensor<1x1x2xf32>
  return %y, %z : tensor<1x1x2xf32>, tensor<1x1x2xf32>
}
