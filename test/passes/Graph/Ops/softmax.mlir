// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants | FileCheck %s
//
// Softmax, by value: equal elements share evenly, of one axis or, before
// opset 13, of everything from the axis on.

// CHECK-LABEL: func.func @one_axis
// CHECK: arith.constant dense<5.000000e-01> : tensor<2x2x2xf32>
func.func @one_axis() -> tensor<2x2x2xf32> {
  %x = onnx.constant "x" dense<1000.0> : tensor<2x2x2xf32> : tensor<2x2x2xf32>
  %y = onnx.node "Softmax" 13 (%x) attrs {axis = 1 : i64} : (tensor<2x2x2xf32>) -> tensor<2x2x2xf32>
  return %y : tensor<2x2x2xf32>
}

// CHECK-LABEL: func.func @flattened
// CHECK: arith.constant dense<2.500000e-01> : tensor<2x2x2xf32>
func.func @flattened() -> tensor<2x2x2xf32> {
  %x = onnx.constant "x" dense<-1000.0> : tensor<2x2x2xf32> : tensor<2x2x2xf32>
  %y = onnx.node "Softmax" 11 (%x) : (tensor<2x2x2xf32>) -> tensor<2x2x2xf32>
  return %y : tensor<2x2x2xf32>
}

// CHECK-LABEL: func.func @log
// CHECK: arith.constant dense<[0.000000e+00, -1.000000e+04]> : tensor<2xf32>
func.func @log() -> tensor<2xf32> {
  %x = onnx.constant "x" dense<[5000.0, -5000.0]> : tensor<2xf32> : tensor<2xf32>
  %y = onnx.node "LogSoftmax" 13 (%x) : (tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}
