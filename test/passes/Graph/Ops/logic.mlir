// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants | FileCheck %s
//
// Operators on constants fold to what the reference evaluator says.

// uint32 compares without a sign.
// CHECK-LABEL: func.func @less_unsigned
// CHECK: arith.constant dense<[false, true]> : tensor<2xi1>
func.func @less_unsigned() -> (tensor<2xi1>) {
  %x = onnx.constant "x" dense<[4294967295, 1]> : tensor<2xui32> : tensor<2xui32>
  %y = onnx.constant "y" dense<[1, 2]> : tensor<2xui32> : tensor<2xui32>
  %out = onnx.node "Less" 13 (%x, %y) : (tensor<2xui32>, tensor<2xui32>) -> tensor<2xi1>
  return %out : tensor<2xi1>
}

// All three operands broadcast.
// CHECK-LABEL: func.func @where
// CHECK: arith.constant dense<{{\[}}[1, 2], [9, 9]]> : tensor<2x2xi32>
func.func @where() -> (tensor<2x2xi32>) {
  %c = onnx.constant "c" dense<[[true], [false]]> : tensor<2x1xi1> : tensor<2x1xi1>
  %x = onnx.constant "x" dense<[1, 2]> : tensor<2xi32> : tensor<2xi32>
  %y = onnx.constant "y" dense<9> : tensor<i32> : tensor<i32>
  %out = onnx.node "Where" 16 (%c, %x, %y) : (tensor<2x1xi1>, tensor<2xi32>, tensor<i32>) -> tensor<2x2xi32>
  return %out : tensor<2x2xi32>
}

// A shift by the width and more is 0.
// CHECK-LABEL: func.func @shift
// CHECK: arith.constant dense<[6, 0]> : tensor<2xi32>
func.func @shift() -> (tensor<2xui32>) {
  %x = onnx.constant "x" dense<[3, 3]> : tensor<2xui32> : tensor<2xui32>
  %y = onnx.constant "y" dense<[1, 32]> : tensor<2xui32> : tensor<2xui32>
  %out = onnx.node "BitShift" 11 (%x, %y) attrs {direction = "LEFT"} : (tensor<2xui32>, tensor<2xui32>) -> tensor<2xui32>
  return %out : tensor<2xui32>
}

// Bitwise on integers.
// CHECK-LABEL: func.func @not
// CHECK: arith.constant dense<[-1, 0, -6]> : tensor<3xi32>
func.func @not() -> (tensor<3xi32>) {
  %x = onnx.constant "x" dense<[0, -1, 5]> : tensor<3xi32> : tensor<3xi32>
  %out = onnx.node "BitwiseNot" 18 (%x) : (tensor<3xi32>) -> tensor<3xi32>
  return %out : tensor<3xi32>
}
