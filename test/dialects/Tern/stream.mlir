// RUN: tern-opt %s | tern-opt | FileCheck %s

// CHECK-LABEL: func.func @edges
func.func @edges(%x: tensor<1x4x2x2xi32>) -> tensor<1x4x2x2xi32> {
  // CHECK: tern.dataflow(%{{.*}}) : (tensor<1x4x2x2xi32>) -> tensor<1x4x2x2xi32>
  %y = tern.dataflow(%x) : (tensor<1x4x2x2xi32>) -> tensor<1x4x2x2xi32> {
  ^bb0(%in: tensor<1x4x2x2xi32>):
    // Channels last, two at a time, then all four.
    // CHECK: tern.stream %{{.*}} shape [1, 4, 2, 2] order [0, 2, 3, 1] lanes 2 depth 2 : tensor<1x4x2x2xi32>
    %a = tern.stream %in shape [1, 4, 2, 2] order [0, 2, 3, 1] lanes 2 depth 2 : tensor<1x4x2x2xi32>
    %b = tern.stream %a shape [1, 4, 2, 2] order [0, 2, 3, 1] lanes 4 depth 16 : tensor<1x4x2x2xi32>
    // CHECK: tern.deliver %{{.*}} : tensor<1x4x2x2xi32>
    tern.deliver %b : tensor<1x4x2x2xi32>
  }
  return %y : tensor<1x4x2x2xi32>
}
