// RUN: tern-opt %s --tern-integer-contractions --canonicalize --cse --tern-fold-constants | FileCheck %s
//
// Contractions of codes, and what may follow them.

// Bias, Relu and quantization go into the requantization: 0.5 * 0.25 / 2.
// CHECK-LABEL: func.func @matmul
// CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<[1, 2, 3, 4]> : tensor<4xi32>
// CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<5> : tensor<1xi32>
// CHECK-DAG: %[[M:.*]] = arith.constant 6.250000e-02 : f32
// CHECK-DAG: %[[LOW:.*]] = arith.constant 7.000000e+00 : f32
// CHECK: tern.matmul ins(%arg0, %{{.*}} : tensor<2x3x!tern.q<uint8>>, tensor<4x3x!tern.q<int8>>) lhs_zp(%[[ZERO]] : tensor<1xi32>) outs(%{{.*}} : tensor<2x4xi32>) acc i32 {transpose_b} -> tensor<2x4xi32>
// CHECK: arith.addi
// CHECK: arith.sitofp
// CHECK: arith.mulf %{{.*}}, %[[M]] : f32
// CHECK: math.roundeven
// CHECK: arith.addf
// CHECK: arith.maxnumf %{{.*}}, %[[LOW]] : f32
// CHECK: tern.encode
// CHECK-NOT: tern.quantize
func.func @matmul(%x: tensor<2x3x!tern.q<uint8>>) -> tensor<2x4x!tern.q<uint8>> {
  %sx = arith.constant dense<0.5> : tensor<1x1xf32>
  %zx = arith.constant dense<5> : tensor<1x1xi32>
  %sw = arith.constant dense<0.25> : tensor<1x1xf32>
  %sy = arith.constant dense<2.0> : tensor<1x1xf32>
  %zy = arith.constant dense<7> : tensor<1x1xi32>
  %sb = arith.constant dense<0.125> : tensor<1xf32>
  %bias = arith.constant dense<[1, 2, 3, 4]> : tensor<4xi32>
  %zero = arith.constant 0.0 : f32
  %w = tern.use @w : tensor<4x3x!tern.q<int8>>
  %xr = tern.dequantize %x scale %sx zero_point %zx <[2, 3]> : tensor<2x3x!tern.q<uint8>>, tensor<1x1xf32>, tensor<1x1xi32> -> tensor<2x3xf32>
  %wr = tern.dequantize %w scale %sw <[4, 3]> : tensor<4x3x!tern.q<int8>>, tensor<1x1xf32> -> tensor<4x3xf32>
  %br = tern.dequantize %bias scale %sb <[4]> : tensor<4xi32>, tensor<1xf32> -> tensor<4xf32>
  %e = tensor.empty() : tensor<2x4xf32>
  %y = tern.matmul ins(%xr, %wr : tensor<2x3xf32>, tensor<4x3xf32>) outs(%e : tensor<2x4xf32>) acc f32 {transpose_b} -> tensor<2x4xf32>
  %z = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%y, %br : tensor<2x4xf32>, tensor<4xf32>) outs(%e : tensor<2x4xf32>) {
  ^bb0(%a: f32, %c: f32, %o: f32):
    %s = arith.addf %a, %c : f32
    linalg.yield %s : f32
  } -> tensor<2x4xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%z : tensor<2x4xf32>) outs(%e : tensor<2x4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %s = arith.maximumf %a, %zero : f32
    linalg.yield %s : f32
  } -> tensor<2x4xf32>
  %q = tern.quantize %r scale %sy zero_point %zy <[2, 4]> : tensor<2x4xf32>, tensor<1x1xf32>, tensor<1x1xi32> -> tensor<2x4x!tern.q<uint8>>
  return %q : tensor<2x4x!tern.q<uint8>>
}

// A bias between the units stays real; scales of each filter.
// CHECK-LABEL: func.func @conv
// CHECK: tern.conv ins(%arg0, %{{.*}} : tensor<1x1x4x!tern.q<int8>>, tensor<2x1x2x!tern.q<int4>>) filter_zp(%{{.*}} : tensor<2xi32>) outs(%{{.*}} : tensor<1x2x3xi32>) acc i32
// CHECK: arith.sitofp
// CHECK: arith.mulf
// CHECK: arith.addf
// CHECK: tern.quantize
func.func @conv(%x: tensor<1x1x4x!tern.q<int8>>) -> tensor<1x2x3x!tern.q<int8>> {
  %sx = arith.constant dense<1.0> : tensor<1x1x1xf32>
  %sw = arith.constant dense<[[[0.5]], [[0.25]]]> : tensor<2x1x1xf32>
  %zw = arith.constant dense<[[[0]], [[1]]]> : tensor<2x1x1xi32>
  %bias = arith.constant dense<[[0.1], [0.2]]> : tensor<2x1xf32>
  %w = tern.use @f : tensor<2x1x2x!tern.q<int4>>
  %xr = tern.dequantize %x scale %sx <[1, 1, 4]> : tensor<1x1x4x!tern.q<int8>>, tensor<1x1x1xf32> -> tensor<1x1x4xf32>
  %wr = tern.dequantize %w scale %sw zero_point %zw <[1, 1, 2]> : tensor<2x1x2x!tern.q<int4>>, tensor<2x1x1xf32>, tensor<2x1x1xi32> -> tensor<2x1x2xf32>
  %e = tensor.empty() : tensor<1x2x3xf32>
  %y = tern.conv ins(%xr, %wr : tensor<1x1x4xf32>, tensor<2x1x2xf32>) outs(%e : tensor<1x2x3xf32>) acc f32 {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, groups = 1 : i64} -> tensor<1x2x3xf32>
  %z = linalg.generic {indexing_maps = [affine_map<(n, c, i) -> (n, c, i)>, affine_map<(n, c, i) -> (c, 0)>, affine_map<(n, c, i) -> (n, c, i)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%y, %bias : tensor<1x2x3xf32>, tensor<2x1xf32>) outs(%e : tensor<1x2x3xf32>) {
  ^bb0(%a: f32, %c: f32, %o: f32):
    %s = arith.addf %a, %c : f32
    linalg.yield %s : f32
  } -> tensor<1x2x3xf32>
  %q = tern.quantize %z scale %sx <[1, 2, 3]> : tensor<1x2x3xf32>, tensor<1x1x1xf32> -> tensor<1x2x3x!tern.q<int8>>
  return %q : tensor<1x2x3x!tern.q<int8>>
}

// Codes are reshaped and transposed, not reals; K x N becomes N x K.
// CHECK-LABEL: func.func @moves
// CHECK: %[[X:.*]] = tensor.collapse_shape %arg0 {{.*}} : tensor<2x1x3x!tern.q<uint8>> into tensor<2x3x!tern.q<uint8>>
// CHECK: tern.matmul ins(%[[X]], %{{.*}} : tensor<2x3x!tern.q<uint8>>, tensor<4x3x!tern.q<int8>>) {{.*}} acc i32 {transpose_b}
func.func @moves(%x: tensor<2x1x3x!tern.q<uint8>>) -> tensor<2x4xf32> {
  %sx = arith.constant dense<0.5> : tensor<1x1x1xf32>
  %sw = arith.constant dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf32>
  %w = tern.use @t : tensor<3x4x!tern.q<int8>>
  %xr = tern.dequantize %x scale %sx <[2, 1, 3]> : tensor<2x1x3x!tern.q<uint8>>, tensor<1x1x1xf32> -> tensor<2x1x3xf32>
  %wr = tern.dequantize %w scale %sw <[3, 1]> : tensor<3x4x!tern.q<int8>>, tensor<1x4xf32> -> tensor<3x4xf32>
  %c = tensor.collapse_shape %xr [[0, 1], [2]] : tensor<2x1x3xf32> into tensor<2x3xf32>
  %e = tensor.empty() : tensor<2x4xf32>
  %y = tern.matmul ins(%c, %wr : tensor<2x3xf32>, tensor<3x4xf32>) outs(%e : tensor<2x4xf32>) acc f32 -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// Real activations keep the codes of the weights, two k to a scale.
// CHECK-LABEL: func.func @weight_only
// CHECK: tern.matmul ins(%arg0, %{{.*}} : tensor<2x3xf32>, tensor<4x3x!tern.q<int8>>) rhs_scale(%{{.*}} : tensor<4x2xf32>) outs(%{{.*}} : tensor<2x4xf32>) acc f32 {group = 2 : i64, transpose_b}
func.func @weight_only(%x: tensor<2x3xf32>) -> tensor<2x4xf32> {
  %sw = arith.constant dense<0.5> : tensor<4x2xf32>
  %w = tern.use @w : tensor<4x3x!tern.q<int8>>
  %wr = tern.dequantize %w scale %sw <[1, 2]> : tensor<4x3x!tern.q<int8>>, tensor<4x2xf32> -> tensor<4x3xf32>
  %e = tensor.empty() : tensor<2x4xf32>
  %y = tern.matmul ins(%x, %wr : tensor<2x3xf32>, tensor<4x3xf32>) outs(%e : tensor<2x4xf32>) acc f32 {transpose_b} -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// Groups of weights with scales of their own: integer sums of each group, then
// the scale of the inputs.
// CHECK-LABEL: func.func @groups
// CHECK: %[[SUMS:.*]] = tern.matmul ins(%arg0, %{{.*}} : tensor<1x4x!tern.q<int8>>, tensor<2x4x!tern.q<int4>>) rhs_scale(%{{.*}} : tensor<2x2xf32>) outs(%{{.*}} : tensor<1x2xf32>) acc f32 {group = 2 : i64, transpose_b}
// CHECK: linalg.generic {{.*}} ins(%[[SUMS]], %{{.*}} : tensor<1x2xf32>, tensor<1xf32>)
// CHECK: arith.mulf
func.func @groups(%x: tensor<1x4x!tern.q<int8>>) -> tensor<1x2xf32> {
  %sx = arith.constant dense<0.5> : tensor<1x1xf32>
  %sw = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %xr = tern.dequantize %x scale %sx <[1, 4]> : tensor<1x4x!tern.q<int8>>, tensor<1x1xf32> -> tensor<1x4xf32>
  %w = tern.use @g : tensor<2x4x!tern.q<int4>>
  %wr = tern.dequantize %w scale %sw <[1, 2]> : tensor<2x4x!tern.q<int4>>, tensor<2x2xf32> -> tensor<2x4xf32>
  %e = tensor.empty() : tensor<1x2xf32>
  %y = tern.matmul ins(%xr, %wr : tensor<1x4xf32>, tensor<2x4xf32>) outs(%e : tensor<1x2xf32>) acc f32 {transpose_b} -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// Small floats stay codes beside real inputs; integer inputs become real.
// CHECK-LABEL: func.func @small_floats
// CHECK: %[[X:.*]] = tern.dequantize %arg0
// CHECK: tern.matmul ins(%[[X]], %{{.*}} : tensor<1x4xf32>, tensor<2x4x!tern.q<e2m1>>) rhs_scale(%{{.*}} : tensor<2x2xf32>) outs(%{{.*}} : tensor<1x2xf32>) acc f32 {group = 2 : i64, transpose_b}
func.func @small_floats(%x: tensor<1x4x!tern.q<int8>>) -> tensor<1x2xf32> {
  %sx = arith.constant dense<0.5> : tensor<1x1xf32>
  %sw = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %xr = tern.dequantize %x scale %sx <[1, 4]> : tensor<1x4x!tern.q<int8>>, tensor<1x1xf32> -> tensor<1x4xf32>
  %w = tern.use @e : tensor<2x4x!tern.q<e2m1>>
  %wr = tern.dequantize %w scale %sw <[1, 2]> : tensor<2x4x!tern.q<e2m1>>, tensor<2x2xf32> -> tensor<2x4xf32>
  %e = tensor.empty() : tensor<1x2xf32>
  %y = tern.matmul ins(%xr, %wr : tensor<1x4xf32>, tensor<2x4xf32>) outs(%e : tensor<1x2xf32>) acc f32 {transpose_b} -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// Whole numbers beside codes of scale 1 are codes themselves.
// CHECK-LABEL: func.func @whole
// CHECK: tern.matmul ins(%arg0, %{{.*}} : tensor<1x2x!tern.q<uint8>>, tensor<2x2x!tern.q<int8>>) outs(%{{.*}} : tensor<1x2xi32>) acc i32 {transpose_b}
func.func @whole(%x: tensor<1x2x!tern.q<uint8>>) -> tensor<1x2xf32> {
  %sx = arith.constant dense<1.0> : tensor<1x1xf32>
  %w = arith.constant dense<[[1.0, -2.0], [3.0, 127.0]]> : tensor<2x2xf32>
  %xr = tern.dequantize %x scale %sx <[1, 2]> : tensor<1x2x!tern.q<uint8>>, tensor<1x1xf32> -> tensor<1x2xf32>
  %e = tensor.empty() : tensor<1x2xf32>
  %y = tern.matmul ins(%xr, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%e : tensor<1x2xf32>) acc f32 {transpose_b} -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// A quantized mean is one requantization of the sum: 0.5 / (0.25 * 4).
// CHECK-LABEL: func.func @mean
// CHECK-DAG: %[[M:.*]] = arith.constant 5.000000e-01 : f32
// CHECK: linalg.generic {{.*}} ["parallel", "reduction"]} ins(%arg0 : tensor<2x4x!tern.q<uint8>>)
// CHECK: tern.decode
// CHECK: arith.subi
// CHECK: arith.mulf %{{.*}}, %[[M]] : f32
// CHECK: math.roundeven
func.func @mean(%x: tensor<2x4x!tern.q<uint8>>) -> tensor<2x!tern.q<uint8>> {
  %sx = arith.constant dense<0.5> : tensor<1x1xf32>
  %zx = arith.constant dense<3> : tensor<1x1xi32>
  %sy = arith.constant dense<0.25> : tensor<1xf32>
  %zero = arith.constant 0.0 : f32
  %four = arith.constant 4.0 : f32
  %xr = tern.dequantize %x scale %sx zero_point %zx <[2, 4]> : tensor<2x4x!tern.q<uint8>>, tensor<1x1xf32>, tensor<1x1xi32> -> tensor<2x4xf32>
  %e = tensor.empty() : tensor<2xf32>
  %start = linalg.fill ins(%zero : f32) outs(%e : tensor<2xf32>) -> tensor<2xf32>
  %sum = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]} ins(%xr : tensor<2x4xf32>) outs(%start : tensor<2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %s = arith.addf %o, %a : f32
    linalg.yield %s : f32
  } -> tensor<2xf32>
  %mean = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%sum : tensor<2xf32>) outs(%e : tensor<2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %s = arith.divf %a, %four : f32
    linalg.yield %s : f32
  } -> tensor<2xf32>
  %q = tern.quantize %mean scale %sy <[2]> : tensor<2xf32>, tensor<1xf32> -> tensor<2x!tern.q<uint8>>
  return %q : tensor<2x!tern.q<uint8>>
}

tern.weight @g : tensor<2x4x!tern.q<int4>> = dense<[1, 2, 3, 4]> : tensor<4xi8>
tern.weight @e : tensor<2x4x!tern.q<e2m1>> = dense<[1, 2, 3, 4]> : tensor<4xi8>
tern.weight @w : tensor<4x3x!tern.q<int8>> = dense<[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]> : tensor<12xi8>
tern.weight @t : tensor<3x4x!tern.q<int8>> = dense_resource<t> : tensor<12xi8>
tern.weight @f : tensor<2x1x2x!tern.q<int4>> = dense_resource<f> : tensor<2xi8>

{-#
  dialect_resources: {
    builtin: {
      t: "0x01000000000102030405060708090A0B",
      f: "0x010000002134"
    }
  }
#-}
