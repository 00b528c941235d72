// RUN: tern-opt %s --tern-derive-thresholds | FileCheck %s
//
// Sums lie in [-20, 20]. A tenth of them, rounded to the nearest even of -1, 0
// and 1, rises at -5 (-0.5 is 0) and at 6 (0.5 is 0, too). The second channel
// has the scale -0.1 and falls there.
#channel = affine_map<(d0, d1) -> (d1)>

// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<1x1x!tern.q<int2>>) -> tensor<1x2x!tern.q<int2>> {
  // CHECK-DAG: %[[FIRST:.*]] = arith.constant dense<[-1, 1]> : tensor<2xi32>
  // CHECK-DAG: %[[DIRECTION:.*]] = arith.constant dense<[1, -1]> : tensor<2xi32>
  // CHECK: tern.matmul
  // CHECK-SAME: extras(%[[FIRST]], %[[DIRECTION]] : tensor<2xi32>, tensor<2xi32>)
  // CHECK: ^bb0(%[[SUM:.*]]: i32, %[[F:.*]]: i32, %[[D:.*]]: i32):
  // CHECK: %[[LOW:.*]] = arith.constant -5 : i32
  // CHECK: arith.cmpi sge, %[[SUM]], %[[LOW]] : i32
  // CHECK: %[[HIGH:.*]] = arith.constant 6 : i32
  // CHECK: arith.cmpi sge, %[[SUM]], %[[HIGH]] : i32
  // CHECK-NOT: arith.mulf
  // CHECK: tern.encode %{{.*}} : i32 to <int2>
  %y = tern.dataflow(%x) : (tensor<1x1x!tern.q<int2>>) -> tensor<1x2x!tern.q<int2>> {
  ^bb0(%in: tensor<1x1x!tern.q<int2>>):
    %w = tern.use @w : tensor<2x1x!tern.q<int8>>
    %scales = arith.constant dense<[0.1, -0.1]> : tensor<2xf32>
    %one = arith.constant 1.0 : f32
    %minus = arith.constant -1.0 : f32
    %e = tensor.empty() : tensor<1x2x!tern.q<int2>>
    %r = tern.matmul ins(%in, %w : tensor<1x1x!tern.q<int2>>, tensor<2x1x!tern.q<int8>>)
        extras(%scales : tensor<2xf32>) outs(%e : tensor<1x2x!tern.q<int2>>) acc i32
        {transpose_b, extra_maps = [#channel]} epilogue {
    ^bb0(%acc: i32, %scale: f32):
      %f = arith.sitofp %acc : i32 to f32
      %s = arith.mulf %f, %scale : f32
      %n = math.roundeven %s : f32
      %low = arith.maxnumf %n, %minus : f32
      %high = arith.minnumf %low, %one : f32
      %i = arith.fptosi %high : f32 to i32
      %c = tern.encode %i : i32 to <int2>
      tern.yield %c : !tern.q<int2>
    } -> tensor<1x2x!tern.q<int2>>
    tern.deliver %r : tensor<1x2x!tern.q<int2>>
  }
  return %y : tensor<1x2x!tern.q<int2>>
}
tern.weight @w : tensor<2x1x!tern.q<int8>> = dense<[10, 10]> : tensor<2xi8>
