// RUN: tern-opt --tern-fuse-epilogue %s | FileCheck %s

#id = affine_map<(m, n) -> (m, n)>
#column = affine_map<(m, n) -> (n)>

// Bias, then activation: one contraction, whose maps say how extras are read.
// CHECK: #[[COLUMN:.*]] = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: func @bias_relu
// CHECK: tern.matmul
// CHECK-SAME: extras(%{{.*}} : tensor<2xi32>)
// CHECK-SAME: outs(%{{.*}} : tensor<4x2xi16>) acc i32
// CHECK-SAME: extra_maps = [#[[COLUMN]]]
// CHECK-SAME: epilogue {
// CHECK: ^bb0(%[[ACC:.*]]: i32, %[[BIAS:.*]]: i32):
// CHECK: %[[SUM:.*]] = arith.addi %[[ACC]], %[[BIAS]] : i32
// CHECK: %[[ZERO:.*]] = arith.constant 0
// CHECK: %[[MAX:.*]] = arith.maxsi %[[SUM]], %[[ZERO]]
// CHECK: %[[Y:.*]] = arith.trunci %[[MAX]] : i32 to i16
// CHECK: tern.yield %[[Y]] : i16
// CHECK-NOT: linalg.generic
func.func @bias_relu(%x: tensor<4x3x!tern.q<uint8>>, %w: tensor<3x2x!tern.q<int8>>, %bias: tensor<2xi32>) -> tensor<4x2xi16> {
  %e = tensor.empty() : tensor<4x2xi32>
  %h = tensor.empty() : tensor<4x2xi16>
  %c = tern.matmul ins(%x, %w : tensor<4x3x!tern.q<uint8>>, tensor<3x2x!tern.q<int8>>)
    outs(%e : tensor<4x2xi32>) acc i32 -> tensor<4x2xi32>
  %a = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]}
    ins(%c, %bias : tensor<4x2xi32>, tensor<2xi32>) outs(%e : tensor<4x2xi32>) {
  ^bb0(%p: i32, %q: i32, %out: i32):
    %s = arith.addi %p, %q : i32
    linalg.yield %s : i32
  } -> tensor<4x2xi32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
    ins(%a : tensor<4x2xi32>) outs(%h : tensor<4x2xi16>) {
  ^bb0(%p: i32, %out: i16):
    %zero = arith.constant 0 : i32
    %m = arith.maxsi %p, %zero : i32
    %s = arith.trunci %m : i32 to i16
    linalg.yield %s : i16
  } -> tensor<4x2xi16>
  return %y : tensor<4x2xi16>
}

// A second user needs the sums themselves.
// CHECK-LABEL: func @two_users
// CHECK: tern.matmul
// CHECK-NOT: epilogue
// CHECK: linalg.generic
func.func @two_users(%x: tensor<4x3xf32>, %w: tensor<3x2xf32>) -> (tensor<4x2xf32>, tensor<4x2xf32>) {
  %e = tensor.empty() : tensor<4x2xf32>
  %c = tern.matmul ins(%x, %w : tensor<4x3xf32>, tensor<3x2xf32>)
    outs(%e : tensor<4x2xf32>) acc f32 -> tensor<4x2xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
    ins(%c : tensor<4x2xf32>) outs(%e : tensor<4x2xf32>) {
  ^bb0(%p: f32, %out: f32):
    %s = arith.negf %p : f32
    linalg.yield %s : f32
  } -> tensor<4x2xf32>
  return %c, %y : tensor<4x2xf32>, tensor<4x2xf32>
}

// A reduction of the sums, or a body that asks where it is, is a step of its own.
// CHECK-LABEL: func @reduction
// CHECK: tern.matmul
// CHECK-NOT: epilogue
// CHECK: linalg.generic
// CHECK-LABEL: func @position
// CHECK: tern.matmul
// CHECK-NOT: epilogue
// CHECK: linalg.index
func.func @reduction(%x: tensor<4x3xf32>, %w: tensor<3x2xf32>, %init: tensor<4xf32>) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4x2xf32>
  %c = tern.matmul ins(%x, %w : tensor<4x3xf32>, tensor<3x2xf32>)
    outs(%e : tensor<4x2xf32>) acc f32 -> tensor<4x2xf32>
  %y = linalg.generic {indexing_maps = [#id, affine_map<(m, n) -> (m)>], iterator_types = ["parallel", "reduction"]}
    ins(%c : tensor<4x2xf32>) outs(%init : tensor<4xf32>) {
  ^bb0(%p: f32, %out: f32):
    %s = arith.addf %out, %p : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  return %y : tensor<4xf32>
}

func.func @position(%x: tensor<4x3xf32>, %w: tensor<3x2xf32>) -> tensor<4x2xf32> {
  %e = tensor.empty() : tensor<4x2xf32>
  %c = tern.matmul ins(%x, %w : tensor<4x3xf32>, tensor<3x2xf32>)
    outs(%e : tensor<4x2xf32>) acc f32 -> tensor<4x2xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
    ins(%c : tensor<4x2xf32>) outs(%e : tensor<4x2xf32>) {
  ^bb0(%p: f32, %out: f32):
    %i = linalg.index 0 : index
    %j = arith.index_cast %i : index to i32
    %k = arith.sitofp %j : i32 to f32
    %s = arith.addf %p, %k : f32
    linalg.yield %s : f32
  } -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}
