// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants | FileCheck %s
//
// Operators on constants fold to what the reference evaluator says.

// The first of equals,
// CHECK-LABEL: func.func @arg_max
// CHECK: arith.constant dense<1> : tensor<i64>
func.func @arg_max() -> (tensor<i64>) {
  %x = onnx.constant "x" dense<[3, 7, 7, 1]> : tensor<4xi32> : tensor<4xi32>
  %out = onnx.node "ArgMax" 13 (%x) attrs {keepdims = 0 : i64} : (tensor<4xi32>) -> tensor<i64>
  return %out : tensor<i64>
}

// ... or the last.
// CHECK-LABEL: func.func @arg_max_last
// CHECK: arith.constant dense<2> : tensor<i64>
func.func @arg_max_last() -> (tensor<i64>) {
  %x = onnx.constant "x" dense<[3, 7, 7, 1]> : tensor<4xi32> : tensor<4xi32>
  %out = onnx.node "ArgMax" 13 (%x) attrs {keepdims = 0 : i64, select_last_index = 1 : i64} : (tensor<4xi32>) -> tensor<i64>
  return %out : tensor<i64>
}

// Sorted, equal ones in the order of their indices.
// CHECK-LABEL: func.func @top_k
// CHECK-DAG: arith.constant dense<[7, 7, 3]> : tensor<3xi32>
// CHECK-DAG: arith.constant dense<[1, 2, 0]> : tensor<3xi64>
func.func @top_k() -> (tensor<3xi32>, tensor<3xi64>) {
  %x = onnx.constant "x" dense<[3, 7, 7, 1]> : tensor<4xi32> : tensor<4xi32>
  %k = onnx.constant "k" dense<3> : tensor<1xi64> : tensor<1xi64>
  %out:2 = onnx.node "TopK" 11 (%x, %k) : (tensor<4xi32>, tensor<1xi64>) -> (tensor<3xi32>, tensor<3xi64>)
  return %out#0, %out#1 : tensor<3xi32>, tensor<3xi64>
}

// Exclusive and from the end.
// CHECK-LABEL: func.func @cum_sum
// CHECK: arith.constant dense<[9, 7, 4, 0]> : tensor<4xi32>
func.func @cum_sum() -> (tensor<4xi32>) {
  %x = onnx.constant "x" dense<[1, 2, 3, 4]> : tensor<4xi32> : tensor<4xi32>
  %a = onnx.constant "a" dense<0> : tensor<i64> : tensor<i64>
  %out = onnx.node "CumSum" 14 (%x, %a) attrs {exclusive = 1 : i64, reverse = 1 : i64} : (tensor<4xi32>, tensor<i64>) -> tensor<4xi32>
  return %out : tensor<4xi32>
}

// One at the first greatest.
// CHECK-LABEL: func.func @hardmax
// CHECK: arith.constant dense<[0.000000e+00, 1.000000e+00, 0.000000e+00]> : tensor<3xf32>
func.func @hardmax() -> (tensor<3xf32>) {
  %x = onnx.constant "x" dense<[1.0, 3.0, 3.0]> : tensor<3xf32> : tensor<3xf32>
  %out = onnx.node "Hardmax" 13 (%x) : (tensor<3xf32>) -> tensor<3xf32>
  return %out : tensor<3xf32>
}
