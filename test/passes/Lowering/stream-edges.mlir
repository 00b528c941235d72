// RUN: tern-opt %s --tern-stream-edges -split-input-file -verify-diagnostics | FileCheck %s
//
// A convolution wants channels last, one word for each place here; the fully
// connected layer behind it takes three at a time of what comes out one by one.

// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<1x2x3x3x!tern.q<int8>>) -> tensor<1x1xi32> {
  %y = tern.dataflow(%x) : (tensor<1x2x3x3x!tern.q<int8>>) -> tensor<1x1xi32> {
  // CHECK: ^bb0(%[[X:.*]]: tensor<1x2x3x3x!tern.q<int8>>)
  ^bb0(%in: tensor<1x2x3x3x!tern.q<int8>>):
    %w1 = tern.use @w1 : tensor<1x2x1x1x!tern.q<int8>>
    %e1 = tensor.empty() : tensor<1x1x3x3x!tern.q<int8>>
    // CHECK: %[[IN:.*]] = tern.stream %[[X]] shape [1, 2, 3, 3] order [0, 2, 3, 1] lanes 2 depth 2
    // CHECK: %[[C:.*]] = tern.conv ins(%[[IN]],
    %c = tern.conv ins(%in, %w1 : tensor<1x2x3x3x!tern.q<int8>>, tensor<1x2x1x1x!tern.q<int8>>)
        outs(%e1 : tensor<1x1x3x3x!tern.q<int8>>) acc i32
        {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, groups = 1 : i64,
         layout = #tern.layout<rows = 1, depth = 1, bits = 8, offset = 0, unit = 16>} epilogue {
    ^bb0(%acc: i32):
      %n = tern.encode %acc : i32 to <int8>
      tern.yield %n : !tern.q<int8>
    } -> tensor<1x1x3x3x!tern.q<int8>>
    // CHECK: %[[ONE:.*]] = tern.stream %[[C]] shape [1, 1, 3, 3] order [0, 2, 3, 1] lanes 1 depth 2
    // CHECK: %[[THREE:.*]] = tern.stream %[[ONE]] shape [1, 1, 3, 3] order [0, 2, 3, 1] lanes 3 depth 2
    // CHECK: %[[FLAT:.*]] = tensor.collapse_shape %[[THREE]]
    %flat = tensor.collapse_shape %c [[0], [1, 2, 3]] : tensor<1x1x3x3x!tern.q<int8>> into tensor<1x9x!tern.q<int8>>
    %w2 = tern.use @w2 : tensor<1x9x!tern.q<int8>>
    %e2 = tensor.empty() : tensor<1x1xi32>
    // CHECK: %[[M:.*]] = tern.matmul ins(%[[FLAT]],
    %m = tern.matmul ins(%flat, %w2 : tensor<1x9x!tern.q<int8>>, tensor<1x9x!tern.q<int8>>)
        outs(%e2 : tensor<1x1xi32>) acc i32
        {transpose_b, layout = #tern.layout<rows = 1, depth = 1, bits = 8, offset = 0, unit = 24>} -> tensor<1x1xi32>
    // CHECK: %[[OUT:.*]] = tern.stream %[[M]] shape [1, 1] order [0, 1] lanes 1 depth 2
    // CHECK: tern.deliver %[[OUT]]
    tern.deliver %m : tensor<1x1xi32>
  }
  return %y : tensor<1x1xi32>
}
tern.weight @w1 : tensor<1x2x1x1x!tern.q<int8>> = dense<[1, 2]> : tensor<2xi8>
tern.weight @w2 : tensor<1x9x!tern.q<int8>> = dense<[1, 2, 3, 4, 5, 6, 7, 8, 9]> : tensor<9xi8>

// -----

// Two operands whose streams pass in different orders cannot be added.

#id = affine_map<(d0, d1) -> (d0, d1)>
#turned = affine_map<(d0, d1) -> (d1, d0)>
func.func @turned(%x: tensor<2x2xi32>) -> tensor<2x2xi32> {
  %y = tern.dataflow(%x) : (tensor<2x2xi32>) -> tensor<2x2xi32> {
  ^bb0(%in: tensor<2x2xi32>):
    %e = tensor.empty() : tensor<2x2xi32>
    %a = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
        ins(%in : tensor<2x2xi32>) outs(%e : tensor<2x2xi32>) {
    ^bb0(%v: i32, %out: i32):
      %s = arith.addi %v, %v : i32
      linalg.yield %s : i32
    } -> tensor<2x2xi32>
    // expected-error@+1 {{node linalg.generic: expected operands in the same order, but got a stream in another order}}
    %b = linalg.generic {indexing_maps = [#id, #turned, #id], iterator_types = ["parallel", "parallel"]}
        ins(%a, %a : tensor<2x2xi32>, tensor<2x2xi32>) outs(%e : tensor<2x2xi32>) {
    ^bb0(%v: i32, %u: i32, %out: i32):
      %s = arith.addi %v, %u : i32
      linalg.yield %s : i32
    } -> tensor<2x2xi32>
    tern.deliver %b : tensor<2x2xi32>
  }
  return %y : tensor<2x2xi32>
}
