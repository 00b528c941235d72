// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants -split-input-file -verify-diagnostics | FileCheck %s

// A condition known at compile time takes its branch's place; subgraphs see the
// values around them.
// CHECK-LABEL: func.func @taken
// CHECK: arith.constant dense<[10, 20]> : tensor<2xi32>
func.func @taken() -> tensor<2xi32> {
  %x = onnx.constant "x" dense<[10, 20]> : tensor<2xi32> : tensor<2xi32>
  %c = onnx.constant "c" dense<true> : tensor<i1> : tensor<i1>
  %r = onnx.node "If" 13 (%c) regions ["else_branch", "then_branch"] {
    %n = onnx.node "Neg" 13 (%x) : (tensor<2xi32>) -> tensor<2xi32>
    onnx.yield %n : tensor<2xi32>
  }, {
    %n = onnx.node "Abs" 13 (%x) : (tensor<2xi32>) -> tensor<2xi32>
    onnx.yield %n : tensor<2xi32>
  } : (tensor<i1>) -> tensor<2xi32>
  return %r : tensor<2xi32>
}

// -----

func.func @dynamic(%c: tensor<i1>) -> tensor<2xi32> {
  %x = onnx.constant "x" dense<[10, 20]> : tensor<2xi32> : tensor<2xi32>
  // expected-error @below {{If (opset 13) '': expected a condition that is known at compile time}}
  // expected-note @below {{help: both branches as values, and Where, say the same}}
  %r = onnx.node "If" 13 (%c) regions ["else_branch", "then_branch"] {
    onnx.yield %x : tensor<2xi32>
  }, {
    onnx.yield %x : tensor<2xi32>
  } : (tensor<i1>) -> tensor<2xi32>
  return %r : tensor<2xi32>
}

// -----

// A loop is written out; scan outputs are stacked.
// CHECK-LABEL: func.func @loop
// CHECK-DAG: arith.constant dense<8> : tensor<i32>
// CHECK-DAG: arith.constant dense<[2, 4, 8]> : tensor<3xi32>
func.func @loop() -> (tensor<i32>, tensor<*xi32>) {
  %m = onnx.constant "m" dense<3> : tensor<i64> : tensor<i64>
  %c = onnx.constant "c" dense<true> : tensor<i1> : tensor<i1>
  %x = onnx.constant "x" dense<1> : tensor<i32> : tensor<i32>
  %r:2 = onnx.node "Loop" 16 (%m, %c, %x) regions ["body"] {
  ^bb0(%i: tensor<i64>, %go: tensor<i1>, %v: tensor<i32>):
    %n = onnx.node "Add" 14 (%v, %v) : (tensor<i32>, tensor<i32>) -> tensor<i32>
    onnx.yield %go, %n, %n : tensor<i1>, tensor<i32>, tensor<i32>
  } : (tensor<i64>, tensor<i1>, tensor<i32>) -> (tensor<i32>, tensor<*xi32>)
  return %r#0, %r#1 : tensor<i32>, tensor<*xi32>
}

// -----

// Backwards along the second dimension of the input.
// CHECK-LABEL: func.func @scan
// CHECK-DAG: arith.constant dense<10> : tensor<1xi32>
// CHECK-DAG: arith.constant dense<{{\[}}[4], [7], [9], [10]]> : tensor<4x1xi32>
func.func @scan() -> (tensor<1xi32>, tensor<*xi32>) {
  %s = onnx.constant "s" dense<0> : tensor<1xi32> : tensor<1xi32>
  %x = onnx.constant "x" dense<[[1, 2, 3, 4]]> : tensor<1x4xi32> : tensor<1x4xi32>
  %r:2 = onnx.node "Scan" 16 (%s, %x) attrs {num_scan_inputs = 1 : i64, scan_input_axes = array<i64: 1>, scan_input_directions = array<i64: 1>} regions ["body"] {
  ^bb0(%a: tensor<1xi32>, %v: tensor<1xi32>):
    %n = onnx.node "Add" 14 (%a, %v) : (tensor<1xi32>, tensor<1xi32>) -> tensor<1xi32>
    onnx.yield %n, %n : tensor<1xi32>, tensor<1xi32>
  } : (tensor<1xi32>, tensor<1x4xi32>) -> (tensor<1xi32>, tensor<*xi32>)
  return %r#0, %r#1 : tensor<1xi32>, tensor<*xi32>
}

// -----

func.func @endless(%c: tensor<i1>) -> tensor<i1> {
  %n = onnx.absent
  // expected-error @below {{Loop (opset 16) '': expected a loop whose end is known at compile time, but its condition depends on the model's inputs}}
  %r = onnx.node "Loop" 16 (%n, %c, %c) regions ["body"] {
  ^bb0(%i: tensor<i64>, %go: tensor<i1>, %v: tensor<i1>):
    onnx.yield %go, %v : tensor<i1>, tensor<i1>
  } : (none, tensor<i1>, tensor<i1>) -> tensor<i1>
  return %r : tensor<i1>
}
