// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants | FileCheck %s
//
// Operators on constants fold to what the reference evaluator says.

// Upsampling repeats.
// CHECK-LABEL: func.func @nearest
// CHECK: arith.constant dense<{{\[}}{{\[}}{{\[}}[1.000000e+00, 1.000000e+00, 2.000000e+00, 2.000000e+00]]]]> : tensor<1x1x1x4xf32>
func.func @nearest() -> (tensor<1x1x1x4xf32>) {
  %x = onnx.constant "x" dense<[[[[1.0, 2.0]]]]> : tensor<1x1x1x2xf32> : tensor<1x1x1x2xf32>
  %s = onnx.constant "s" dense<[1.0, 1.0, 1.0, 2.0]> : tensor<4xf32> : tensor<4xf32>
  %out = onnx.node "Resize" 10 (%x, %s) attrs {mode = "nearest"} : (tensor<1x1x1x2xf32>, tensor<4xf32>) -> tensor<1x1x1x4xf32>
  return %out : tensor<1x1x1x4xf32>
}

// Half a pixel in: the border repeats.
// CHECK-LABEL: func.func @linear
// CHECK: arith.constant dense<{{\[}}{{\[}}{{\[}}[1.000000e+00, 1.250000e+00, 1.750000e+00, 2.000000e+00]]]]> : tensor<1x1x1x4xf32>
func.func @linear() -> (tensor<1x1x1x4xf32>) {
  %x = onnx.constant "x" dense<[[[[1.0, 2.0]]]]> : tensor<1x1x1x2xf32> : tensor<1x1x1x2xf32>
  %r = onnx.constant "r" dense<> : tensor<0xf32> : tensor<0xf32>
  %s = onnx.constant "s" dense<[1.0, 1.0, 1.0, 2.0]> : tensor<4xf32> : tensor<4xf32>
  %out = onnx.node "Resize" 19 (%x, %r, %s) attrs {mode = "linear"} : (tensor<1x1x1x2xf32>, tensor<0xf32>, tensor<4xf32>) -> tensor<1x1x1x4xf32>
  return %out : tensor<1x1x1x4xf32>
}
