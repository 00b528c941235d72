// RUN: tern-opt %s --tern-expand-onnx --split-input-file --verify-diagnostics | FileCheck %s
// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants --split-input-file --verify-diagnostics | FileCheck %s --check-prefix=FOLD
//
// Convolutions of codes.

// Padding holds the zero point: it adds nothing.
// FOLD-LABEL: func.func @integer
// FOLD: arith.constant dense<{{\[\[\[}}3, 5, 3]]]> : tensor<1x1x3xi32>
func.func @integer() -> tensor<1x1x3xi32> {
  %x = onnx.constant "x" dense<[[[2, 3, 4]]]> : tensor<1x1x3xui8> : tensor<1x1x3xui8>
  %w = onnx.constant "w" dense<[[[1, 1]]]> : tensor<1x1x2xui8> : tensor<1x1x2xui8>
  %z = onnx.constant "z" dense<1> : tensor<ui8> : tensor<ui8>
  %c = onnx.constant "c" dense<[[[0, 0, 0]]]> : tensor<1x1x3xi32> : tensor<1x1x3xi32>
  %p = onnx.node "ConvInteger" 10 (%x, %w, %z) attrs {auto_pad = "SAME_UPPER"} : (tensor<1x1x3xui8>, tensor<1x1x2xui8>, tensor<ui8>) -> tensor<1x1x3xi32>
  %y = onnx.node "Add" 13 (%p, %c) : (tensor<1x1x3xi32>, tensor<1x1x3xi32>) -> tensor<1x1x3xi32>
  return %y : tensor<1x1x3xi32>
}

// CHECK-LABEL: func.func @qlinear
// CHECK: tern.conv ins(%arg0, %{{.*}} : tensor<1x2x4x4x!tern.q<uint8>>, tensor<4x1x3x3x!tern.q<int8>>) input_zp(%{{.*}} : tensor<1xi32>) outs(%{{.*}} : tensor<1x4x2x2xi32>) acc i32 {dilations = array<i64: 1, 1>, groups = 2 : i64, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>}
// CHECK: arith.addi
// CHECK: arith.mulf
// CHECK: math.roundeven
func.func @qlinear(%x: tensor<1x2x4x4xui8>, %w: tensor<4x1x3x3xi8>, %b: tensor<4xi32>) -> tensor<1x4x2x2xui8> {
  %s = onnx.constant "s" dense<0.5> : tensor<f32> : tensor<f32>
  %t = onnx.constant "t" dense<[0.5, 0.25, 0.5, 0.25]> : tensor<4xf32> : tensor<4xf32>
  %z = onnx.constant "z" dense<3> : tensor<ui8> : tensor<ui8>
  %o = onnx.constant "o" dense<0> : tensor<4xi8> : tensor<4xi8>
  %y = onnx.node "QLinearConv" 10 (%x, %s, %z, %w, %t, %o, %s, %z, %b) attrs {group = 2 : i64, pads = [1, 1, 1, 1], strides = [2, 2]} : (tensor<1x2x4x4xui8>, tensor<f32>, tensor<ui8>, tensor<4x1x3x3xi8>, tensor<4xf32>, tensor<4xi8>, tensor<f32>, tensor<ui8>, tensor<4xi32>) -> tensor<1x4x2x2xui8>
  return %y : tensor<1x4x2x2xui8>
}

// -----

func.func @channels(%x: tensor<1x3x4xui8>, %w: tensor<4x2x3xi8>) -> tensor<1x4x2xi32> {
  // expected-error@+1 {{expected 2 channels, but got 3}}
  %y = onnx.node "ConvInteger" 10 (%x, %w) : (tensor<1x3x4xui8>, tensor<4x2x3xi8>) -> tensor<1x4x2xi32>
  return %y : tensor<1x4x2xi32>
}
