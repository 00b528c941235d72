// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants --split-input-file --verify-diagnostics | FileCheck %s
//
// Attention with a state and causal convolution, by value.

// The state sums keys times values: 2*3, then + 1*4; asked with 1 and 10.
// CHECK-LABEL: func.func @linear
// CHECK-DAG: arith.constant dense<{{\[\[\[}}6.000000e+00], [1.000000e+02]]]> : tensor<1x2x1xf32>
// CHECK-DAG: arith.constant dense<1.000000e+01> : tensor<1x1x1x1xf32>
func.func @linear() -> (tensor<1x2x1xf32>, tensor<1x1x1x1xf32>) {
  %q = onnx.constant "q" dense<[[[1.0], [10.0]]]> : tensor<1x2x1xf32> : tensor<1x2x1xf32>
  %k = onnx.constant "k" dense<[[[2.0], [1.0]]]> : tensor<1x2x1xf32> : tensor<1x2x1xf32>
  %v = onnx.constant "v" dense<[[[3.0], [4.0]]]> : tensor<1x2x1xf32> : tensor<1x2x1xf32>
  %y:2 = onnx.node "LinearAttention" 27 (%q, %k, %v) attrs {q_num_heads = 1 : i64, kv_num_heads = 1 : i64, update_rule = "linear"} : (tensor<1x2x1xf32>, tensor<1x2x1xf32>, tensor<1x2x1xf32>) -> (tensor<1x2x1xf32>, tensor<1x1x1x1xf32>)
  return %y#0, %y#1 : tensor<1x2x1xf32>, tensor<1x1x1x1xf32>
}

// -----

// Delta: half of what the state, 8, lacks of the value: 8 + 2 * (4 - 16) / 2.
// CHECK-LABEL: func.func @delta
// CHECK: arith.constant dense<-4.000000e+00> : tensor<1x1x1x1xf32>
func.func @delta() -> tensor<1x1x1x1xf32> {
  %k = onnx.constant "k" dense<2.0> : tensor<1x1x1xf32> : tensor<1x1x1xf32>
  %v = onnx.constant "v" dense<4.0> : tensor<1x1x1xf32> : tensor<1x1x1xf32>
  %s = onnx.constant "s" dense<8.0> : tensor<1x1x1x1xf32> : tensor<1x1x1x1xf32>
  %b = onnx.constant "b" dense<0.5> : tensor<1x1x1xf32> : tensor<1x1x1xf32>
  %d = onnx.constant "d" dense<0.0> : tensor<1x1x1xf32> : tensor<1x1x1xf32>
  %y:2 = onnx.node "LinearAttention" 27 (%k, %k, %v, %s, %d, %b) attrs {q_num_heads = 1 : i64, kv_num_heads = 1 : i64} : (tensor<1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>) -> (tensor<1x1x1xf32>, tensor<1x1x1x1xf32>)
  return %y#1 : tensor<1x1x1x1xf32>
}

// -----

// 10 * before + now, from a state of 5; the state's next value is the last.
// CHECK-LABEL: func.func @causal
// CHECK-DAG: arith.constant dense<{{\[\[\[}}5.100000e+01, 1.200000e+01]]]> : tensor<1x1x2xf32>
// CHECK-DAG: arith.constant dense<2.000000e+00> : tensor<1x1x1xf32>
func.func @causal() -> (tensor<1x1x2xf32>, tensor<1x1x1xf32>) {
  %x = onnx.constant "x" dense<[[[1.0, 2.0]]]> : tensor<1x1x2xf32> : tensor<1x1x2xf32>
  %w = onnx.constant "w" dense<[[[10.0, 1.0]]]> : tensor<1x1x2xf32> : tensor<1x1x2xf32>
  %s = onnx.constant "s" dense<5.0> : tensor<1x1x1xf32> : tensor<1x1x1xf32>
  %none = onnx.absent
  %y:2 = onnx.node "CausalConvWithState" 27 (%x, %w, %none, %s) : (tensor<1x1x2xf32>, tensor<1x1x2xf32>, none, tensor<1x1x1xf32>) -> (tensor<1x1x2xf32>, tensor<1x1x1xf32>)
  return %y#0, %y#1 : tensor<1x1x2xf32>, tensor<1x1x1xf32>
}

// -----

func.func @rule(%x: tensor<1x1x1xf32>) -> tensor<1x1x1xf32> {
  // expected-error @below {{expected update_rule linear, gated, delta or gated_delta, but got 'other'}}
  %y:2 = onnx.node "LinearAttention" 27 (%x, %x, %x) attrs {q_num_heads = 1 : i64, kv_num_heads = 1 : i64, update_rule = "other"} : (tensor<1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>) -> (tensor<1x1x1xf32>, none)
  return %y#0 : tensor<1x1x1xf32>
}
