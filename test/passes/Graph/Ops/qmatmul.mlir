// RUN: tern-opt %s --tern-expand-onnx --split-input-file --verify-diagnostics | FileCheck %s
// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants --split-input-file --verify-diagnostics | FileCheck %s --check-prefix=FOLD
//
// Matrix products of codes.

// (11 - 12) * (1 - 0) + ... : the zero points are taken off.
// FOLD-LABEL: func.func @integer
// FOLD: arith.constant dense<{{\[\[}}-11, -6], [7, 6]]> : tensor<2x2xi32>
func.func @integer() -> tensor<2x2xi32> {
  %a = onnx.constant "a" dense<[[11, 7], [12, 15]]> : tensor<2x2xui8> : tensor<2x2xui8>
  %b = onnx.constant "b" dense<[[1, 1], [2, 1]]> : tensor<2x2xi8> : tensor<2x2xi8>
  %z = onnx.constant "z" dense<[12, 12]> : tensor<2xui8> : tensor<2xui8>
  %o = onnx.constant "o" dense<0> : tensor<i8> : tensor<i8>
  %c = onnx.constant "c" dense<[[0, 0], [1, 3]]> : tensor<2x2xi32> : tensor<2x2xi32>
  %p = onnx.node "MatMulInteger" 10 (%a, %b, %z, %o) : (tensor<2x2xui8>, tensor<2x2xi8>, tensor<2xui8>, tensor<i8>) -> tensor<2x2xi32>
  %y = onnx.node "Add" 13 (%p, %c) : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi32>
  return %y : tensor<2x2xi32>
}

// A constant right-hand side is stored N x K; batches become rows.
// CHECK-LABEL: func.func @qlinear
// CHECK: tern.matmul ins(%{{.*}}, %{{.*}} : tensor<6x2x!tern.q<uint8>>, tensor<4x2x!tern.q<int8>>) lhs_zp(%{{.*}} : tensor<1xi32>) outs(%{{.*}} : tensor<6x4xi32>) acc i32 {transpose_b}
// CHECK: arith.sitofp
// CHECK: arith.mulf
// CHECK: math.roundeven
// CHECK: tern.encode
func.func @qlinear(%a: tensor<2x3x2xui8>) -> tensor<2x3x4xui8> {
  %b = onnx.constant "b" dense<[[1, 2, 3, 4], [5, 6, 7, 8]]> : tensor<2x4xi8> : tensor<2x4xi8>
  %s = onnx.constant "s" dense<0.5> : tensor<f32> : tensor<f32>
  %t = onnx.constant "t" dense<[0.5, 0.25, 0.5, 0.25]> : tensor<4xf32> : tensor<4xf32>
  %z = onnx.constant "z" dense<3> : tensor<ui8> : tensor<ui8>
  %o = onnx.constant "o" dense<0> : tensor<4xi8> : tensor<4xi8>
  %y = onnx.node "QLinearMatMul" 10 (%a, %s, %z, %b, %t, %o, %s, %z) : (tensor<2x3x2xui8>, tensor<f32>, tensor<ui8>, tensor<2x4xi8>, tensor<4xf32>, tensor<4xi8>, tensor<f32>, tensor<ui8>) -> tensor<2x3x4xui8>
  return %y : tensor<2x3x4xui8>
}

// The bias is part of the integer sums.
// CHECK-LABEL: func.func @gemm
// CHECK: tern.matmul
// CHECK: arith.addi
// CHECK: arith.sitofp
func.func @gemm(%a: tensor<1x2xui8>, %b: tensor<3x2xi8>) -> tensor<1x3xf32> {
  %s = onnx.constant "s" dense<0.5> : tensor<f32> : tensor<f32>
  %z = onnx.constant "z" dense<0> : tensor<ui8> : tensor<ui8>
  %o = onnx.constant "o" dense<0> : tensor<i8> : tensor<i8>
  %c = onnx.constant "c" dense<[1, 2, 3]> : tensor<3xi32> : tensor<3xi32>
  %y = onnx.node "com.microsoft.QGemm" 1 (%a, %s, %z, %b, %s, %o, %c) attrs {transB = 1 : i64} : (tensor<1x2xui8>, tensor<f32>, tensor<ui8>, tensor<3x2xi8>, tensor<f32>, tensor<i8>, tensor<3xi32>) -> tensor<1x3xf32>
  return %y : tensor<1x3xf32>
}

// CHECK-LABEL: func.func @dynamic
// CHECK: tern.quantize
// CHECK: tern.matmul {{.*}} lhs_zp
// CHECK: arith.mulf
func.func @dynamic(%a: tensor<2x2xf32>, %b: tensor<2x3xi8>) -> tensor<2x3xf32> {
  %s = onnx.constant "s" dense<0.5> : tensor<f32> : tensor<f32>
  %y = onnx.node "com.microsoft.DynamicQuantizeMatMul" 1 (%a, %b, %s) : (tensor<2x2xf32>, tensor<2x3xi8>, tensor<f32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

func.func @depth(%a: tensor<2x3xui8>, %b: tensor<2x3xi8>) -> tensor<2x3xi32> {
  // expected-error@+1 {{expected operands that agree in the dimension summed over, but got 3 and 2}}
  %y = onnx.node "MatMulInteger" 10 (%a, %b) : (tensor<2x3xui8>, tensor<2x3xi8>) -> tensor<2x3xi32>
  return %y : tensor<2x3xi32>
}
