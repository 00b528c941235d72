// RUN: tern-opt %s | tern-opt | FileCheck %s

// CHECK-LABEL: kern.design @design
kern.design @design {
  tern.weight @codes : tensor<2x4x!tern.q<int2>> layout <rows = 2, depth = 1, bits = 2, offset = 0, unit = 8> = dense<[1, 2]> : tensor<2xi8>
  func.func private @stage(%in: !kern.stream<i12>, %out: !kern.stream<i3>) {
    // CHECK: %[[ROM:.*]] = kern.rom @codes banks 2 : memref<2xi8, #kern.space<lutram>>
    %rom = kern.rom @codes banks 2 : memref<2xi8, #kern.space<lutram>>
    // CHECK: %[[SUMS:.*]] = kern.memory banks 4 : memref<4xi12, #kern.space<register>>
    %sums = kern.memory banks 4 : memref<4xi12, #kern.space<register>>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    scf.for %i = %c0 to %c4 step %c1 {
      // CHECK: kern.pipeline ii 1
      kern.pipeline ii 1
      // CHECK: %[[WORD:.*]] = kern.stream_read %{{.*}} : <i12> -> i12
      %word = kern.stream_read %in : !kern.stream<i12> -> i12
      scf.for %s = %c0 to %c4 step %c1 {
        // CHECK: kern.unroll
        kern.unroll
        // CHECK: kern.get_lane %[[WORD]][%{{.*}}] : i12 -> i3
        %lane = kern.get_lane %word[%s] : i12 -> i3
        // CHECK: kern.put_lane %{{.*}}, %[[SUMS]][%{{.*}}, %{{.*}}] : i3, memref<4xi12, #kern.space<register>>
        kern.put_lane %lane, %sums[%i, %s] : i3, memref<4xi12, #kern.space<register>>
        // CHECK: kern.stream_write %{{.*}}, %{{.*}} : i3, <i3>
        kern.stream_write %lane, %out : i3, !kern.stream<i3>
      }
    }
    return
  }
  func.func private @source(%memory: memref<16xi8>, %out: !kern.stream<i12>) {
    return
  }
  func.func private @sink(%in: !kern.stream<i3>, %memory: memref<16xi8>) {
    return
  }
  func.func @top(%x: memref<16xi8>, %y: memref<16xi8>) {
    // CHECK: kern.fifo depth 2 : <i12>
    %a = kern.fifo depth 2 : <i12>
    %b = kern.fifo depth 40 : <i3>
    // CHECK: kern.process @source(%{{.*}}, %{{.*}}) : memref<16xi8>, !kern.stream<i12>
    kern.process @source(%x, %a) : memref<16xi8>, !kern.stream<i12>
    kern.process @stage(%a, %b) : !kern.stream<i12>, !kern.stream<i3>
    kern.process @sink(%b, %y) : !kern.stream<i3>, memref<16xi8>
    return
  }
}

// CHECK-LABEL: func.func @tensors
func.func @tensors(%x: tensor<16xi8>, %y: tensor<16xi8>) -> tensor<16xi8> {
  // CHECK: kern.accelerate @design ins(%{{.*}} : tensor<16xi8>) outs(%{{.*}} : tensor<16xi8>) -> tensor<16xi8>
  %r = kern.accelerate @design ins(%x : tensor<16xi8>) outs(%y : tensor<16xi8>) -> tensor<16xi8>
  return %r : tensor<16xi8>
}
