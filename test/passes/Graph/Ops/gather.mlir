// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants | FileCheck %s
//
// Operators on constants fold to what the reference evaluator says.

// Negative indices count from the end.
// CHECK-LABEL: func.func @gather
// CHECK: arith.constant dense<{{\[}}[3, 1], [6, 4]]> : tensor<2x2xi32>
func.func @gather() -> (tensor<2x2xi32>) {
  %x = onnx.constant "x" dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32> : tensor<2x3xi32>
  %i = onnx.constant "i" dense<[-1, 0]> : tensor<2xi64> : tensor<2xi64>
  %out = onnx.node "Gather" 13 (%x, %i) attrs {axis = 1 : i64} : (tensor<2x3xi32>, tensor<2xi64>) -> tensor<2x2xi32>
  return %out : tensor<2x2xi32>
}

// One position per element.
// CHECK-LABEL: func.func @gather_elements
// CHECK: arith.constant dense<{{\[}}[4, 2, 6]]> : tensor<1x3xi32>
func.func @gather_elements() -> (tensor<1x3xi32>) {
  %x = onnx.constant "x" dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32> : tensor<2x3xi32>
  %i = onnx.constant "i" dense<[[1, 0, 1]]> : tensor<1x3xi64> : tensor<1x3xi64>
  %out = onnx.node "GatherElements" 13 (%x, %i) attrs {axis = 0 : i64} : (tensor<2x3xi32>, tensor<1x3xi64>) -> tensor<1x3xi32>
  return %out : tensor<1x3xi32>
}

// Rows of the indices are positions.
// CHECK-LABEL: func.func @gather_nd
// CHECK: arith.constant dense<[3, 4]> : tensor<2xi32>
func.func @gather_nd() -> (tensor<2xi32>) {
  %x = onnx.constant "x" dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32> : tensor<2x3xi32>
  %i = onnx.constant "i" dense<[[0, 2], [1, 0]]> : tensor<2x2xi64> : tensor<2x2xi64>
  %out = onnx.node "GatherND" 13 (%x, %i) : (tensor<2x3xi32>, tensor<2x2xi64>) -> tensor<2xi32>
  return %out : tensor<2xi32>
}

// What the condition takes.
// CHECK-LABEL: func.func @compress
// CHECK: arith.constant dense<[1, 3]> : tensor<2xi32>
func.func @compress() -> (tensor<2xi32>) {
  %x = onnx.constant "x" dense<[1, 2, 3]> : tensor<3xi32> : tensor<3xi32>
  %c = onnx.constant "c" dense<[true, false, true]> : tensor<3xi1> : tensor<3xi1>
  %out = onnx.node "Compress" 11 (%x, %c) attrs {axis = 0 : i64} : (tensor<3xi32>, tensor<3xi1>) -> tensor<2xi32>
  return %out : tensor<2xi32>
}
