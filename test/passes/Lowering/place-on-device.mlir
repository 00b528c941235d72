// RUN: tern-opt %s --tern-place-on-device | FileCheck %s
//
// What lies between the first and the last integer product is one dataflow; the
// quantization before and the scaling behind it are the host's, which gets the
// sums of the last product.

#id = affine_map<(d0, d1) -> (d0, d1)>

// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<1x4xf32>) -> tensor<1x3xf32> {
  %ten = arith.constant 10.0 : f32
  // CHECK: %[[CODES:.*]] = linalg.generic
  // CHECK: arith.fptosi
  %e0 = tensor.empty() : tensor<1x4x!tern.q<int8>>
  %q = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<1x4xf32>) outs(%e0 : tensor<1x4x!tern.q<int8>>) {
  ^bb0(%in: f32, %out: !tern.q<int8>):
    %i = arith.fptosi %in : f32 to i32
    %c = tern.encode %i : i32 to <int8>
    linalg.yield %c : !tern.q<int8>
  } -> tensor<1x4x!tern.q<int8>>
  // CHECK: %[[SUMS:.*]] = tern.dataflow(%[[CODES]]) : (tensor<1x4x!tern.q<int8>>) -> tensor<1x3xi32>
  // CHECK-NEXT: ^bb0(%[[IN:.*]]: tensor<1x4x!tern.q<int8>>):
  // CHECK: %[[FIRST:.*]] = tern.matmul ins(%[[IN]], %{{.*}}) {{.*}} epilogue
  // CHECK: %[[SECOND:.*]] = tern.matmul ins(%[[FIRST]], %{{.*}}) outs(%{{.*}} : tensor<1x3xi32>) acc i32
  // CHECK-NOT: epilogue
  // CHECK: tern.deliver %[[SECOND]] : tensor<1x3xi32>
  %w1 = tern.use @w1 : tensor<2x4x!tern.q<int8>>
  %e1 = tensor.empty() : tensor<1x2x!tern.q<uint8>>
  %a = tern.matmul ins(%q, %w1 : tensor<1x4x!tern.q<int8>>, tensor<2x4x!tern.q<int8>>)
      outs(%e1 : tensor<1x2x!tern.q<uint8>>) acc i32 {transpose_b} epilogue {
  ^bb0(%acc: i32):
    %c = tern.encode %acc : i32 to <uint8>
    tern.yield %c : !tern.q<uint8>
  } -> tensor<1x2x!tern.q<uint8>>
  %w2 = tern.use @w2 : tensor<3x2x!tern.q<int8>>
  %e2 = tensor.empty() : tensor<1x3xf32>
  %y = tern.matmul ins(%a, %w2 : tensor<1x2x!tern.q<uint8>>, tensor<3x2x!tern.q<int8>>)
      outs(%e2 : tensor<1x3xf32>) acc i32 {transpose_b} epilogue {
  ^bb0(%acc: i32):
    %f = arith.sitofp %acc : i32 to f32
    %s = arith.mulf %f, %ten : f32
    tern.yield %s : f32
  } -> tensor<1x3xf32>
  // CHECK: linalg.generic {{.*}} ins(%[[SUMS]] : tensor<1x3xi32>)
  // CHECK: arith.mulf
  return %y : tensor<1x3xf32>
}
tern.weight @w1 : tensor<2x4x!tern.q<int8>> = dense<[1, 2, 3, 4, 5, 6, 7, 8]> : tensor<8xi8>
tern.weight @w2 : tensor<3x2x!tern.q<int8>> = dense<[1, 2, 3, 4, 5, 6]> : tensor<6xi8>
