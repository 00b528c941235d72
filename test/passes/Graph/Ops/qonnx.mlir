// RUN: tern-opt %s --tern-expand-onnx --split-input-file --verify-diagnostics | FileCheck %s
// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants --split-input-file --verify-diagnostics | FileCheck %s --check-prefix=FOLD
//
// A Quant leaves its codes visible.

// CHECK-LABEL: func.func @plain
// CHECK: %[[Q:.*]] = tern.quantize %{{.*}} scale %{{.*}} <[2, 3]> saturate : tensor<2x3xf32>, tensor<1x1xf32> -> tensor<2x3x!tern.q<int4>>
// CHECK: tern.dequantize %[[Q]] scale %{{.*}} <[2, 3]>
func.func @plain(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %s = onnx.constant "s" dense<0.5> : tensor<f32> : tensor<f32>
  %z = onnx.constant "z" dense<0.0> : tensor<f32> : tensor<f32>
  %n = onnx.constant "n" dense<4.0> : tensor<f32> : tensor<f32>
  %y = onnx.node "onnx.brevitas.Quant" 1 (%x, %s, %z, %n) attrs {signed = 1 : i64, narrow = 0 : i64, rounding_mode = "ROUND"} : (tensor<2x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// A narrow range clips at -3; a scale for each row.
// CHECK-LABEL: func.func @narrow
// CHECK: math.roundeven
// CHECK: arith.constant -3.0
// CHECK: tern.encode
// CHECK: tern.dequantize %{{.*}} scale %{{.*}} <[1, 3]> : tensor<2x3x!tern.q<int3>>, tensor<2x1xf32> -> tensor<2x3xf32>
func.func @narrow(%x: tensor<2x3xf32>, %s: tensor<2x1xf32>) -> tensor<2x3xf32> {
  %z = onnx.constant "z" dense<0.0> : tensor<f32> : tensor<f32>
  %n = onnx.constant "n" dense<3.0> : tensor<f32> : tensor<f32>
  %y = onnx.node "qonnx.custom_op.general.Quant" 1 (%x, %s, %z, %n) attrs {narrow = 1 : i64} : (tensor<2x3xf32>, tensor<2x1xf32>, tensor<f32>, tensor<f32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @bipolar
// CHECK: arith.cmpf oge
// CHECK: tern.dequantize %{{.*}} : tensor<3x!tern.q<binary>>, tensor<1xf32> -> tensor<3xf32>
func.func @bipolar(%x: tensor<3xf32>) -> tensor<3xf32> {
  %s = onnx.constant "s" dense<2.0> : tensor<f32> : tensor<f32>
  %y = onnx.node "finn.custom_op.general.BipolarQuant" 1 (%x, %s) : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  return %y : tensor<3xf32>
}

// e4m3 of bias 7 up to 448: 1.0625 ties to 1, 1000 saturates, and 2^-9 is the
// least subnormal.
// FOLD-LABEL: func.func @float_quant
// FOLD: arith.constant dense<[1.000000e+00, 4.480000e+02, -3.125000e-01, 0.001953125]> : tensor<4xf32>
func.func @float_quant() -> tensor<4xf32> {
  %x = onnx.constant "x" dense<[1.0625, 1000.0, -0.3, 0.002]> : tensor<4xf32> : tensor<4xf32>
  %s = onnx.constant "s" dense<1.0> : tensor<f32> : tensor<f32>
  %e = onnx.constant "e" dense<4.0> : tensor<f32> : tensor<f32>
  %m = onnx.constant "m" dense<3.0> : tensor<f32> : tensor<f32>
  %b = onnx.constant "b" dense<7.0> : tensor<f32> : tensor<f32>
  %g = onnx.constant "g" dense<448.0> : tensor<f32> : tensor<f32>
  %y = onnx.node "onnx.brevitas.FloatQuant" 1 (%x, %s, %e, %m, %b, %g) : (tensor<4xf32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// FOLD-LABEL: func.func @thresholds
// FOLD: arith.constant dense<{{\[\[}}2.500000e-01, 1.250000e+00]]> : tensor<1x2xf32>
func.func @thresholds() -> tensor<1x2xf32> {
  %x = onnx.constant "x" dense<[[0.5, 2.0]]> : tensor<1x2xf32> : tensor<1x2xf32>
  %t = onnx.constant "t" dense<[[1.0, 2.0, 3.0], [0.0, 2.0, 3.0]]> : tensor<2x3xf32> : tensor<2x3xf32>
  %y = onnx.node "qonnx.custom_op.general.MultiThreshold" 1 (%x, %t) attrs {out_scale = 0.5 : f32, out_bias = 0.25 : f32} : (tensor<1x2xf32>, tensor<2x3xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -1 and +1 are binary codes.
// CHECK-LABEL: func.func @sign
// CHECK: tern.dequantize %{{.*}} : tensor<1x2x!tern.q<binary>>, tensor<1x1xf32> -> tensor<1x2xf32>
func.func @sign(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %t = onnx.constant "t" dense<0.0> : tensor<1x1xf32> : tensor<1x1xf32>
  %y = onnx.node "finn.custom_op.general.MultiThreshold" 1 (%x, %t) attrs {out_scale = 2.0 : f32, out_bias = -1.0 : f32} : (tensor<1x2xf32>, tensor<1x1xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @width(%x: tensor<3xf32>, %n: tensor<f32>) -> tensor<3xf32> {
  %s = onnx.constant "s" dense<1.0> : tensor<f32> : tensor<f32>
  // expected-error@+2 {{expected one constant bit width and a constant zero point}}
  // expected-note@+1 {{make them initializers}}
  %y = onnx.node "onnx.brevitas.Quant" 1 (%x, %s, %s, %n) : (tensor<3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<3xf32>
  return %y : tensor<3xf32>
}
