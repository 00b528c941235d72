// RUN: tern-opt %s --tern-choose-folding | FileCheck %s
//
// Layers become as fast as the ports (16 elements, 16 cycles) and no faster;
// weights of -2 to 1 take two bits, those that are -1 or 1 one.

module attributes {tern.target = #tern.target<"zu7ev", "", "">} {
  // CHECK-LABEL: func.func @main
  func.func @main(%x: tensor<1x16x!tern.q<uint4>>) -> tensor<1x2xi32> {
    %y = tern.dataflow(%x) : (tensor<1x16x!tern.q<uint4>>) -> tensor<1x2xi32> {
    ^bb0(%in: tensor<1x16x!tern.q<uint4>>):
      %w1 = tern.use @w1 : tensor<4x16x!tern.q<int8>>
      %e1 = tensor.empty() : tensor<1x4x!tern.q<uint4>>
      // 64 weights in 16 cycles: four at a time.
      // CHECK: tern.matmul {{.*}}layout = #tern.layout<rows = 1, depth = 1, bits = 2, offset = 0>
      %a = tern.matmul ins(%in, %w1 : tensor<1x16x!tern.q<uint4>>, tensor<4x16x!tern.q<int8>>)
          outs(%e1 : tensor<1x4x!tern.q<uint4>>) acc i32 {transpose_b} epilogue {
      ^bb0(%acc: i32):
        %c = tern.encode %acc : i32 to <uint4>
        tern.yield %c : !tern.q<uint4>
      } -> tensor<1x4x!tern.q<uint4>>
      %w2 = tern.use @w2 : tensor<2x4x!tern.q<int8>>
      %e2 = tensor.empty() : tensor<1x2xi32>
      // CHECK: tern.matmul {{.*}}layout = #tern.layout<rows = 1, depth = 1, bits = 1, offset = 1, unit = 1>
      %b = tern.matmul ins(%a, %w2 : tensor<1x4x!tern.q<uint4>>, tensor<2x4x!tern.q<int8>>)
          outs(%e2 : tensor<1x2xi32>) acc i32 {transpose_b} -> tensor<1x2xi32>
      tern.deliver %b : tensor<1x2xi32>
    }
    return %y : tensor<1x2xi32>
  }
  tern.weight @w1 : tensor<4x16x!tern.q<int8>> = dense<"0x01FEFF0001FEFF0001FEFF0001FEFF0001FEFF0001FEFF0001FEFF0001FEFF0001FEFF0001FEFF0001FEFF0001FEFF0001FEFF0001FEFF0001FEFF0001FEFF00"> : tensor<64xi8>
  tern.weight @w2 : tensor<2x4x!tern.q<int8>> = dense<[1, -1, 1, 1, -1, -1, 1, 1]> : tensor<8xi8>
}
