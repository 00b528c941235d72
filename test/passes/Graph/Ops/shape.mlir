// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants | FileCheck %s
//
// Operators on constants fold to what the reference evaluator says.

// 0 keeps a size, -1 is what remains.
// CHECK-LABEL: func.func @reshape
// CHECK: arith.constant dense<{{\[}}{{\[}}[1, 2, 3]], {{\[}}[4, 5, 6]]]> : tensor<2x1x3xi32>
func.func @reshape() -> (tensor<2x1x3xi32>) {
  %x = onnx.constant "x" dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32> : tensor<2x3xi32>
  %s = onnx.constant "s" dense<[0, 1, -1]> : tensor<3xi64> : tensor<3xi64>
  %out = onnx.node "Reshape" 14 (%x, %s) : (tensor<2x3xi32>, tensor<3xi64>) -> tensor<2x1x3xi32>
  return %out : tensor<2x1x3xi32>
}

// A negative axis counts from the end.
// CHECK-LABEL: func.func @flatten
// CHECK: arith.constant dense<{{\[}}[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
func.func @flatten() -> (tensor<2x3xi32>) {
  %x = onnx.constant "x" dense<[[[1, 2, 3]], [[4, 5, 6]]]> : tensor<2x1x3xi32> : tensor<2x1x3xi32>
  %out = onnx.node "Flatten" 13 (%x) attrs {axis = -1 : i64} : (tensor<2x1x3xi32>) -> tensor<2x3xi32>
  return %out : tensor<2x3xi32>
}

// Axes are an attribute before opset 13,
// CHECK-LABEL: func.func @squeeze_old
// CHECK: arith.constant dense<{{\[}}[1], [2], [3]]> : tensor<3x1xi32>
func.func @squeeze_old() -> (tensor<3x1xi32>) {
  %x = onnx.constant "x" dense<[[[1], [2], [3]]]> : tensor<1x3x1xi32> : tensor<1x3x1xi32>
  %out = onnx.node "Squeeze" 11 (%x) attrs {axes = array<i64: 0>} : (tensor<1x3x1xi32>) -> tensor<3x1xi32>
  return %out : tensor<3x1xi32>
}

// ... an operand from then on, and all of size 1 without.
// CHECK-LABEL: func.func @squeeze
// CHECK: arith.constant dense<[1, 2, 3]> : tensor<3xi32>
func.func @squeeze() -> (tensor<3xi32>) {
  %x = onnx.constant "x" dense<[[[1], [2], [3]]]> : tensor<1x3x1xi32> : tensor<1x3x1xi32>
  %out = onnx.node "Squeeze" 13 (%x) : (tensor<1x3x1xi32>) -> tensor<3xi32>
  return %out : tensor<3xi32>
}

// Axes are those of the result.
// CHECK-LABEL: func.func @unsqueeze
// CHECK: arith.constant dense<{{\[}}{{\[}}[1], [2], [3]]]> : tensor<1x3x1xi32>
func.func @unsqueeze() -> (tensor<1x3x1xi32>) {
  %x = onnx.constant "x" dense<[1, 2, 3]> : tensor<3xi32> : tensor<3xi32>
  %a = onnx.constant "a" dense<[0, -1]> : tensor<2xi64> : tensor<2xi64>
  %out = onnx.node "Unsqueeze" 13 (%x, %a) : (tensor<3xi32>, tensor<2xi64>) -> tensor<1x3x1xi32>
  return %out : tensor<1x3x1xi32>
}

// A part of the shape.
// CHECK-LABEL: func.func @shape_part
// CHECK: arith.constant dense<[1, 3]> : tensor<2xi64>
func.func @shape_part() -> (tensor<2xi64>) {
  %x = onnx.constant "x" dense<0> : tensor<2x1x3xi32> : tensor<2x1x3xi32>
  %out = onnx.node "Shape" 15 (%x) attrs {start = -2 : i64, end = 3 : i64} : (tensor<2x1x3xi32>) -> tensor<2xi64>
  return %out : tensor<2xi64>
}

// Broadcasting in both directions.
// CHECK-LABEL: func.func @expand
// CHECK: arith.constant dense<{{\[}}[1, 1], [2, 2], [3, 3]]> : tensor<3x2xi32>
func.func @expand() -> (tensor<3x2xi32>) {
  %x = onnx.constant "x" dense<[[1], [2], [3]]> : tensor<3x1xi32> : tensor<3x1xi32>
  %s = onnx.constant "s" dense<2> : tensor<1xi64> : tensor<1xi64>
  %out = onnx.node "Expand" 13 (%x, %s) : (tensor<3x1xi32>, tensor<1xi64>) -> tensor<3x2xi32>
  return %out : tensor<3x2xi32>
}

// Without perm the dimensions are reversed.
// CHECK-LABEL: func.func @transpose
// CHECK: arith.constant dense<{{\[}}[1, 4], [2, 5], [3, 6]]> : tensor<3x2xi32>
func.func @transpose() -> (tensor<3x2xi32>) {
  %x = onnx.constant "x" dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32> : tensor<2x3xi32>
  %out = onnx.node "Transpose" 13 (%x) : (tensor<2x3xi32>) -> tensor<3x2xi32>
  return %out : tensor<3x2xi32>
}

// CRD: the depth runs slowest.
// CHECK-LABEL: func.func @depth_to_space
// CHECK: arith.constant dense<{{\[}}{{\[}}{{\[}}[1, 2], [3, 4]]]]> : tensor<1x1x2x2xi32>
func.func @depth_to_space() -> (tensor<1x1x2x2xi32>) {
  %x = onnx.constant "x" dense<[[[[1]], [[2]], [[3]], [[4]]]]> : tensor<1x4x1x1xi32> : tensor<1x4x1x1xi32>
  %out = onnx.node "DepthToSpace" 13 (%x) attrs {blocksize = 2 : i64, mode = "CRD"} : (tensor<1x4x1x1xi32>) -> tensor<1x1x2x2xi32>
  return %out : tensor<1x1x2x2xi32>
}
