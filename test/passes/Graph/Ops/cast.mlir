// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants | FileCheck %s
//
// Operators on constants fold to what the reference evaluator says.

// Integers wrap: the low bits are kept.
// CHECK-LABEL: func.func @wraps
// CHECK: arith.constant dense<[44, -1, -128]> : tensor<3xi32>
func.func @wraps() -> tensor<3xi32> {
  %x = onnx.constant "x" dense<[300, -1, 128]> : tensor<3xi32> : tensor<3xi32>
  %a = onnx.node "Cast" 21 (%x) attrs {to = 3 : i64} : (tensor<3xi32>) -> tensor<3xi8>
  %b = onnx.node "Cast" 21 (%a) attrs {to = 6 : i64} : (tensor<3xi8>) -> tensor<3xi32>
  return %b : tensor<3xi32>
}

// uint8 widens without a sign.
// CHECK-LABEL: func.func @unsigned_widens
// CHECK: arith.constant dense<[255, 1, 128]> : tensor<3xi64>
func.func @unsigned_widens() -> tensor<3xi64> {
  %x = onnx.constant "x" dense<[255, 1, 128]> : tensor<3xui8> : tensor<3xui8>
  %b = onnx.node "Cast" 21 (%x) attrs {to = 7 : i64} : (tensor<3xui8>) -> tensor<3xi64>
  return %b : tensor<3xi64>
}

// A float beyond the range is no poison: 32 bits saturate, a NaN is 0.
// CHECK-LABEL: func.func @saturates
// CHECK: arith.constant dense<[2147483647, -2147483648, 0, -1]> : tensor<4xi32>
func.func @saturates() -> tensor<4xi32> {
  %x = onnx.constant "x" dense<[3.0e9, -3.0e9, 0x7FC00000, -1.9]> : tensor<4xf32> : tensor<4xf32>
  %b = onnx.node "Cast" 21 (%x) attrs {to = 6 : i64} : (tensor<4xf32>) -> tensor<4xi32>
  return %b : tensor<4xi32>
}

// e4m3fn saturates at 448 by default, and rounds to nearest even.
// CHECK-LABEL: func.func @fp8_saturates
// CHECK: arith.constant dense<[4.480000e+02, 1.000000e+00, -3.125000e-01]> : tensor<3xf32>
func.func @fp8_saturates() -> tensor<3xf32> {
  %x = onnx.constant "x" dense<[1000.0, 1.0625, -0.3]> : tensor<3xf32> : tensor<3xf32>
  %a = onnx.node "Cast" 21 (%x) attrs {to = 17 : i64} : (tensor<3xf32>) -> tensor<3xf8E4M3FN>
  %b = onnx.node "Cast" 21 (%a) attrs {to = 1 : i64} : (tensor<3xf8E4M3FN>) -> tensor<3xf32>
  return %b : tensor<3xf32>
}

// ... and is NaN without saturation.
// CHECK-LABEL: func.func @fp8_nan
// CHECK: arith.constant dense<true> : tensor<1xi1>
func.func @fp8_nan() -> tensor<1xi1> {
  %x = onnx.constant "x" dense<1000.0> : tensor<1xf32> : tensor<1xf32>
  %a = onnx.node "Cast" 21 (%x) attrs {to = 17 : i64, saturate = 0 : i64} : (tensor<1xf32>) -> tensor<1xf8E4M3FN>
  %b = onnx.node "IsNaN" 20 (%a) : (tensor<1xf8E4M3FN>) -> tensor<1xi1>
  return %b : tensor<1xi1>
}

// A scale rounds up to a power of two unless told otherwise.
// CHECK-LABEL: func.func @e8m0
// CHECK: arith.constant dense<[1.000000e+00, 4.000000e+00, 8.000000e+00]> : tensor<3xf32>
func.func @e8m0() -> tensor<3xf32> {
  %x = onnx.constant "x" dense<[1.0, 3.0, 4.5]> : tensor<3xf32> : tensor<3xf32>
  %a = onnx.node "Cast" 24 (%x) attrs {to = 24 : i64} : (tensor<3xf32>) -> tensor<3x!onnx.f8E8M0>
  %b = onnx.node "Cast" 24 (%a) attrs {to = 1 : i64} : (tensor<3x!onnx.f8E8M0>) -> tensor<3xf32>
  return %b : tensor<3xf32>
}

// Whatever is not zero is true, a NaN too.
// CHECK-LABEL: func.func @to_bool
// CHECK: arith.constant dense<[false, true, true]> : tensor<3xi1>
func.func @to_bool() -> tensor<3xi1> {
  %x = onnx.constant "x" dense<[0.0, 0.1, 0x7FC00000]> : tensor<3xf32> : tensor<3xf32>
  %b = onnx.node "Cast" 13 (%x) attrs {to = 9 : i64} : (tensor<3xf32>) -> tensor<3xi1>
  return %b : tensor<3xi1>
}

// CastLike takes the type of its second operand.
// CHECK-LABEL: func.func @cast_like
// CHECK: arith.constant dense<[1, -2, 0]> : tensor<3xi64>
func.func @cast_like() -> tensor<3xi64> {
  %x = onnx.constant "x" dense<[1.5, -2.5, 0.0]> : tensor<3xf32> : tensor<3xf32>
  %y = onnx.constant "y" dense<0> : tensor<1xi64> : tensor<1xi64>
  %b = onnx.node "CastLike" 15 (%x, %y) : (tensor<3xf32>, tensor<1xi64>) -> tensor<3xi64>
  return %b : tensor<3xi64>
}

// BitCast keeps the bits.
// CHECK-LABEL: func.func @bit_cast
// CHECK: arith.constant dense<[1065353216, -1073741824, 0]> : tensor<3xi32>
func.func @bit_cast() -> tensor<3xi32> {
  %x = onnx.constant "x" dense<[1.0, -2.0, 0.0]> : tensor<3xf32> : tensor<3xf32>
  %b = onnx.node "BitCast" 26 (%x) attrs {to = 6 : i64} : (tensor<3xf32>) -> tensor<3xi32>
  return %b : tensor<3xi32>
}
