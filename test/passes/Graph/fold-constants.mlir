// RUN: tern-opt %s --tern-fold-constants | FileCheck %s --implicit-check-not=@unused

// A large matrix of codes is transposed by name only; twice, it is itself.
// CHECK-DAG: tern.weight @large : tensor<64x128x!tern.q<int8>> = dense<7>
// CHECK-DAG: tern.weight @[[T:.*]] : transposed tensor<128x64x!tern.q<int8>> = dense<7>
tern.weight @large : tensor<64x128x!tern.q<int8>> = dense<7> : tensor<8192xi8>

// What nothing uses after folding is dropped, weights too.
tern.weight @unused : tensor<8x!tern.q<int8>> = dense_resource<bytes> : tensor<8xi8>
// CHECK: tern.weight @w :
tern.weight @w : tensor<8x!tern.q<int8>> = dense_resource<bytes> : tensor<8xi8>

#id = affine_map<(i) -> (i)>

// A dequantized weight stays one, so that contractions see its codes; what is
// computed from it is not folded either.
// CHECK-LABEL: func.func @keeps_dequantize
func.func @keeps_dequantize() -> tensor<8xf32> {
  // CHECK: tern.use @w
  // CHECK: %[[D:.*]] = tern.dequantize
  // CHECK: linalg.generic {{.*}} ins(%[[D]], %[[D]] :
  %c = tern.use @w : tensor<8x!tern.q<int8>>
  %s = arith.constant dense<0.5> : tensor<1xf32>
  %d = tern.dequantize %c scale %s <[8]> : tensor<8x!tern.q<int8>>, tensor<1xf32> -> tensor<8xf32>
  %e = tensor.empty() : tensor<8xf32>
  %r = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]}
      ins(%d, %d : tensor<8xf32>, tensor<8xf32>) outs(%e : tensor<8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %sum = arith.addf %a, %b : f32
    linalg.yield %sum : f32
  } -> tensor<8xf32>
  return %r : tensor<8xf32>
}

// A large value that comes from next to nothing stays an operation.
// CHECK-LABEL: func.func @keeps_fill
func.func @keeps_fill() -> tensor<100000xf32> {
  // CHECK: linalg.fill
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<100000xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<100000xf32>) -> tensor<100000xf32>
  return %f : tensor<100000xf32>
}

// Only what meets data is made a constant, not the steps before it.
// CHECK-LABEL: func.func @folds
// CHECK-SAME: %[[X:.*]]: tensor<3xi32>
func.func @folds(%x: tensor<3xi32>) -> tensor<3xi32> {
  // CHECK-NEXT: tensor.empty
  // CHECK-NEXT: %[[C:.*]] = arith.constant dense<[1, 4, 9]> : tensor<3xi32>
  // CHECK-NEXT: linalg.generic {{.*}} ins(%[[X]], %[[C]] :
  %c = arith.constant dense<[1, 2, 3]> : tensor<3xi32>
  %e = tensor.empty() : tensor<3xi32>
  %sq = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%c : tensor<3xi32>) outs(%e : tensor<3xi32>) {
  ^bb0(%a: i32, %o: i32):
    %m = arith.muli %a, %a : i32
    linalg.yield %m : i32
  } -> tensor<3xi32>
  %r = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]}
      ins(%x, %sq : tensor<3xi32>, tensor<3xi32>) outs(%e : tensor<3xi32>) {
  ^bb0(%a: i32, %b: i32, %o: i32):
    %s = arith.addi %a, %b : i32
    linalg.yield %s : i32
  } -> tensor<3xi32>
  return %r : tensor<3xi32>
}

// CHECK-LABEL: func.func @transposes
// CHECK: tern.use @[[T]] : tensor<128x64x!tern.q<int8>>
// CHECK: tern.use @large : tensor<64x128x!tern.q<int8>>
// CHECK-NOT: linalg.generic
func.func @transposes() -> (tensor<128x64x!tern.q<int8>>, tensor<64x128x!tern.q<int8>>) {
  %w = tern.use @large : tensor<64x128x!tern.q<int8>>
  %e = tensor.empty() : tensor<128x64x!tern.q<int8>>
  %t = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%w : tensor<64x128x!tern.q<int8>>) outs(%e : tensor<128x64x!tern.q<int8>>) {
  ^bb0(%a: !tern.q<int8>, %o: !tern.q<int8>):
    linalg.yield %a : !tern.q<int8>
  } -> tensor<128x64x!tern.q<int8>>
  %f = tensor.empty() : tensor<64x128x!tern.q<int8>>
  %u = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%t : tensor<128x64x!tern.q<int8>>) outs(%f : tensor<64x128x!tern.q<int8>>) {
  ^bb0(%a: !tern.q<int8>, %o: !tern.q<int8>):
    linalg.yield %a : !tern.q<int8>
  } -> tensor<64x128x!tern.q<int8>>
  return %t, %u : tensor<128x64x!tern.q<int8>>, tensor<64x128x!tern.q<int8>>
}

{-#
  dialect_resources: {
    builtin: {
      bytes: "0x010000000102030405060708"
    }
  }
#-}
