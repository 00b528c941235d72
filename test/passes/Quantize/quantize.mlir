// RUN: tern-opt --tern-quantize=spec=w4a8dg4 %s | FileCheck %s --check-prefixes=CHECK,GROUP
// RUN: tern-opt --tern-quantize=spec=w8 %s | FileCheck %s --check-prefixes=CHECK,WEIGHTS
// RUN: tern-opt --tern-quantize=spec=ternary,conv=float %s | FileCheck %s --check-prefixes=CHECK,TERNARY
// RUN: tern-opt --tern-quantize="spec=w8a8 statistics=%S/Inputs/statistics.json" %s | FileCheck %s --check-prefixes=CHECK,STATIC
// RUN: tern-opt --tern-quantize=spec=w8a8 -verify-diagnostics %s

// GROUP: tern.weight @matmul : tensor<2x8x!tern.q<int4>>
// TERNARY: tern.weight @matmul : tensor<2x8x!tern.q<ternary>>

// CHECK-LABEL: func @matrix
func.func @matrix(%x: tensor<3x8xf32>) -> tensor<3x2xf32> {
  %w = arith.constant dense<[[1.0, -2.0, 0.5, 7.0, 0.0, 0.125, 0.25, 0.875],
                             [0.0, 3.0, -3.0, 1.0, 2.0, 2.0, -2.0, 1.0]]> : tensor<2x8xf32>
  %e = tensor.empty() : tensor<3x2xf32>
  // A scale for each row of inputs: the greatest magnitude by 127.
  // GROUP: %[[MAX:.*]] = linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]{{.*}} ins(%{{.*}} : tensor<3x8xf32>)
  // GROUP: arith.divf %{{.*}}, %{{.*}} : f32
  // GROUP: math.roundeven
  // GROUP: %[[X:.*]] = linalg.generic
  // GROUP-NEXT: ^bb0
  // GROUP-NEXT: arith.mulf
  // GROUP: %[[W:.*]] = tern.dequantize %{{.*}} scale %{{.*}} <[1, 4]> : tensor<2x8x!tern.q<int4>>, tensor<2x2xf32> -> tensor<2x8xf32>
  // GROUP: tern.matmul ins(%[[X]], %[[W]] :
  // GROUP-SAME: {transpose_b}
  // Inputs as they are.
  // WEIGHTS: tern.dequantize %{{.*}} <[1, 8]> : tensor<2x8x!tern.q<int8>>, tensor<2x1xf32> -> tensor<2x8xf32>
  // WEIGHTS: tern.matmul ins(%arg0,
  // Never negative in the statistics.
  // STATIC: tern.quantize %arg0 scale %{{.*}} <[3, 8]> : tensor<3x8xf32>, tensor<1x1xf32> -> tensor<3x8x!tern.q<uint8>>
  // STATIC: tern.dequantize
  %y = tern.matmul ins(%x, %w : tensor<3x8xf32>, tensor<2x8xf32>)
    outs(%e : tensor<3x2xf32>) acc f32 {transpose_b} -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}

// CHECK-LABEL: func @filters
func.func @filters(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x3x3xf32> {
  %w = arith.constant dense<[[[[1.0, 2.0], [3.0, -1.0]]], [[[0.5, 0.0], [0.0, 0.25]]]]> : tensor<2x1x2x2xf32>
  %e = tensor.empty() : tensor<1x2x3x3xf32>
  // Without statistics a convolution's inputs stay float, and it with them.
  // GROUP: tern.conv ins(%arg0, %cst : tensor<1x1x4x4xf32>, tensor<2x1x2x2xf32>)
  // TERNARY: tern.conv ins(%arg0, %cst : tensor<1x1x4x4xf32>, tensor<2x1x2x2xf32>)
  // Codes are multiplied as they are, and sums scaled.
  // WEIGHTS: %[[SUMS:.*]] = tern.conv ins(%arg0, %{{.*}} : tensor<1x1x4x4xf32>, tensor<2x1x2x2x!tern.q<int8>>)
  // WEIGHTS: linalg.generic {{.*}} ins(%[[SUMS]], %{{.*}} : tensor<1x2x3x3xf32>, tensor<2xf32>)
  // STATIC: tern.quantize %arg0 scale %{{.*}} zero_point %{{.*}} <[1, 1, 4, 4]> {{.*}} -> tensor<1x1x4x4x!tern.q<int8>>
  // STATIC: tern.dequantize %{{.*}} scale %{{.*}} <[1, 1, 2, 2]> : tensor<2x1x2x2x!tern.q<int8>>, tensor<2x1x1x1xf32>
  // expected-remark @below {{expected statistics of the inputs of convolution 'conv', but got none: it stays float}}
  // expected-note @below {{give --calib=inputs.npz, or --statistics}}
  %y = tern.conv ins(%x, %w : tensor<1x1x4x4xf32>, tensor<2x1x2x2xf32>)
    outs(%e : tensor<1x2x3x3xf32>) acc f32
    {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, groups = 1}
    -> tensor<1x2x3x3xf32>
  return %y : tensor<1x2x3x3xf32>
}

// What is not constant stays.
// CHECK-LABEL: func @attention
func.func @attention(%x: tensor<3x8xf32>, %k: tensor<2x8xf32>) -> tensor<3x2xf32> {
  %e = tensor.empty() : tensor<3x2xf32>
  // CHECK: tern.matmul ins(%arg0, %arg1 : tensor<3x8xf32>, tensor<2x8xf32>)
  %y = tern.matmul ins(%x, %k : tensor<3x8xf32>, tensor<2x8xf32>)
    outs(%e : tensor<3x2xf32>) acc f32 {transpose_b} -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}
