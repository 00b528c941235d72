// RUN: tern-opt --tern-select-mpgemm %s | FileCheck %s
// RUN: tern-opt --tern-select-mpgemm=method=direct %s | FileCheck %s --check-prefix=FORCED

module attributes {tern.target = #tern.target<"host-avx2", "+avx2,+fma", "">} {
  tern.weight @w : tensor<16x64x!tern.q<int8>> = dense<3> : tensor<1024xi8>
  tern.weight @q : tensor<640x64x!tern.q<int4>> = dense<17> : tensor<20480xi8>
  tern.weight @s : tensor<640x2xf32> = dense<0> : tensor<5120xi8>
  tern.weight @f : tensor<16x64xf32> = dense<0> : tensor<4096xi8>

  // CHECK-LABEL: func @integer
  // FORCED-LABEL: func @integer
  func.func @integer(%x: tensor<4x64x!tern.q<uint8>>) -> tensor<4x16xi32> {
    %w = tern.use @w : tensor<16x64x!tern.q<int8>>
    %e = tensor.empty() : tensor<4x16xi32>
    // Sum of 64 times 3 * 255.
    // CHECK: method = #tern<method int_dot>
    // CHECK-SAME: tern.choice = {bound = 48960 : i64, next = "direct", next_seconds = {{.*}}, reason = "fastest", seconds = {{.*}}}
    // FORCED: method = #tern<method direct>
    // FORCED-SAME: reason = "forced"
    %y = tern.matmul ins(%x, %w : tensor<4x64x!tern.q<uint8>>, tensor<16x64x!tern.q<int8>>)
      outs(%e : tensor<4x16xi32>) acc i32 {transpose_b} -> tensor<4x16xi32>
    return %y : tensor<4x16xi32>
  }

  // CHECK-LABEL: func @floats
  func.func @floats(%x: tensor<4x64xf32>, %z: tensor<16x64xf32>) -> (tensor<4x16xf32>, tensor<4x16xf32>) {
    %w = tern.use @f : tensor<16x64xf32>
    %e = tensor.empty() : tensor<4x16xf32>
    // CHECK: method = #tern<method dequant>
    %y = tern.matmul ins(%x, %w : tensor<4x64xf32>, tensor<16x64xf32>)
      outs(%e : tensor<4x16xf32>) acc f32 {transpose_b} -> tensor<4x16xf32>
    // An operand that is not constant.
    // CHECK: method = #tern<method direct>
    // CHECK-SAME: reason = "only legal method"
    %v = tern.matmul ins(%x, %z : tensor<4x64xf32>, tensor<16x64xf32>)
      outs(%e : tensor<4x16xf32>) acc f32 {transpose_b} -> tensor<4x16xf32>
    return %y, %v : tensor<4x16xf32>, tensor<4x16xf32>
  }

  // Direct loops decode, shift and scale each weight every time: even one row of
  // inputs is better off with packed ones.
  // CHECK-LABEL: func @weight_only
  func.func @weight_only(%x: tensor<1x64xf32>) -> tensor<1x640xf32> {
    %w = tern.use @q : tensor<640x64x!tern.q<int4>>
    %c = tern.use @s : tensor<640x2xf32>
    %e = tensor.empty() : tensor<1x640xf32>
    // CHECK: method = #tern<method dequant>
    %y = tern.matmul ins(%x, %w : tensor<1x64xf32>, tensor<640x64x!tern.q<int4>>) rhs_scale(%c : tensor<640x2xf32>)
      outs(%e : tensor<1x640xf32>) acc f32 {group = 32 : i64, transpose_b} -> tensor<1x640xf32>
    return %y : tensor<1x640xf32>
  }

  // CHECK-LABEL: func @depthwise
  func.func @depthwise(%x: tensor<1x4x8x8x!tern.q<int8>>, %w: tensor<4x1x3x3x!tern.q<int8>>) -> tensor<1x4x6x6xi32> {
    %e = tensor.empty() : tensor<1x4x6x6xi32>
    // CHECK: method = #tern<method direct>
    %y = tern.conv ins(%x, %w : tensor<1x4x8x8x!tern.q<int8>>, tensor<4x1x3x3x!tern.q<int8>>)
      outs(%e : tensor<1x4x6x6xi32>) acc i32
      {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, groups = 4}
      -> tensor<1x4x6x6xi32>
    return %y : tensor<1x4x6x6xi32>
  }
}
