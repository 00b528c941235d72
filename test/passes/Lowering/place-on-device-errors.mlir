// RUN: tern-opt %s --tern-place-on-device -split-input-file -verify-diagnostics

// expected-error@+1 {{expected a layer of integer codes with constant weights for the part, but got none; quantize the model first}}
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// Every node between two products that no stage does, at once.

#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @main(%x: tensor<1x2x!tern.q<int8>>, %square: tensor<2x2x!tern.q<int8>>) -> tensor<1x2xi32> {
  %w = tern.use @w : tensor<2x2x!tern.q<int8>>
  %e = tensor.empty() : tensor<1x2x!tern.q<int8>>
  %a = tern.matmul ins(%x, %w : tensor<1x2x!tern.q<int8>>, tensor<2x2x!tern.q<int8>>)
      outs(%e : tensor<1x2x!tern.q<int8>>) acc i32 {transpose_b} epilogue {
  ^bb0(%acc: i32):
    %c = tern.encode %acc : i32 to <int8>
    tern.yield %c : !tern.q<int8>
  } -> tensor<1x2x!tern.q<int8>>
  // expected-error@+1 {{node linalg.generic: expected arithmetic that has one result, but got math.exp between layers on the part; quantize around it, or replace it by a piecewise linear activation}}
  %b = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<1x2x!tern.q<int8>>) outs(%e : tensor<1x2x!tern.q<int8>>) {
  ^bb0(%in: !tern.q<int8>, %out: !tern.q<int8>):
    %i = tern.decode %in : <int8> to i32
    %f = arith.sitofp %i : i32 to f32
    %g = math.exp %f : f32
    %j = arith.fptosi %g : f32 to i32
    %c = tern.encode %j : i32 to <int8>
    linalg.yield %c : !tern.q<int8>
  } -> tensor<1x2x!tern.q<int8>>
  %es = tensor.empty() : tensor<1x2xi32>
  // expected-error@+1 {{node tern.matmul: expected a constant matrix (it is kept on the chip), but got one that is computed}}
  %c = tern.matmul ins(%b, %square : tensor<1x2x!tern.q<int8>>, tensor<2x2x!tern.q<int8>>)
      outs(%e : tensor<1x2x!tern.q<int8>>) acc i32 {transpose_b} epilogue {
  ^bb0(%acc: i32):
    %d = tern.encode %acc : i32 to <int8>
    tern.yield %d : !tern.q<int8>
  } -> tensor<1x2x!tern.q<int8>>
  %y = tern.matmul ins(%c, %w : tensor<1x2x!tern.q<int8>>, tensor<2x2x!tern.q<int8>>)
      outs(%es : tensor<1x2xi32>) acc i32 {transpose_b} -> tensor<1x2xi32>
  return %y : tensor<1x2xi32>
}
tern.weight @w : tensor<2x2x!tern.q<int8>> = dense<[1, 2, 3, 4]> : tensor<4xi8>
