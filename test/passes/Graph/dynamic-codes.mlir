// RUN: tern-opt %s -tern-integer-contractions -split-input-file | FileCheck %s

// What exporters write for activations quantized for each token becomes codes
// whose sums are scaled afterwards, reshapes between included.
#id = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#row = affine_map<(d0, d1, d2) -> (d0, d1, 0)>
tern.weight @w : tensor<5x4x!tern.q<int2>> = dense<85> : tensor<5xi8>
// CHECK-LABEL: func.func @tokens
// CHECK: %[[CODES:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<1x3x4x!tern.q<int8>>)
// CHECK: %[[ROWS:.*]] = tensor.collapse_shape %[[CODES]]
// CHECK: %[[SCALE:.*]] = tensor.collapse_shape %arg1
// CHECK: tern.matmul ins(%[[ROWS]], %{{.*}} : tensor<3x4x!tern.q<int8>>, tensor<5x4x!tern.q<int2>>) outs(%{{.*}} : tensor<3x5xi32>) acc i32
// CHECK: linalg.generic {{.*}} ins(%{{.*}}, %[[SCALE]] : tensor<3x5xf32>, tensor<3x1xf32>)
// CHECK: arith.divf
func.func @tokens(%x: tensor<1x3x4xf32>, %s: tensor<1x3x1xf32>) -> tensor<3x5xf32> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %step = arith.constant dense<0.5> : tensor<1x1xf32>
  %e = tensor.empty() : tensor<1x3x4xf32>
  %rounded = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %s : tensor<1x3x4xf32>, tensor<1x3x1xf32>) outs(%e : tensor<1x3x4xf32>) {
  ^bb0(%a: f32, %c: f32, %o: f32):
    %p = arith.mulf %a, %c : f32
    %r = math.roundeven %p : f32
    linalg.yield %r : f32
  } -> tensor<1x3x4xf32>
  %clipped = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%rounded : tensor<1x3x4xf32>) outs(%e : tensor<1x3x4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %p = arith.maximumf %a, %low : f32
    %r = arith.minimumf %p, %high : f32
    linalg.yield %r : f32
  } -> tensor<1x3x4xf32>
  %real = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%clipped, %s : tensor<1x3x4xf32>, tensor<1x3x1xf32>) outs(%e : tensor<1x3x4xf32>) {
  ^bb0(%a: f32, %c: f32, %o: f32):
    %p = arith.divf %a, %c : f32
    linalg.yield %p : f32
  } -> tensor<1x3x4xf32>
  %rows = tensor.collapse_shape %real [[0, 1], [2]] : tensor<1x3x4xf32> into tensor<3x4xf32>
  %w = tern.use @w : tensor<5x4x!tern.q<int2>>
  %wr = tern.dequantize %w scale %step <[5, 4]> : tensor<5x4x!tern.q<int2>>, tensor<1x1xf32> -> tensor<5x4xf32>
  %y = tensor.empty() : tensor<3x5xf32>
  %product = tern.matmul ins(%rows, %wr : tensor<3x4xf32>, tensor<5x4xf32>) outs(%y : tensor<3x5xf32>) acc f32 {transpose_b} -> tensor<3x5xf32>
  return %product : tensor<3x5xf32>
}

// -----

// Numbers that are not whole, or exceed a byte, or are scaled along the sum, stay.
#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0, 0)>
tern.weight @w : tensor<5x4x!tern.q<int2>> = dense<85> : tensor<5xi8>
// CHECK-LABEL: func.func @bounds
// CHECK: tern.matmul ins(%{{.*}} : tensor<3x4xf32>, tensor<5x4x!tern.q<int2>>)
// CHECK: tern.matmul ins(%{{.*}} : tensor<3x4xf32>, tensor<5x4x!tern.q<int2>>)
// CHECK: tern.matmul ins(%{{.*}} : tensor<3x4xf32>, tensor<5x4x!tern.q<int2>>)
func.func @bounds(%x: tensor<3x4xf32>, %s: tensor<3x1xf32>, %t: tensor<3x4xf32>) -> (tensor<3x5xf32>, tensor<3x5xf32>, tensor<3x5xf32>) {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %beyond = arith.constant 128.0 : f32
  %step = arith.constant dense<0.5> : tensor<1x1xf32>
  %e = tensor.empty() : tensor<3x4xf32>
  %y = tensor.empty() : tensor<3x5xf32>
  %w = tern.use @w : tensor<5x4x!tern.q<int2>>
  %wr = tern.dequantize %w scale %step <[5, 4]> : tensor<5x4x!tern.q<int2>>, tensor<1x1xf32> -> tensor<5x4xf32>
  %fractions = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %s : tensor<3x4xf32>, tensor<3x1xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%a: f32, %c: f32, %o: f32):
    %p = arith.maximumf %a, %low : f32
    %q = arith.minimumf %p, %high : f32
    linalg.yield %q : f32
  } -> tensor<3x4xf32>
  %wide = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = math.roundeven %a : f32
    %p = arith.maximumf %r, %low : f32
    %q = arith.minimumf %p, %beyond : f32
    linalg.yield %q : f32
  } -> tensor<3x4xf32>
  %whole = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = math.roundeven %a : f32
    %p = arith.maximumf %r, %low : f32
    %q = arith.minimumf %p, %high : f32
    linalg.yield %q : f32
  } -> tensor<3x4xf32>
  %a = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%fractions, %s : tensor<3x4xf32>, tensor<3x1xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%in: f32, %c: f32, %o: f32):
    %p = arith.mulf %in, %c : f32
    linalg.yield %p : f32
  } -> tensor<3x4xf32>
  %b = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%wide, %s : tensor<3x4xf32>, tensor<3x1xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%in: f32, %c: f32, %o: f32):
    %p = arith.mulf %in, %c : f32
    linalg.yield %p : f32
  } -> tensor<3x4xf32>
  %c = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%whole, %t : tensor<3x4xf32>, tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%in: f32, %k: f32, %o: f32):
    %p = arith.mulf %in, %k : f32
    linalg.yield %p : f32
  } -> tensor<3x4xf32>
  %0 = tern.matmul ins(%a, %wr : tensor<3x4xf32>, tensor<5x4xf32>) outs(%y : tensor<3x5xf32>) acc f32 {transpose_b} -> tensor<3x5xf32>
  %1 = tern.matmul ins(%b, %wr : tensor<3x4xf32>, tensor<5x4xf32>) outs(%y : tensor<3x5xf32>) acc f32 {transpose_b} -> tensor<3x5xf32>
  %2 = tern.matmul ins(%c, %wr : tensor<3x4xf32>, tensor<5x4xf32>) outs(%y : tensor<3x5xf32>) acc f32 {transpose_b} -> tensor<3x5xf32>
  return %0, %1, %2 : tensor<3x5xf32>, tensor<3x5xf32>, tensor<3x5xf32>
}
