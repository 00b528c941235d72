// RUN: tern-opt %s --tern-size-fifos | FileCheck %s
//
// The sum of two pools of one value: the 2x2 window needs two rows of four before
// its first word, so the way around it holds those while the sum waits.

#id = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#window = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2 + d4, d3 + d5)>
#kernel = affine_map<(d0, d1, d2, d3, d4, d5) -> (d4, d5)>
#out = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3)>

// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<1x1x4x4xi32>) -> tensor<1x1x3x3xi32> {
  %y = tern.dataflow(%x) : (tensor<1x1x4x4xi32>) -> tensor<1x1x3x3xi32> {
  ^bb0(%in: tensor<1x1x4x4xi32>):
    %zero = arith.constant 0 : i32
    %k = tensor.empty() : tensor<2x2xi1>
    %k1 = tensor.empty() : tensor<1x1xi1>
    %e = tensor.empty() : tensor<1x1x4x4xi32>
    %s0 = tern.stream %in shape [1, 1, 4, 4] order [0, 2, 3, 1] lanes 1 depth 2 : tensor<1x1x4x4xi32>
    %a = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
        ins(%s0 : tensor<1x1x4x4xi32>) outs(%e : tensor<1x1x4x4xi32>) {
    ^bb0(%v: i32, %out: i32):
      %s = arith.addi %v, %v : i32
      linalg.yield %s : i32
    } -> tensor<1x1x4x4xi32>
    %e3 = tensor.empty() : tensor<1x1x3x3xi32>
    %init = linalg.fill ins(%zero : i32) outs(%e3 : tensor<1x1x3x3xi32>) -> tensor<1x1x3x3xi32>
    // CHECK: tern.stream {{.*}} lanes 1 depth 2
    // A row of the way around, which takes whole rows.
    // CHECK: tern.stream {{.*}} lanes 1 depth 4
    %s1 = tern.stream %a shape [1, 1, 4, 4] order [0, 2, 3, 1] lanes 1 depth 2 : tensor<1x1x4x4xi32>
    %b = linalg.generic {indexing_maps = [#window, #kernel, #out], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
        ins(%s1, %k : tensor<1x1x4x4xi32>, tensor<2x2xi1>) outs(%init : tensor<1x1x3x3xi32>) {
    ^bb0(%v: i32, %unused: i1, %sum: i32):
      %s = arith.addi %sum, %v : i32
      linalg.yield %s : i32
    } -> tensor<1x1x3x3xi32>
    // The other way has a window of one place: row by row, four words each.
    // CHECK: tern.stream {{.*}} lanes 1 depth 8
    %s2 = tern.stream %a shape [1, 1, 4, 4] order [0, 2, 3, 1] lanes 1 depth 2 : tensor<1x1x4x4xi32>
    %c = linalg.generic {indexing_maps = [#window, #kernel, #out], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
        ins(%s2, %k1 : tensor<1x1x4x4xi32>, tensor<1x1xi1>) outs(%init : tensor<1x1x3x3xi32>) {
    ^bb0(%v: i32, %unused: i1, %sum: i32):
      %s = arith.addi %sum, %v : i32
      linalg.yield %s : i32
    } -> tensor<1x1x3x3xi32>
    %s3 = tern.stream %b shape [1, 1, 3, 3] order [0, 2, 3, 1] lanes 1 depth 2 : tensor<1x1x3x3xi32>
    %s4 = tern.stream %c shape [1, 1, 3, 3] order [0, 2, 3, 1] lanes 1 depth 2 : tensor<1x1x3x3xi32>
    %d = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
        ins(%s3, %s4 : tensor<1x1x3x3xi32>, tensor<1x1x3x3xi32>) outs(%e3 : tensor<1x1x3x3xi32>) {
    ^bb0(%v: i32, %u: i32, %out: i32):
      %s = arith.addi %v, %u : i32
      linalg.yield %s : i32
    } -> tensor<1x1x3x3xi32>
    %s5 = tern.stream %d shape [1, 1, 3, 3] order [0, 2, 3, 1] lanes 1 depth 2 : tensor<1x1x3x3xi32>
    tern.deliver %s5 : tensor<1x1x3x3xi32>
  }
  return %y : tensor<1x1x3x3xi32>
}
