// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants | FileCheck %s
//
// Operators on constants fold to what the reference evaluator says.

// Axes as an operand, the dimension kept.
// CHECK-LABEL: func.func @sum_axes
// CHECK: arith.constant dense<{{\[}}[6], [15]]> : tensor<2x1xi32>
func.func @sum_axes() -> (tensor<2x1xi32>) {
  %x = onnx.constant "x" dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32> : tensor<2x3xi32>
  %a = onnx.constant "a" dense<-1> : tensor<1xi64> : tensor<1xi64>
  %out = onnx.node "ReduceSum" 13 (%x, %a) : (tensor<2x3xi32>, tensor<1xi64>) -> tensor<2x1xi32>
  return %out : tensor<2x1xi32>
}

// Axes as an attribute, the dimension dropped.
// CHECK-LABEL: func.func @mean_old
// CHECK: arith.constant dense<[2.000000e+00, 3.500000e+00]> : tensor<2xf32>
func.func @mean_old() -> (tensor<2xf32>) {
  %x = onnx.constant "x" dense<[[1.0, 2.0], [3.0, 5.0]]> : tensor<2x2xf32> : tensor<2x2xf32>
  %out = onnx.node "ReduceMean" 13 (%x) attrs {axes = array<i64: 0>, keepdims = 0 : i64} : (tensor<2x2xf32>) -> tensor<2xf32>
  return %out : tensor<2xf32>
}

// No axes are all axes.
// CHECK-LABEL: func.func @no_axes
// CHECK: arith.constant dense<720> : tensor<i32>
func.func @no_axes() -> (tensor<i32>) {
  %x = onnx.constant "x" dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32> : tensor<2x3xi32>
  %out = onnx.node "ReduceProd" 18 (%x) attrs {keepdims = 0 : i64} : (tensor<2x3xi32>) -> tensor<i32>
  return %out : tensor<i32>
}

// ... or none when the node says so.
// CHECK-LABEL: func.func @noop
// CHECK: arith.constant dense<{{\[}}[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
func.func @noop() -> (tensor<2x3xi32>) {
  %x = onnx.constant "x" dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32> : tensor<2x3xi32>
  %out = onnx.node "ReduceMax" 18 (%x) attrs {noop_with_empty_axes = 1 : i64} : (tensor<2x3xi32>) -> tensor<2x3xi32>
  return %out : tensor<2x3xi32>
}

// The maximum is subtracted first: nothing overflows.
// CHECK-LABEL: func.func @log_sum_exp
// CHECK: arith.constant dense<1000.69318> : tensor<f32>
func.func @log_sum_exp() -> (tensor<f32>) {
  %x = onnx.constant "x" dense<[1000.0, 1000.0]> : tensor<2xf32> : tensor<2xf32>
  %out = onnx.node "ReduceLogSumExp" 18 (%x) attrs {keepdims = 0 : i64} : (tensor<2xf32>) -> tensor<f32>
  return %out : tensor<f32>
}

// The greatest bool is or.
// CHECK-LABEL: func.func @max_bool
// CHECK: arith.constant dense<true> : tensor<i1>
func.func @max_bool() -> (tensor<i1>) {
  %x = onnx.constant "x" dense<[false, true, false]> : tensor<3xi1> : tensor<3xi1>
  %out = onnx.node "ReduceMax" 20 (%x) attrs {keepdims = 0 : i64} : (tensor<3xi1>) -> tensor<i1>
  return %out : tensor<i1>
}
