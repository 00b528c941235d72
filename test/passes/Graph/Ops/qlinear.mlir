// RUN: tern-opt %s --tern-expand-onnx --split-input-file --verify-diagnostics | FileCheck %s
//
// Operators between codes are dequantize, the float operator, quantize.

// CHECK-LABEL: func.func @add
// CHECK-DAG: tern.dequantize %arg0 scale %{{.*}} <[1, 4]> : tensor<1x4x!tern.q<uint8>>
// CHECK-DAG: tern.dequantize %arg1 scale %{{.*}} zero_point %{{.*}} <[4]> : tensor<4x!tern.q<uint8>>
// CHECK: arith.addf
// CHECK: tern.quantize %{{.*}} scale %{{.*}} zero_point %{{.*}} <[1, 4]> saturate : tensor<1x4xf32>
func.func @add(%x: tensor<1x4xui8>, %y: tensor<4xui8>) -> tensor<1x4xui8> {
  %s = onnx.constant "s" dense<0.5> : tensor<f32> : tensor<f32>
  %z = onnx.constant "z" dense<0> : tensor<ui8> : tensor<ui8>
  %o = onnx.constant "o" dense<1> : tensor<ui8> : tensor<ui8>
  %r = onnx.node "com.microsoft.QLinearAdd" 1 (%x, %s, %z, %y, %s, %o, %s, %o) : (tensor<1x4xui8>, tensor<f32>, tensor<ui8>, tensor<4xui8>, tensor<f32>, tensor<ui8>, tensor<f32>, tensor<ui8>) -> tensor<1x4xui8>
  return %r : tensor<1x4xui8>
}

// CHECK-LABEL: func.func @softmax
// CHECK: arith.maximumf
// CHECK: math.exp
// CHECK: arith.divf
// CHECK: tern.quantize
func.func @softmax(%x: tensor<2x4xi8>) -> tensor<2x4xi8> {
  %s = onnx.constant "s" dense<0.5> : tensor<f32> : tensor<f32>
  %z = onnx.constant "z" dense<0> : tensor<i8> : tensor<i8>
  %o = onnx.constant "o" dense<-128> : tensor<i8> : tensor<i8>
  %r = onnx.node "com.microsoft.QLinearSoftmax" 1 (%x, %s, %z, %s, %o) attrs {axis = -1 : i64, opset = 13 : i64} : (tensor<2x4xi8>, tensor<f32>, tensor<i8>, tensor<f32>, tensor<i8>) -> tensor<2x4xi8>
  return %r : tensor<2x4xi8>
}

// CHECK-LABEL: func.func @concat
// CHECK: tensor.insert_slice
// CHECK: tern.quantize %{{.*}} : tensor<5xf32>, tensor<1xf32> -> tensor<5x!tern.q<int8>>
func.func @concat(%x: tensor<2xi8>, %y: tensor<3xi8>) -> tensor<5xi8> {
  %s = onnx.constant "s" dense<0.5> : tensor<f32> : tensor<f32>
  %z = onnx.constant "z" dense<0> : tensor<i8> : tensor<i8>
  %r = onnx.node "com.microsoft.QLinearConcat" 1 (%s, %z, %x, %s, %z, %y, %s, %z) attrs {axis = 0 : i64} : (tensor<f32>, tensor<i8>, tensor<2xi8>, tensor<f32>, tensor<i8>, tensor<3xi8>, tensor<f32>, tensor<i8>) -> tensor<5xi8>
  return %r : tensor<5xi8>
}

// CHECK-LABEL: func.func @average
// CHECK: tern.dequantize
// CHECK: arith.addf
// CHECK: arith.divf
// CHECK: tern.quantize %{{.*}} : tensor<1x2x2xf32>, tensor<1x1x1xf32> -> tensor<1x2x2x!tern.q<int8>>
func.func @average(%x: tensor<1x2x4xi8>) -> tensor<1x2x2xi8> {
  %s = onnx.constant "s" dense<0.5> : tensor<f32> : tensor<f32>
  %z = onnx.constant "z" dense<0> : tensor<i8> : tensor<i8>
  %r = onnx.node "com.microsoft.QLinearAveragePool" 1 (%x, %s, %z, %s, %z) attrs {kernel_shape = [2], strides = [2]} : (tensor<1x2x4xi8>, tensor<f32>, tensor<i8>, tensor<f32>, tensor<i8>) -> tensor<1x2x2xi8>
  return %r : tensor<1x2x2xi8>
}

// -----

func.func @float(%x: tensor<4xf32>, %s: tensor<f32>, %z: tensor<i8>) -> tensor<4xi8> {
  // expected-error@+1 {{expected codes and their scale at operand 0}}
  %r = onnx.node "com.microsoft.QLinearSigmoid" 1 (%x, %s, %z, %s, %z) : (tensor<4xf32>, tensor<f32>, tensor<i8>, tensor<f32>, tensor<i8>) -> tensor<4xi8>
  return %r : tensor<4xi8>
}
