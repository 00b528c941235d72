// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants | FileCheck %s
//
// Operators on constants fold to what the reference evaluator says.

// Downwards.
// CHECK-LABEL: func.func @range
// CHECK: arith.constant dense<[5, 3, 1]> : tensor<3xi64>
func.func @range() -> (tensor<3xi64>) {
  %s = onnx.constant "s" dense<5> : tensor<i64> : tensor<i64>
  %l = onnx.constant "l" dense<0> : tensor<i64> : tensor<i64>
  %d = onnx.constant "d" dense<-2> : tensor<i64> : tensor<i64>
  %out = onnx.node "Range" 11 (%s, %l, %d) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<3xi64>
  return %out : tensor<3xi64>
}

// A constant by attribute.
// CHECK-LABEL: func.func @constant
// CHECK: arith.constant dense<[4, 5]> : tensor<2xi64>
func.func @constant() -> (tensor<2xi64>) {
  %out = onnx.node "Constant" 13 () attrs {value_ints = array<i64: 4, 5>} : () -> tensor<2xi64>
  return %out : tensor<2xi64>
}

// The value gives the type.
// CHECK-LABEL: func.func @constant_of_shape
// CHECK: arith.constant dense<7> : tensor<2xi32>
func.func @constant_of_shape() -> (tensor<2xi32>) {
  %s = onnx.constant "s" dense<2> : tensor<1xi64> : tensor<1xi64>
  %out = onnx.node "ConstantOfShape" 20 (%s) attrs {value = dense<7> : tensor<1xi32>} : (tensor<1xi64>) -> tensor<2xi32>
  return %out : tensor<2xi32>
}

// Below the second diagonal.
// CHECK-LABEL: func.func @trilu
// CHECK: arith.constant dense<{{\[}}[1, 0], [3, 4]]> : tensor<2x2xi32>
func.func @trilu() -> (tensor<2x2xi32>) {
  %x = onnx.constant "x" dense<[[1, 2], [3, 4]]> : tensor<2x2xi32> : tensor<2x2xi32>
  %out = onnx.node "Trilu" 14 (%x) attrs {upper = 0 : i64} : (tensor<2x2xi32>) -> tensor<2x2xi32>
  return %out : tensor<2x2xi32>
}

// An index beyond the depth is on nowhere.
// CHECK-LABEL: func.func @one_hot
// CHECK: arith.constant dense<{{\[}}[0, 0, 9], [0, 0, 0]]> : tensor<2x3xi32>
func.func @one_hot() -> (tensor<2x3xi32>) {
  %i = onnx.constant "i" dense<[-1, 5]> : tensor<2xi64> : tensor<2xi64>
  %n = onnx.constant "n" dense<3> : tensor<i64> : tensor<i64>
  %v = onnx.constant "v" dense<[0, 9]> : tensor<2xi32> : tensor<2xi32>
  %out = onnx.node "OneHot" 11 (%i, %n, %v) : (tensor<2xi64>, tensor<i64>, tensor<2xi32>) -> tensor<2x3xi32>
  return %out : tensor<2x3xi32>
}

// Beside the diagonal.
// CHECK-LABEL: func.func @eye
// CHECK: arith.constant dense<{{\[}}[0, 1], [0, 0]]> : tensor<2x2xi32>
func.func @eye() -> (tensor<2x2xi32>) {
  %x = onnx.constant "x" dense<0> : tensor<2x2xi32> : tensor<2x2xi32>
  %out = onnx.node "EyeLike" 22 (%x) attrs {k = 1 : i64} : (tensor<2x2xi32>) -> tensor<2x2xi32>
  return %out : tensor<2x2xi32>
}
