// RUN: tern-opt %s --tern-expand-onnx --tern-fold-constants | FileCheck %s
//
// Operators on constants fold to what the reference evaluator says.

// Integer division truncates; by zero it is 0, and it never traps.
// CHECK-LABEL: func.func @div_signed
// CHECK: arith.constant dense<[-3, -3, 0, -2147483648]> : tensor<4xi32>
func.func @div_signed() -> (tensor<4xi32>) {
  %x = onnx.constant "x" dense<[-7, 7, 5, -2147483648]> : tensor<4xi32> : tensor<4xi32>
  %y = onnx.constant "y" dense<[2, -2, 0, -1]> : tensor<4xi32> : tensor<4xi32>
  %out = onnx.node "Div" 14 (%x, %y) : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32>
  return %out : tensor<4xi32>
}

// Signedness of 32 bits comes from the ONNX type.
// CHECK-LABEL: func.func @div_unsigned
// CHECK: arith.constant dense<[2147483647, 1]> : tensor<2xi32>
func.func @div_unsigned() -> (tensor<2xui32>) {
  %x = onnx.constant "x" dense<[4294967295, 6]> : tensor<2xui32> : tensor<2xui32>
  %y = onnx.constant "y" dense<[2, 4]> : tensor<2xui32> : tensor<2xui32>
  %out = onnx.node "Div" 14 (%x, %y) : (tensor<2xui32>, tensor<2xui32>) -> tensor<2xui32>
  return %out : tensor<2xui32>
}

// The remainder has the sign of the divisor without fmod.
// CHECK-LABEL: func.func @mod_floor
// CHECK: arith.constant dense<[2, -2, 0, 0]> : tensor<4xi32>
func.func @mod_floor() -> (tensor<4xi32>) {
  %x = onnx.constant "x" dense<[-7, 7, -6, 6]> : tensor<4xi32> : tensor<4xi32>
  %y = onnx.constant "y" dense<[3, -3, 3, -3]> : tensor<4xi32> : tensor<4xi32>
  %out = onnx.node "Mod" 13 (%x, %y) : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32>
  return %out : tensor<4xi32>
}

// ... and that of the dividend with it.
// CHECK-LABEL: func.func @mod_truncate
// CHECK: arith.constant dense<[-1, 1, 0, 0]> : tensor<4xi32>
func.func @mod_truncate() -> (tensor<4xi32>) {
  %x = onnx.constant "x" dense<[-7, 7, -6, 6]> : tensor<4xi32> : tensor<4xi32>
  %y = onnx.constant "y" dense<[3, -3, 3, -3]> : tensor<4xi32> : tensor<4xi32>
  %out = onnx.node "Mod" 13 (%x, %y) attrs {fmod = 1 : i64} : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32>
  return %out : tensor<4xi32>
}

// Integer powers wrap; negative ones are 0 but of 1 and -1.
// CHECK-LABEL: func.func @pow_integer
// CHECK: arith.constant dense<[81, -1, 0, 1]> : tensor<4xi32>
func.func @pow_integer() -> (tensor<4xi32>) {
  %x = onnx.constant "x" dense<[3, -1, 2, 1]> : tensor<4xi32> : tensor<4xi32>
  %y = onnx.constant "y" dense<[4, -3, 32, -5]> : tensor<4xi32> : tensor<4xi32>
  %out = onnx.node "Pow" 15 (%x, %y) : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32>
  return %out : tensor<4xi32>
}

// The result has the base's type.
// CHECK-LABEL: func.func @pow_mixed
// CHECK: arith.constant dense<[1.000000e+00, 1.600000e+01, 8.100000e+01]> : tensor<3xf32>
func.func @pow_mixed() -> (tensor<3xf32>) {
  %x = onnx.constant "x" dense<[1.0, 4.0, 9.0]> : tensor<3xf32> : tensor<3xf32>
  %y = onnx.constant "y" dense<2> : tensor<1xi64> : tensor<1xi64>
  %out = onnx.node "Pow" 15 (%x, %y) : (tensor<3xf32>, tensor<1xi64>) -> tensor<3xf32>
  return %out : tensor<3xf32>
}

// numpy broadcasting in both directions.
// CHECK-LABEL: func.func @broadcast
// CHECK: arith.constant dense<{{\[}}[11, 21, 31], [12, 22, 32]]> : tensor<2x3xi32>
func.func @broadcast() -> (tensor<2x3xi32>) {
  %x = onnx.constant "x" dense<[[1], [2]]> : tensor<2x1xi32> : tensor<2x1xi32>
  %y = onnx.constant "y" dense<[10, 20, 30]> : tensor<3xi32> : tensor<3xi32>
  %out = onnx.node "Add" 14 (%x, %y) : (tensor<2x1xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  return %out : tensor<2x3xi32>
}

// Opset 6: the second operand stands at axis 0.
// CHECK-LABEL: func.func @old_broadcast
// CHECK: arith.constant dense<{{\[}}[11, 12, 13], [24, 25, 26]]> : tensor<2x3xi32>
func.func @old_broadcast() -> (tensor<2x3xi32>) {
  %x = onnx.constant "x" dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32> : tensor<2x3xi32>
  %y = onnx.constant "y" dense<[10, 20]> : tensor<2xi32> : tensor<2xi32>
  %out = onnx.node "Add" 6 (%x, %y) attrs {broadcast = 1 : i64, axis = 0 : i64} : (tensor<2x3xi32>, tensor<2xi32>) -> tensor<2x3xi32>
  return %out : tensor<2x3xi32>
}

// Variadic operators broadcast all at once.
// CHECK-LABEL: func.func @mean
// CHECK: arith.constant dense<[3.000000e+00, 3.500000e+00, 4.000000e+00]> : tensor<3xf32>
func.func @mean() -> (tensor<3xf32>) {
  %x = onnx.constant "x" dense<[1.0, 2.0, 3.0]> : tensor<3xf32> : tensor<3xf32>
  %y = onnx.constant "y" dense<5.0> : tensor<1xf32> : tensor<1xf32>
  %out = onnx.node "Mean" 13 (%x, %y) : (tensor<3xf32>, tensor<1xf32>) -> tensor<3xf32>
  return %out : tensor<3xf32>
}

// Bounds are attributes before opset 11.
// CHECK-LABEL: func.func @clip_old
// CHECK: arith.constant dense<[0.000000e+00, 5.000000e-01, 1.000000e+00]> : tensor<3xf32>
func.func @clip_old() -> (tensor<3xf32>) {
  %x = onnx.constant "x" dense<[-1.0, 0.5, 2.0]> : tensor<3xf32> : tensor<3xf32>
  %out = onnx.node "Clip" 6 (%x) attrs {min = 0.0 : f32, max = 1.0 : f32} : (tensor<3xf32>) -> tensor<3xf32>
  return %out : tensor<3xf32>
}

// ... and operands from then on.
// CHECK-LABEL: func.func @clip
// CHECK: arith.constant dense<[0, 5, 10]> : tensor<3xi32>
func.func @clip() -> (tensor<3xi32>) {
  %x = onnx.constant "x" dense<[-1, 5, 20]> : tensor<3xi32> : tensor<3xi32>
  %l = onnx.constant "l" dense<0> : tensor<i32> : tensor<i32>
  %h = onnx.constant "h" dense<10> : tensor<i32> : tensor<i32>
  %out = onnx.node "Clip" 13 (%x, %l, %h) : (tensor<3xi32>, tensor<i32>, tensor<i32>) -> tensor<3xi32>
  return %out : tensor<3xi32>
}

// A NaN wins.
// CHECK-LABEL: func.func @max
// CHECK: arith.constant dense<[0x7FC00000, 2.000000e+00]> : tensor<2xf32>
func.func @max() -> (tensor<2xf32>) {
  %x = onnx.constant "x" dense<[0x7FC00000, 1.0]> : tensor<2xf32> : tensor<2xf32>
  %y = onnx.constant "y" dense<[3.0, 2.0]> : tensor<2xf32> : tensor<2xf32>
  %out = onnx.node "Max" 13 (%x, %y) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %out : tensor<2xf32>
}
