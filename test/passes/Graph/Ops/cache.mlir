// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants --split-input-file --verify-diagnostics | FileCheck %s
//
// Updates of caches, by value.

// Each batch at its own place, and around the end.
// CHECK-LABEL: func.func @circular
// CHECK: arith.constant dense<{{\[\[\[}}1], [8], [9]], {{\[\[}}9], [2], [8]]]> : tensor<2x3x1xi32>
func.func @circular() -> tensor<2x3x1xi32> {
  %c = onnx.constant "c" dense<[[[1], [2], [3]], [[1], [2], [3]]]> : tensor<2x3x1xi32> : tensor<2x3x1xi32>
  %u = onnx.constant "u" dense<[[[8], [9]], [[8], [9]]]> : tensor<2x2x1xi32> : tensor<2x2x1xi32>
  %i = onnx.constant "i" dense<[1, 2]> : tensor<2xi64> : tensor<2xi64>
  %y = onnx.node "TensorScatter" 24 (%c, %u, %i) attrs {mode = "circular"} : (tensor<2x3x1xi32>, tensor<2x2x1xi32>, tensor<2xi64>) -> tensor<2x3x1xi32>
  return %y : tensor<2x3x1xi32>
}

// -----

func.func @length(%c: tensor<1x2x1xf32>, %u: tensor<1x3x1xf32>) -> tensor<1x2x1xf32> {
  // expected-error @below {{expected an update that fits the cache}}
  %y = onnx.node "TensorScatter" 24 (%c, %u) : (tensor<1x2x1xf32>, tensor<1x3x1xf32>) -> tensor<1x2x1xf32>
  return %y : tensor<1x2x1xf32>
}
