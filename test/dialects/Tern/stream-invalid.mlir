// RUN: tern-opt %s -split-input-file -verify-diagnostics

// dataflow_c1
func.func @arguments(%x: tensor<4xi32>) -> tensor<4xi32> {
  // expected-error@+1 {{expected a block of 'tensor<4xi32>', but got 'tensor<8xi32>'}}
  %y = tern.dataflow(%x) : (tensor<4xi32>) -> tensor<4xi32> {
  ^bb0(%in: tensor<8xi32>):
    %c = arith.constant dense<0> : tensor<4xi32>
    tern.deliver %c : tensor<4xi32>
  }
  return %y : tensor<4xi32>
}

// -----

// dataflow_c2
func.func @results(%x: tensor<4xi32>) -> tensor<8xi32> {
  // expected-error@+1 {{expected tern.deliver of 'tensor<8xi32>'}}
  %y = tern.dataflow(%x) : (tensor<4xi32>) -> tensor<8xi32> {
  ^bb0(%in: tensor<4xi32>):
    tern.deliver %in : tensor<4xi32>
  }
  return %y : tensor<8xi32>
}

// -----

// stream_c1
func.func @shape(%x: tensor<4x2xi32>) {
  // expected-error@+1 {{expected a shape of 8 elements and a permutation of its dimensions, but got shape 4, 3 order 0, 1}}
  %y = tern.stream %x shape [4, 3] order [0, 1] lanes 1 depth 2 : tensor<4x2xi32>
  return
}

// -----

func.func @order(%x: tensor<4x2xi32>) {
  // expected-error@+1 {{a permutation of its dimensions, but got shape 4, 2 order 1, 1}}
  %y = tern.stream %x shape [4, 2] order [1, 1] lanes 1 depth 2 : tensor<4x2xi32>
  return
}

// -----

// stream_c2
func.func @lanes(%x: tensor<4x2xi32>) {
  // expected-error@+1 {{expected lanes that divide 2, but got 4}}
  %y = tern.stream %x shape [4, 2] order [0, 1] lanes 4 depth 2 : tensor<4x2xi32>
  return
}

// -----

// stream_c3
func.func @depth(%x: tensor<4x2xi32>) {
  // expected-error@+1 {{expected a depth of at least 1, but got 0}}
  %y = tern.stream %x shape [4, 2] order [0, 1] lanes 2 depth 0 : tensor<4x2xi32>
  return
}
