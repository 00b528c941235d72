// RUN: tern-opt --tern-decompose %s | FileCheck %s

// Division, rounding to nearest even, zero point, clamping in f32, and only
// then the conversion.
// CHECK-LABEL: func @quantize
// CHECK-NOT: tern.quantize
// CHECK: linalg.generic
// CHECK: %[[Q:.*]] = arith.divf
// CHECK: %[[R:.*]] = math.roundeven %[[Q]]
// CHECK: arith.addf %[[R]]
// CHECK-DAG: 2.550000e+02
// CHECK: arith.fptosi %{{.*}} : f32 to i32
// CHECK-NEXT: tern.encode %{{.*}} : i32 to <uint8>
func.func @quantize(%x: tensor<2x4xf32>, %s: tensor<1x1xf32>, %z: tensor<1x1xi32>) -> tensor<2x4x!tern.q<uint8>> {
  %y = tern.quantize %x scale %s zero_point %z <[2, 4]> : tensor<2x4xf32>, tensor<1x1xf32>, tensor<1x1xi32> -> tensor<2x4x!tern.q<uint8>>
  return %y : tensor<2x4x!tern.q<uint8>>
}

// The zero point is subtracted exactly, before the scale. A block of two
// columns shares a scale.
// CHECK-LABEL: func @dequantize
// CHECK-NOT: tern.dequantize
// CHECK: linalg.generic
// CHECK: %[[C:.*]] = tern.decode %{{.*}} : <int4> to i32
// CHECK: %[[D:.*]] = arith.subi %[[C]]
// CHECK: %[[F:.*]] = arith.sitofp %[[D]] : i32 to f32
// CHECK: arith.mulf %[[F]]
func.func @dequantize(%x: tensor<2x4x!tern.q<int4>>, %s: tensor<2x2xf32>, %z: tensor<2x2xi32>) -> tensor<2x4xf32> {
  %y = tern.dequantize %x scale %s zero_point %z <[1, 2]> : tensor<2x4x!tern.q<int4>>, tensor<2x2xf32>, tensor<2x2xi32> -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// A pad is a fill and a copy into its middle.
// CHECK-LABEL: func @pad
// CHECK-NOT: tensor.pad
// CHECK: %[[FILLED:.*]] = linalg.generic
// CHECK: linalg.yield %{{.*}}
// CHECK: tensor.insert_slice %{{.*}} into %[[FILLED]][1, 0] [2, 4] [1, 1]
func.func @pad(%x: tensor<2x4xf32>) -> tensor<4x4xf32> {
  %zero = arith.constant 0.0 : f32
  %y = tensor.pad %x low[1, 0] high[1, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %zero : f32
  } : tensor<2x4xf32> to tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}
