// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants | FileCheck %s
//
// Operators on constants fold to what the reference evaluator says.

// One after another along the axis.
// CHECK-LABEL: func.func @concat
// CHECK: arith.constant dense<{{\[}}[1, 3, 4], [2, 5, 6]]> : tensor<2x3xi32>
func.func @concat() -> (tensor<2x3xi32>) {
  %x = onnx.constant "x" dense<[[1], [2]]> : tensor<2x1xi32> : tensor<2x1xi32>
  %y = onnx.constant "y" dense<[[3, 4], [5, 6]]> : tensor<2x2xi32> : tensor<2x2xi32>
  %out = onnx.node "Concat" 13 (%x, %y) attrs {axis = -1 : i64} : (tensor<2x1xi32>, tensor<2x2xi32>) -> tensor<2x3xi32>
  return %out : tensor<2x3xi32>
}

// num_outputs: the last piece is the smaller one.
// CHECK-LABEL: func.func @split_uneven
// CHECK-DAG: arith.constant dense<[1, 2, 3]> : tensor<3xi32>
// CHECK-DAG: arith.constant dense<[4, 5]> : tensor<2xi32>
func.func @split_uneven() -> (tensor<3xi32>, tensor<2xi32>) {
  %x = onnx.constant "x" dense<[1, 2, 3, 4, 5]> : tensor<5xi32> : tensor<5xi32>
  %out:2 = onnx.node "Split" 18 (%x) attrs {num_outputs = 2 : i64} : (tensor<5xi32>) -> (tensor<3xi32>, tensor<2xi32>)
  return %out#0, %out#1 : tensor<3xi32>, tensor<2xi32>
}

// A negative step walks backwards; ends beyond are cut.
// CHECK-LABEL: func.func @slice_backwards
// CHECK: arith.constant dense<[5, 3, 1]> : tensor<3xi32>
func.func @slice_backwards() -> (tensor<3xi32>) {
  %x = onnx.constant "x" dense<[1, 2, 3, 4, 5]> : tensor<5xi32> : tensor<5xi32>
  %s = onnx.constant "s" dense<-1> : tensor<1xi64> : tensor<1xi64>
  %e = onnx.constant "e" dense<-100> : tensor<1xi64> : tensor<1xi64>
  %a = onnx.constant "a" dense<0> : tensor<1xi64> : tensor<1xi64>
  %t = onnx.constant "t" dense<-2> : tensor<1xi64> : tensor<1xi64>
  %out = onnx.node "Slice" 13 (%x, %s, %e, %a, %t) : (tensor<5xi32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi32>
  return %out : tensor<3xi32>
}

// Attributes before opset 10.
// CHECK-LABEL: func.func @slice_old
// CHECK: arith.constant dense<[2, 3, 4]> : tensor<3xi32>
func.func @slice_old() -> (tensor<3xi32>) {
  %x = onnx.constant "x" dense<[1, 2, 3, 4, 5]> : tensor<5xi32> : tensor<5xi32>
  %out = onnx.node "Slice" 9 (%x) attrs {starts = array<i64: 1>, ends = array<i64: -1>} : (tensor<5xi32>) -> tensor<3xi32>
  return %out : tensor<3xi32>
}

// Mirrored without repeating the border.
// CHECK-LABEL: func.func @pad_reflect
// CHECK: arith.constant dense<[3, 2, 1, 2, 3, 2]> : tensor<6xi32>
func.func @pad_reflect() -> (tensor<6xi32>) {
  %x = onnx.constant "x" dense<[1, 2, 3]> : tensor<3xi32> : tensor<3xi32>
  %p = onnx.constant "p" dense<[2, 1]> : tensor<2xi64> : tensor<2xi64>
  %out = onnx.node "Pad" 18 (%x, %p) attrs {mode = "reflect"} : (tensor<3xi32>, tensor<2xi64>) -> tensor<6xi32>
  return %out : tensor<6xi32>
}

// Negative pads crop.
// CHECK-LABEL: func.func @pad_crop
// CHECK: arith.constant dense<[2, 3, 9, 9]> : tensor<4xi32>
func.func @pad_crop() -> (tensor<4xi32>) {
  %x = onnx.constant "x" dense<[1, 2, 3]> : tensor<3xi32> : tensor<3xi32>
  %p = onnx.constant "p" dense<[-1, 2]> : tensor<2xi64> : tensor<2xi64>
  %v = onnx.constant "v" dense<9> : tensor<i32> : tensor<i32>
  %out = onnx.node "Pad" 18 (%x, %p, %v) : (tensor<3xi32>, tensor<2xi64>, tensor<i32>) -> tensor<4xi32>
  return %out : tensor<4xi32>
}

// Repetition of the whole.
// CHECK-LABEL: func.func @tile
// CHECK: arith.constant dense<[1, 2, 1, 2]> : tensor<4xi32>
func.func @tile() -> (tensor<4xi32>) {
  %x = onnx.constant "x" dense<[1, 2]> : tensor<2xi32> : tensor<2xi32>
  %r = onnx.constant "r" dense<2> : tensor<1xi64> : tensor<1xi64>
  %out = onnx.node "Tile" 13 (%x, %r) : (tensor<2xi32>, tensor<1xi64>) -> tensor<4xi32>
  return %out : tensor<4xi32>
}
