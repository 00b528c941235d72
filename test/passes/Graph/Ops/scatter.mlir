// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants | FileCheck %s
//
// Operators on constants fold to what the reference evaluator says.

// Updates of one position add up.
// CHECK-LABEL: func.func @elements_add
// CHECK: arith.constant dense<[1, 32, 3]> : tensor<3xi32>
func.func @elements_add() -> (tensor<3xi32>) {
  %x = onnx.constant "x" dense<[1, 2, 3]> : tensor<3xi32> : tensor<3xi32>
  %i = onnx.constant "i" dense<[1, -2]> : tensor<2xi64> : tensor<2xi64>
  %u = onnx.constant "u" dense<[10, 20]> : tensor<2xi32> : tensor<2xi32>
  %out = onnx.node "ScatterElements" 18 (%x, %i, %u) attrs {reduction = "add"} : (tensor<3xi32>, tensor<2xi64>, tensor<2xi32>) -> tensor<3xi32>
  return %out : tensor<3xi32>
}

// Whole rows.
// CHECK-LABEL: func.func @nd
// CHECK: arith.constant dense<{{\[}}[1, 2], [8, 9]]> : tensor<2x2xi32>
func.func @nd() -> (tensor<2x2xi32>) {
  %x = onnx.constant "x" dense<[[1, 2], [3, 4]]> : tensor<2x2xi32> : tensor<2x2xi32>
  %i = onnx.constant "i" dense<1> : tensor<1x1xi64> : tensor<1x1xi64>
  %u = onnx.constant "u" dense<[[8, 9]]> : tensor<1x2xi32> : tensor<1x2xi32>
  %out = onnx.node "ScatterND" 18 (%x, %i, %u) : (tensor<2x2xi32>, tensor<1x1xi64>, tensor<1x2xi32>) -> tensor<2x2xi32>
  return %out : tensor<2x2xi32>
}
