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
