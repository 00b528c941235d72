// RUN: tern-opt %s | tern-opt | FileCheck %s

// CHECK: tern.weight @w : tensor<16x8x!tern.q<int4>> =
tern.weight @w : tensor<16x8x!tern.q<int4>> = dense_resource<w> : tensor<64xi8>

// CHECK: tern.weight @t : transposed tensor<2x3x!tern.q<int8>> =
tern.weight @t : transposed tensor<2x3x!tern.q<int8>> = dense<1> : tensor<6xi8>

// CHECK-LABEL: func @main
func.func @main(%x: tensor<4x8x!tern.q<int8>>, %b: tensor<16xf32>) -> tensor<4x16xf32> {
  // CHECK: tern.use @w
  %w = tern.use @w : tensor<16x8x!tern.q<int4>>
  %e = tensor.empty() : tensor<4x16xf32>
  // CHECK: tern.matmul ins(
  %y = tern.matmul ins(%x, %w : tensor<4x8x!tern.q<int8>>, tensor<16x8x!tern.q<int4>>)
    extras(%b : tensor<16xf32>) outs(%e : tensor<4x16xf32>) acc i32
    {transpose_b, extra_maps = [affine_map<(m, n) -> (n)>]}
    epilogue {
    ^bb0(%acc: i32, %s: f32):
      %f = arith.sitofp %acc : i32 to f32
      %r = arith.mulf %f, %s : f32
      tern.yield %r : f32
    } -> tensor<4x16xf32>
  return %y : tensor<4x16xf32>
}

{-#
  dialect_resources: {
    builtin: {
      w: "0x0400000000010203040506070001020304050607000102030405060700010203040506070001020304050607000102030405060700010203040506070001020304050607"
    }
  }
#-}

// CHECK-LABEL: func @insert
func.func @insert(%c: tensor<2x4xf32>, %u: tensor<2x1xf32>, %s: tensor<2xi64>) -> tensor<2x4xf32> {
  // CHECK: tern.insert %{{.*}} at %{{.*}} : tensor<2xi64> into %{{.*}} axis 1 circular : tensor<2x1xf32> into tensor<2x4xf32> -> tensor<2x4xf32>
  %y = tern.insert %u at %s : tensor<2xi64> into %c axis 1 circular : tensor<2x1xf32> into tensor<2x4xf32> -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}
