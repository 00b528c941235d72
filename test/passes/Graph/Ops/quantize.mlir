// RUN: tern-opt %s --tern-expand-onnx --split-input-file --verify-diagnostics | FileCheck %s
// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants --split-input-file --verify-diagnostics | FileCheck %s --check-prefix=FOLD
//
// One scale, one for each index of an axis, one for each block.

// CHECK-LABEL: func.func @per_tensor
// CHECK: tern.quantize %{{.*}} scale %{{.*}} <[2, 3]> saturate : tensor<2x3xf32>, tensor<1x1xf32> -> tensor<2x3x!tern.q<uint8>>
func.func @per_tensor(%x: tensor<2x3xf32>) -> tensor<2x3xui8> {
  %s = onnx.constant "s" dense<0.5> : tensor<f32> : tensor<f32>
  %y = onnx.node "QuantizeLinear" 19 (%x, %s) : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xui8>
  return %y : tensor<2x3xui8>
}

// CHECK-LABEL: func.func @per_axis
// CHECK: tern.quantize %{{.*}} scale %{{.*}} zero_point %{{.*}} <[2, 1]> saturate : tensor<2x3xf32>, tensor<1x3xf32>, tensor<1x3xi32> -> tensor<2x3x!tern.q<int8>>
func.func @per_axis(%x: tensor<2x3xf32>) -> tensor<2x3xi8> {
  %s = onnx.constant "s" dense<[1.0, 2.0, 4.0]> : tensor<3xf32> : tensor<3xf32>
  %z = onnx.constant "z" dense<[0, 1, 2]> : tensor<3xi8> : tensor<3xi8>
  %y = onnx.node "QuantizeLinear" 13 (%x, %s, %z) attrs {axis = -1 : i64} : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xi8>) -> tensor<2x3xi8>
  return %y : tensor<2x3xi8>
}

// CHECK-LABEL: func.func @blocked
// CHECK: tern.dequantize %{{.*}} scale %{{.*}} <[1, 2]> : tensor<2x3x!tern.q<uint4>>, tensor<2x2xf32> -> tensor<2x3xf32>
func.func @blocked(%x: tensor<2x3xui4>, %s: tensor<2x2xf32>) -> tensor<2x3xf32> {
  %y = onnx.node "DequantizeLinear" 21 (%x, %s) attrs {axis = 1 : i64, block_size = 2 : i64} : (tensor<2x3xui4>, tensor<2x2xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// Ties go to even before the zero point is added; then the range clips.
// FOLD-LABEL: func.func @rounds
// FOLD: arith.constant dense<[3, 5, 5, 255, 0]> : tensor<5xi32>
func.func @rounds() -> tensor<5xi32> {
  %x = onnx.constant "x" dense<[0.25, 0.75, 1.25, 1000.0, -1000.0]> : tensor<5xf32> : tensor<5xf32>
  %s = onnx.constant "s" dense<0.5> : tensor<f32> : tensor<f32>
  %z = onnx.constant "z" dense<3> : tensor<ui8> : tensor<ui8>
  %q = onnx.node "QuantizeLinear" 13 (%x, %s, %z) : (tensor<5xf32>, tensor<f32>, tensor<ui8>) -> tensor<5xui8>
  %y = onnx.node "Cast" 13 (%q) attrs {to = 6 : i64} : (tensor<5xui8>) -> tensor<5xi32>
  return %y : tensor<5xi32>
}

// The range covers 0; -1..3 has the scale 4/255 and the zero point 64.
// FOLD-LABEL: func.func @dynamic
// FOLD-DAG: arith.constant dense<[0, 64, 255]> : tensor<3xi32>
// FOLD-DAG: arith.constant dense<0.0156862754> : tensor<f32>
func.func @dynamic() -> (tensor<3xi32>, tensor<f32>) {
  %x = onnx.constant "x" dense<[-1.0, 0.0, 3.0]> : tensor<3xf32> : tensor<3xf32>
  %q, %s, %z = onnx.node "DynamicQuantizeLinear" 11 (%x) : (tensor<3xf32>) -> (tensor<3xui8>, tensor<f32>, tensor<ui8>)
  %y = onnx.node "Cast" 13 (%q) attrs {to = 6 : i64} : (tensor<3xui8>) -> tensor<3xi32>
  return %y, %s : tensor<3xi32>, tensor<f32>
}

// -----

func.func @wrong_scale(%x: tensor<2x3xf32>, %s: tensor<2xf32>) -> tensor<2x3xui8> {
  // expected-error@+1 {{expected one scale, one for each index of axis 1, or one for each block, but got a scale of 2 elements}}
  %y = onnx.node "QuantizeLinear" 13 (%x, %s) : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xui8>
  return %y : tensor<2x3xui8>
}

// -----

func.func @wide(%x: tensor<3xi64>, %s: tensor<f32>) -> tensor<3xf32> {
  // expected-error@+1 {{expected codes of at most 16 bits or int32}}
  %y = onnx.node "DequantizeLinear" 13 (%x, %s) : (tensor<3xi64>, tensor<f32>) -> tensor<3xf32>
  return %y : tensor<3xf32>
}
