// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants --split-input-file --verify-diagnostics | FileCheck %s
//
// Attention, by value: equal scores give means of the values attended to.

// Causal: the first sees itself, the second both. Two query heads of one key.
// CHECK-LABEL: func.func @causal
// CHECK: arith.constant dense<{{\[\[\[\[}}2.000000e+00], [3.000000e+00]], {{\[\[}}2.000000e+00], [3.000000e+00]]]]> : tensor<1x2x2x1xf32>
func.func @causal() -> tensor<1x2x2x1xf32> {
  %q = onnx.constant "q" dense<0.0> : tensor<1x2x2x1xf32> : tensor<1x2x2x1xf32>
  %k = onnx.constant "k" dense<1.0> : tensor<1x1x2x1xf32> : tensor<1x1x2x1xf32>
  %v = onnx.constant "v" dense<[[[[2.0], [4.0]]]]> : tensor<1x1x2x1xf32> : tensor<1x1x2x1xf32>
  %y = onnx.node "Attention" 23 (%q, %k, %v) attrs {is_causal = 1 : i64} : (tensor<1x2x2x1xf32>, tensor<1x1x2x1xf32>, tensor<1x1x2x1xf32>) -> tensor<1x2x2x1xf32>
  return %y : tensor<1x2x2x1xf32>
}

// -----

// A row that may attend to nothing is 0; keys beyond the mask are masked.
// CHECK-LABEL: func.func @mask
// CHECK: arith.constant dense<{{\[\[\[\[}}3.000000e+00], [0.000000e+00]]]]> : tensor<1x1x2x1xf32>
func.func @mask() -> tensor<1x1x2x1xf32> {
  %q = onnx.constant "q" dense<0.0> : tensor<1x1x2x1xf32> : tensor<1x1x2x1xf32>
  %k = onnx.constant "k" dense<1.0> : tensor<1x1x3x1xf32> : tensor<1x1x3x1xf32>
  %v = onnx.constant "v" dense<[[[[2.0], [4.0], [9.0]]]]> : tensor<1x1x3x1xf32> : tensor<1x1x3x1xf32>
  %m = onnx.constant "m" dense<[[true, true], [false, false]]> : tensor<2x2xi1> : tensor<2x2xi1>
  %y = onnx.node "Attention" 24 (%q, %k, %v, %m) : (tensor<1x1x2x1xf32>, tensor<1x1x3x1xf32>, tensor<1x1x3x1xf32>, tensor<2x2xi1>) -> tensor<1x1x2x1xf32>
  return %y : tensor<1x1x2x1xf32>
}

// -----

// The past comes first.
// CHECK-LABEL: func.func @past
// CHECK-DAG: arith.constant dense<5.000000e+00> : tensor<1x1x1xf32>
// CHECK-DAG: arith.constant dense<{{\[\[\[\[}}8.000000e+00], [2.000000e+00]]]]> : tensor<1x1x2x1xf32>
func.func @past() -> (tensor<1x1x1xf32>, tensor<1x1x2x1xf32>) {
  %q = onnx.constant "q" dense<0.0> : tensor<1x1x1xf32> : tensor<1x1x1xf32>
  %v = onnx.constant "v" dense<2.0> : tensor<1x1x1xf32> : tensor<1x1x1xf32>
  %p = onnx.constant "p" dense<8.0> : tensor<1x1x1x1xf32> : tensor<1x1x1x1xf32>
  %m = onnx.absent
  %y:3 = onnx.node "Attention" 23 (%q, %v, %v, %m, %p, %p) attrs {q_num_heads = 1 : i64, kv_num_heads = 1 : i64} : (tensor<1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>, none, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>) -> (tensor<1x1x1xf32>, none, tensor<1x1x2x1xf32>)
  return %y#0, %y#2 : tensor<1x1x1xf32>, tensor<1x1x2x1xf32>
}

// -----

func.func @heads(%q: tensor<1x2x3xf32>) -> tensor<1x2x3xf32> {
  // expected-error @below {{expected q_num_heads that divides 3, but got 2}}
  %y = onnx.node "Attention" 23 (%q, %q, %q) attrs {q_num_heads = 2 : i64, kv_num_heads = 2 : i64} : (tensor<1x2x3xf32>, tensor<1x2x3xf32>, tensor<1x2x3xf32>) -> tensor<1x2x3xf32>
  return %y : tensor<1x2x3xf32>
}
