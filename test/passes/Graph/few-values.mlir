// RUN: tern-opt %s --tern-integer-contractions --split-input-file | FileCheck %s

#same = affine_map<(d0, d1) -> (d0, d1)>
#one = affine_map<(d0, d1) -> ()>

// Where(x >= 0, 0.5, -0.5) is signs times 0.5, and so are the weights, with a
// number for each column.
// CHECK-LABEL: func.func @where
func.func @where(%x: tensor<2x3xf32>) -> tensor<2x2xf32> {
  // CHECK: %[[SIGNS:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<2x3x!tern.q<binary>>)
  // CHECK: arith.cmpf ogt
  // CHECK: tern.matmul ins(%[[SIGNS]], %{{.*}} : tensor<2x3x!tern.q<binary>>, tensor<2x3x!tern.q<binary>>)
  %w = arith.constant dense<[[0.5, -0.25], [-0.5, -0.25], [0.5, 0.25]]> : tensor<3x2xf32>
  %zero = arith.constant 0.0 : f32
  %high = arith.constant dense<0.5> : tensor<f32>
  %low = arith.constant dense<-0.5> : tensor<f32>
  %b = tensor.empty() : tensor<2x3xi1>
  %c = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<2x3xf32>) outs(%b : tensor<2x3xi1>) {
  ^bb0(%in: f32, %out: i1):
    %0 = arith.cmpf oge, %in, %zero : f32
    linalg.yield %0 : i1
  } -> tensor<2x3xi1>
  %e = tensor.empty() : tensor<2x3xf32>
  %a = linalg.generic {indexing_maps = [#same, #one, #one, #same], iterator_types = ["parallel", "parallel"]}
      ins(%c, %high, %low : tensor<2x3xi1>, tensor<f32>, tensor<f32>) outs(%e : tensor<2x3xf32>) {
  ^bb0(%in: i1, %h: f32, %l: f32, %out: f32):
    %0 = arith.select %in, %h, %l : f32
    linalg.yield %0 : f32
  } -> tensor<2x3xf32>
  %i = tensor.empty() : tensor<2x2xf32>
  %y = tern.matmul ins(%a, %w : tensor<2x3xf32>, tensor<3x2xf32>) outs(%i : tensor<2x2xf32>) acc f32 -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// -----

#same = affine_map<(d0, d1) -> (d0, d1)>

// 2 * Cast(x > 0) - 1, reshaped: its codes are.
// CHECK-LABEL: func.func @reshaped
func.func @reshaped(%c: tensor<6x1xi1>) -> tensor<2x2xf32> {
  // CHECK: %[[SIGNS:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<6x1x!tern.q<binary>>)
  // CHECK: tensor.collapse_shape %[[SIGNS]]
  // CHECK: tern.matmul ins(%{{.*}} : tensor<2x3x!tern.q<binary>>, tensor<2x3x!tern.q<int8>>)
  %w = arith.constant dense<[[1.0, -1.0], [-1.0, -1.0], [1.0, 1.0]]> : tensor<3x2xf32>
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %e = tensor.empty() : tensor<6x1xf32>
  %a = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%c : tensor<6x1xi1>) outs(%e : tensor<6x1xf32>) {
  ^bb0(%in: i1, %out: f32):
    %0 = arith.uitofp %in : i1 to f32
    %1 = arith.mulf %0, %two : f32
    %2 = arith.subf %1, %one : f32
    linalg.yield %2 : f32
  } -> tensor<6x1xf32>
  %flat = tensor.collapse_shape %a [[0, 1]] : tensor<6x1xf32> into tensor<6xf32>
  %m = tensor.expand_shape %flat [[0, 1]] output_shape [2, 3] : tensor<6xf32> into tensor<2x3xf32>
  %i = tensor.empty() : tensor<2x2xf32>
  %y = tern.matmul ins(%m, %w : tensor<2x3xf32>, tensor<3x2xf32>) outs(%i : tensor<2x2xf32>) acc f32 -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// -----

#same = affine_map<(d0, d1) -> (d0, d1)>

// ONNX's Sign is 0 at 0: three values. That of its sum with 0.1 has two.
// CHECK-LABEL: func.func @sign
func.func @sign(%x: tensor<2x3xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>) {
  // CHECK-DAG: tern.matmul ins(%{{.*}} : tensor<2x3x!tern.q<ternary>>, tensor<2x3x!tern.q<int8>>)
  // CHECK-DAG: tern.matmul ins(%{{.*}} : tensor<2x3x!tern.q<binary>>, tensor<2x3x!tern.q<int8>>)
  %w = arith.constant dense<[[1.0, -1.0], [-1.0, -1.0], [1.0, 1.0]]> : tensor<3x2xf32>
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %tenth = arith.constant 0.1 : f32
  %e = tensor.empty() : tensor<2x3xf32>
  %s = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<2x3xf32>) outs(%e : tensor<2x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.cmpf ogt, %in, %zero : f32
    %1 = arith.cmpf olt, %in, %zero : f32
    %2 = arith.select %1, %minus, %in : f32
    %3 = arith.select %0, %one, %2 : f32
    linalg.yield %3 : f32
  } -> tensor<2x3xf32>
  %t = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%s : tensor<2x3xf32>) outs(%e : tensor<2x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %4 = arith.addf %in, %tenth : f32
    %0 = arith.cmpf ogt, %4, %zero : f32
    %3 = arith.select %0, %one, %minus : f32
    linalg.yield %3 : f32
  } -> tensor<2x3xf32>
  %i = tensor.empty() : tensor<2x2xf32>
  %y = tern.matmul ins(%s, %w : tensor<2x3xf32>, tensor<3x2xf32>) outs(%i : tensor<2x2xf32>) acc f32 -> tensor<2x2xf32>
  %z = tern.matmul ins(%t, %w : tensor<2x3xf32>, tensor<3x2xf32>) outs(%i : tensor<2x2xf32>) acc f32 -> tensor<2x2xf32>
  return %y, %z : tensor<2x2xf32>, tensor<2x2xf32>
}

// -----

#same = affine_map<(d0, d1) -> (d0, d1)>

// Codes of 8 bits that are 1 or 0 become narrower ones; values that are not odd
// stay as they are, and so do sums of which little is known.
// CHECK-LABEL: func.func @others
func.func @others(%c: tensor<2x3xi1>, %x: tensor<2x3xf32>) -> (tensor<2x2xi32>, tensor<2x2xf32>, tensor<2x2xf32>) {
  // CHECK-DAG: tern.matmul ins(%{{.*}} : tensor<2x3x!tern.q<uint1>>, tensor<2x3x!tern.q<int8>>)
  // CHECK-DAG: tern.matmul ins(%{{.*}} : tensor<2x3xf32>, tensor<3x2xf32>)
  // CHECK-DAG: tern.matmul ins(%{{.*}} : tensor<2x3xf32>, tensor<3x2xf32>)
  %w = arith.constant dense<[[1.0, -1.0], [-1.0, -1.0], [1.0, 1.0]]> : tensor<3x2xf32>
  %q = tern.use @q : tensor<2x3x!tern.q<int8>>
  %one = arith.constant 1.0 : f32
  %three = arith.constant 3.0 : f32
  %o = tensor.empty() : tensor<2x3x!tern.q<int8>>
  %codes = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%c : tensor<2x3xi1>) outs(%o : tensor<2x3x!tern.q<int8>>) {
  ^bb0(%in: i1, %out: !tern.q<int8>):
    %0 = arith.extui %in : i1 to i32
    %1 = tern.encode %0 : i32 to !tern.q<int8>
    linalg.yield %1 : !tern.q<int8>
  } -> tensor<2x3x!tern.q<int8>>
  %e = tensor.empty() : tensor<2x3xf32>
  %uneven = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%c : tensor<2x3xi1>) outs(%e : tensor<2x3xf32>) {
  ^bb0(%in: i1, %out: f32):
    %0 = arith.select %in, %one, %three : f32
    linalg.yield %0 : f32
  } -> tensor<2x3xf32>
  %unknown = linalg.generic {indexing_maps = [#same, #same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%uneven, %x : tensor<2x3xf32>, tensor<2x3xf32>) outs(%e : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %0 = arith.mulf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<2x3xf32>
  %j = tensor.empty() : tensor<2x2xi32>
  %y = tern.matmul ins(%codes, %q : tensor<2x3x!tern.q<int8>>, tensor<2x3x!tern.q<int8>>)
      outs(%j : tensor<2x2xi32>) acc i32 {transpose_b} -> tensor<2x2xi32>
  %i = tensor.empty() : tensor<2x2xf32>
  %z = tern.matmul ins(%uneven, %w : tensor<2x3xf32>, tensor<3x2xf32>) outs(%i : tensor<2x2xf32>) acc f32 -> tensor<2x2xf32>
  %u = tern.matmul ins(%unknown, %w : tensor<2x3xf32>, tensor<3x2xf32>) outs(%i : tensor<2x2xf32>) acc f32 -> tensor<2x2xf32>
  return %y, %z, %u : tensor<2x2xi32>, tensor<2x2xf32>, tensor<2x2xf32>
}
tern.weight @q : tensor<2x3x!tern.q<int8>> = dense<1> : tensor<6xi8>
