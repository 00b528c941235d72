// RUN: tern-opt %s --tern-expand-onnx --split-input-file --verify-diagnostics | FileCheck %s
// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants --split-input-file --verify-diagnostics | FileCheck %s --check-prefix=FOLD
//
// floor((x * factor + addend) / div + 1/2) between 0 and 255.

// CHECK-LABEL: func.func @codes
// CHECK: tern.dequantize %{{.*}} : tensor<2x3x!tern.q<int8>>, tensor<1x1xf32> -> tensor<2x3xf32>
func.func @codes(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %m = onnx.constant "m" dense<[2.0, 3.0, 4.0]> : tensor<3xf32> : tensor<3xf32>
  %a = onnx.constant "a" dense<[0.0, 1.0, 2.0]> : tensor<3xf32> : tensor<3xf32>
  %y = onnx.node "RequantShift" 10 (%x, %m, %a) attrs {div = dense<16.0> : tensor<f32>, n_levels_out = dense<256.0> : tensor<1xf32>, signed = dense<1.0> : tensor<1xf32>} : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// (5 * 3 + 1) / 8 is 2; (-4) / 8 rounds up to 0; 1.5 rounds to 2; 300 clips.
// FOLD-LABEL: func.func @rounds
// FOLD: arith.constant dense<[2, 0, 2, 255, 0]> : tensor<5xi32>
func.func @rounds() -> tensor<5xi32> {
  %x = onnx.constant "x" dense<[5, -1, 4, 900, -100]> : tensor<5xi32> : tensor<5xi32>
  %m = onnx.constant "m" dense<[3.0, 4.0, 3.0, 3.0, 3.0]> : tensor<5xf32> : tensor<5xf32>
  %a = onnx.constant "a" dense<[1.0, 0.0, 0.0, 0.0, 0.0]> : tensor<5xf32> : tensor<5xf32>
  %y = onnx.node "RequantShift" 10 (%x, %m, %a) attrs {div = dense<8.0> : tensor<f32>, n_levels_out = dense<256.0> : tensor<1xf32>, signed = dense<0.0> : tensor<1xf32>} : (tensor<5xi32>, tensor<5xf32>, tensor<5xf32>) -> tensor<5xi32>
  return %y : tensor<5xi32>
}

// x * ((one + sign * (one - (min(|x|, -b) + b)^2)) >> 1)
// FOLD-LABEL: func.func @gelu
// FOLD: arith.constant dense<[0, 410, -90, 2000]> : tensor<4xi32>
func.func @gelu() -> tensor<4xi32> {
  %x = onnx.constant "x" dense<[0, 5, -5, 20]> : tensor<4xi32> : tensor<4xi32>
  %y = onnx.node "iGELU" 10 (%x) attrs {b = -11 : i64, one = 100 : i64} : (tensor<4xi32>) -> tensor<4xi32>
  return %y : tensor<4xi32>
}

// A mean rounds to nearest, half up: 2.5 and -2.5.
// FOLD-LABEL: func.func @mean
// FOLD: arith.constant dense<[3, -2]> : tensor<2xi32>
func.func @mean() -> tensor<2xi32> {
  %x = onnx.constant "x" dense<[[2, 3], [-2, -3]]> : tensor<2x2xi32> : tensor<2x2xi32>
  %y = onnx.node "IntegerMean" 10 (%x) attrs {axes = [1], keepdims = 0 : i64} : (tensor<2x2xi32>) -> tensor<2xi32>
  return %y : tensor<2xi32>
}

// -----

func.func @levels(%x: tensor<2xf32>) -> tensor<2xf32> {
  // expected-error@+1 {{expected a number of levels of 2 to 65536}}
  %y = onnx.node "RequantShift" 10 (%x, %x, %x) attrs {div = dense<8.0> : tensor<f32>, signed = dense<0.0> : tensor<1xf32>} : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}
