// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants --split-input-file --verify-diagnostics | FileCheck %s
//
// Einsum, by value; what is a product of matrices becomes one.

// CHECK-LABEL: func.func @product
// CHECK: tern.matmul ins({{.*}} : tensor<2x3x4xf32>, tensor<2x5x4xf32>) {{.*}}transpose_b
func.func @product(%a: tensor<3x2x4xf32>, %b: tensor<2x4x5xf32>) -> tensor<2x5x3xf32> {
  %y = onnx.node "Einsum" 12 (%a, %b) attrs {equation = "mbk, bkn -> bnm"} : (tensor<3x2x4xf32>, tensor<2x4x5xf32>) -> tensor<2x5x3xf32>
  return %y : tensor<2x5x3xf32>
}

// -----

// Without an arrow, the letters that occur once, sorted; three operands.
// CHECK-LABEL: func.func @implicit
// CHECK: arith.constant dense<{{\[\[}}1.000000e+01, 3.000000e+02], [4.000000e+01, 8.000000e+02]]> : tensor<2x2xf32>
func.func @implicit() -> tensor<2x2xf32> {
  %a = onnx.constant "a" dense<[[1.0, 3.0], [2.0, 4.0]]> : tensor<2x2xf32> : tensor<2x2xf32>
  %b = onnx.constant "b" dense<[1.0, 2.0]> : tensor<2xf32> : tensor<2xf32>
  %c = onnx.constant "c" dense<[10.0, 100.0]> : tensor<2xf32> : tensor<2xf32>
  %x = onnx.node "Einsum" 12 (%a) attrs {equation = "ba"} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %y = onnx.node "Einsum" 12 (%x, %b, %c) attrs {equation = "ij,j,i->ji"} : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// -----

// A diagonal of each batch, in integers.
// CHECK-LABEL: func.func @diagonal
// CHECK: arith.constant dense<{{\[\[}}1, 4], [5, 8]]> : tensor<2x2xi32>
func.func @diagonal() -> tensor<2x2xi32> {
  %a = onnx.constant "a" dense<[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]> : tensor<2x2x2xi32> : tensor<2x2x2xi32>
  %y = onnx.node "Einsum" 12 (%a) attrs {equation = "...ii->...i"} : (tensor<2x2x2xi32>) -> tensor<2x2xi32>
  return %y : tensor<2x2xi32>
}

// -----

func.func @rank(%a: tensor<2x2xf32>) -> tensor<2xf32> {
  // expected-error @below {{expected a label for each dimension of operand 0, but got 'i'}}
  %y = onnx.node "Einsum" 12 (%a) attrs {equation = "i->i"} : (tensor<2x2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}
