// RUN: tern-opt --tern-fuse-elementwise %s | FileCheck %s

#id = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>

// A chain is one step.
// CHECK-LABEL: func @chain
// CHECK: linalg.generic
// CHECK: arith.addf
// CHECK-NEXT: math.exp
// CHECK-NOT: linalg.generic
func.func @chain(%x: tensor<4x8xf32>, %y: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %a = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
    ins(%x, %y : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%p: f32, %q: f32, %out: f32):
    %s = arith.addf %p, %q : f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  %b = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
    ins(%a : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%p: f32, %out: f32):
    %s = math.exp %p : f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  return %b : tensor<4x8xf32>
}

// Two users: inlining would compute it twice.
// CHECK-LABEL: func @two_users
// CHECK: linalg.generic
// CHECK: math.exp
// CHECK: linalg.generic
// CHECK: arith.negf
// CHECK-NOT: math.exp
// CHECK: return
func.func @two_users(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %e = tensor.empty() : tensor<4x8xf32>
  %a = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
    ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%p: f32, %out: f32):
    %s = math.exp %p : f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  %b = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
    ins(%a : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%p: f32, %out: f32):
    %s = arith.negf %p : f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  return %a, %b : tensor<4x8xf32>, tensor<4x8xf32>
}

// Read once for each column: an exponential would be computed eight times, a
// decoding may be.
// CHECK-LABEL: func @broadcast
// CHECK: linalg.generic
// CHECK: math.exp
// CHECK: linalg.generic
// CHECK: tern.decode
// CHECK: arith.addf
func.func @broadcast(%x: tensor<4xf32>, %c: tensor<4x!tern.q<e4m3fn>>) -> tensor<4x8xf32> {
  %r = tensor.empty() : tensor<4xf32>
  %e = tensor.empty() : tensor<4x8xf32>
  %a = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
    ins(%x : tensor<4xf32>) outs(%r : tensor<4xf32>) {
  ^bb0(%p: f32, %out: f32):
    %s = math.exp %p : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  %d = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
    ins(%c : tensor<4x!tern.q<e4m3fn>>) outs(%r : tensor<4xf32>) {
  ^bb0(%p: !tern.q<e4m3fn>, %out: f32):
    %s = tern.decode %p : <e4m3fn> to f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  %b = linalg.generic {indexing_maps = [#row, #row, #id], iterator_types = ["parallel", "parallel"]}
    ins(%a, %d : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%p: f32, %q: f32, %out: f32):
    %s = arith.addf %p, %q : f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  return %b : tensor<4x8xf32>
}

// A product of widened halves is one of the halves, behind reshapes too.
// CHECK-LABEL: func @halves
// CHECK-NOT: arith.extf
// CHECK: %[[W:.*]] = tensor.collapse_shape %arg1 {{.*}} : tensor<1x3x4xf16> into tensor<3x4xf16>
// CHECK: tern.matmul ins(%arg0, %[[W]] : tensor<2x4xf32>, tensor<3x4xf16>)
func.func @halves(%x: tensor<2x4xf32>, %w: tensor<1x3x4xf16>) -> tensor<2x3xf32> {
  %e = tensor.empty() : tensor<1x3x4xf32>
  %wide = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, j, k)>, affine_map<(i, j, k) -> (i, j, k)>], iterator_types = ["parallel", "parallel", "parallel"]}
    ins(%w : tensor<1x3x4xf16>) outs(%e : tensor<1x3x4xf32>) {
  ^bb0(%p: f16, %out: f32):
    %s = arith.extf %p : f16 to f32
    linalg.yield %s : f32
  } -> tensor<1x3x4xf32>
  %rows = tensor.collapse_shape %wide [[0, 1], [2]] : tensor<1x3x4xf32> into tensor<3x4xf32>
  %r = tensor.empty() : tensor<2x3xf32>
  %y = tern.matmul ins(%x, %rows : tensor<2x4xf32>, tensor<3x4xf32>) outs(%r : tensor<2x3xf32>) acc f32 {transpose_b} -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}
