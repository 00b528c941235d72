// RUN: tern-opt %s --tern-lower-stages | FileCheck %s
//
// A product of two rows at a time: the vector is read once, two sums of exactly
// the bits that weights and codes can need, an epilogue with the last columns.

module attributes {tern.target = #tern.target<"zu7ev", "", "">} {
  // CHECK: kern.design @main_design
  // CHECK-DAG: tern.weight @matrix : tensor<4x2x!tern.q<int4>> layout <rows = 2, depth = 1, bits = 4, offset = 0>
  // CHECK: func.func private @source(%{{.*}}: memref<2xi8>, %{{.*}}: !kern.stream<i4>)
  // CHECK: func.func private @product(%[[IN:.*]]: !kern.stream<i8>, %[[OUT:.*]]: !kern.stream<i64>)
  // CHECK-SAME: kern.remark = "4 x 2 weights of 4 bits for each of 1 vectors; PE 2, SIMD 2: 2 cycles at an interval of 1."
  // CHECK-DAG: %[[SUMS:.*]] = kern.memory banks 2 : memref<2xi8, #kern.space<register>>
  // CHECK-DAG: %[[ROM:.*]] = kern.rom @matrix banks 2 : memref<4xi8, #kern.space<lutram>>
  // CHECK: scf.for
  // CHECK-NEXT: kern.pipeline ii 1
  // CHECK: scf.if
  // CHECK: kern.stream_read %[[IN]]
  // CHECK: scf.for
  // CHECK-NEXT: kern.unroll
  // CHECK: memref.load %[[ROM]]
  // CHECK: kern.get_lane
  // CHECK: memref.store %{{.*}}, %[[SUMS]]
  // CHECK: kern.put_lane
  // CHECK: kern.stream_write %{{.*}}, %[[OUT]]
  // CHECK: func.func @top(%[[X:.*]]: memref<2xi8>, %[[Y:.*]]: memref<4xi32>)
  // CHECK: %[[WIDE:.*]] = kern.fifo depth 2 : <i8>
  // CHECK: kern.process @source(%[[X]],
  // CHECK: kern.process @resize
  // CHECK: kern.process @product(%[[WIDE]],
  // CHECK: kern.process @sink(%{{.*}}, %[[Y]])
  // CHECK-LABEL: func.func @main
  func.func @main(%x: tensor<1x2x!tern.q<int4>>) -> tensor<1x4xi32> {
    // CHECK: %[[INIT:.*]] = tensor.empty() : tensor<1x4xi32>
    // CHECK: kern.accelerate @main_design ins(%{{.*}} : tensor<1x2x!tern.q<int4>>) outs(%[[INIT]] : tensor<1x4xi32>)
    %y = tern.dataflow(%x) : (tensor<1x2x!tern.q<int4>>) -> tensor<1x4xi32> {
    ^bb0(%in: tensor<1x2x!tern.q<int4>>):
      %w = tern.use @w : tensor<4x2x!tern.q<int4>>
      %e = tensor.empty() : tensor<1x4xi32>
      %s0 = tern.stream %in shape [1, 2] order [0, 1] lanes 1 depth 2 : tensor<1x2x!tern.q<int4>>
      %s1 = tern.stream %s0 shape [1, 2] order [0, 1] lanes 2 depth 2 : tensor<1x2x!tern.q<int4>>
      %m = tern.matmul ins(%s1, %w : tensor<1x2x!tern.q<int4>>, tensor<4x2x!tern.q<int4>>)
          outs(%e : tensor<1x4xi32>) acc i32
          {transpose_b, layout = #tern.layout<rows = 2, depth = 1, bits = 4, offset = 0>} -> tensor<1x4xi32>
      %s2 = tern.stream %m shape [1, 4] order [0, 1] lanes 2 depth 2 : tensor<1x4xi32>
      tern.deliver %s2 : tensor<1x4xi32>
    }
    return %y : tensor<1x4xi32>
  }
  tern.weight @w : tensor<4x2x!tern.q<int4>> = dense<[33, -104, 127, 1]> : tensor<4xi8>
}
