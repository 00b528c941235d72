// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants | FileCheck %s
//
// Operators on constants fold to what the reference evaluator says.

// Scaled below zero.
// CHECK-LABEL: func.func @leaky
// CHECK: arith.constant dense<[-1.000000e+00, 0.000000e+00, 2.000000e+00]> : tensor<3xf32>
func.func @leaky() -> (tensor<3xf32>) {
  %x = onnx.constant "x" dense<[-2.0, 0.0, 2.0]> : tensor<3xf32> : tensor<3xf32>
  %out = onnx.node "LeakyRelu" 16 (%x) attrs {alpha = 0.5 : f32} : (tensor<3xf32>) -> tensor<3xf32>
  return %out : tensor<3xf32>
}

// Large arguments do not overflow.
// CHECK-LABEL: func.func @softplus
// CHECK: arith.constant dense<[1.000000e+03, 0.000000e+00]> : tensor<2xf32>
func.func @softplus() -> (tensor<2xf32>) {
  %x = onnx.constant "x" dense<[1000.0, -1000.0]> : tensor<2xf32> : tensor<2xf32>
  %out = onnx.node "Softplus" 1 (%x) : (tensor<2xf32>) -> tensor<2xf32>
  return %out : tensor<2xf32>
}

// Integers too.
// CHECK-LABEL: func.func @relu_int
// CHECK: arith.constant dense<[0, 0, 2]> : tensor<3xi32>
func.func @relu_int() -> (tensor<3xi32>) {
  %x = onnx.constant "x" dense<[-2, 0, 2]> : tensor<3xi32> : tensor<3xi32>
  %out = onnx.node "Relu" 14 (%x) : (tensor<3xi32>) -> tensor<3xi32>
  return %out : tensor<3xi32>
}

// Clamped to [0, 1].
// CHECK-LABEL: func.func @hard_sigmoid
// CHECK: arith.constant dense<[0.000000e+00, 5.000000e-01, 1.000000e+00]> : tensor<3xf32>
func.func @hard_sigmoid() -> (tensor<3xf32>) {
  %x = onnx.constant "x" dense<[-9.0, 0.0, 9.0]> : tensor<3xf32> : tensor<3xf32>
  %out = onnx.node "HardSigmoid" 6 (%x) : (tensor<3xf32>) -> tensor<3xf32>
  return %out : tensor<3xf32>
}

// A gate of 0 lets nothing through.
// CHECK-LABEL: func.func @swiglu
// CHECK: arith.constant dense<[0.000000e+00, 1.600000e+02]> : tensor<2xf32>
func.func @swiglu() -> tensor<2xf32> {
  %g = onnx.constant "g" dense<[0.0, 40.0]> : tensor<2xf32> : tensor<2xf32>
  %u = onnx.constant "u" dense<[3.0, 4.0]> : tensor<2xf32> : tensor<2xf32>
  %y = onnx.node "SwiGLU" 28 (%g, %u) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// Until opset 6 a slope of one dimension is of the channels.
// CHECK-LABEL: func.func @prelu_channels
// CHECK: arith.constant dense<{{\[\[\[}}-2.000000e+00, 1.000000e+00], [-3.000000e+00, 1.000000e+00]]]> : tensor<1x2x2xf32>
func.func @prelu_channels() -> tensor<1x2x2xf32> {
  %x = onnx.constant "x" dense<[[[-1.0, 1.0], [-1.0, 1.0]]]> : tensor<1x2x2xf32> : tensor<1x2x2xf32>
  %s = onnx.constant "s" dense<[2.0, 3.0]> : tensor<2xf32> : tensor<2xf32>
  %y = onnx.node "PRelu" 6 (%x, %s) : (tensor<1x2x2xf32>, tensor<2xf32>) -> tensor<1x2x2xf32>
  return %y : tensor<1x2x2xf32>
}
