// RUN: tern-opt --tern-select-mpgemm=method=int_dot --tern-pack-weights --split-input-file %s | FileCheck %s

// Where vectors have no fixed length, products are summed in 16 bits. Of 4-bit
// weights from -8 to 7 and int8 inputs, 30 products fit whatever they are, and
// all 32 of these; the code of 0 is 8.
module attributes {tern.target = #tern.target<"rvv128", "+v", "">} {
  // CHECK: tern.weight @w_packed {{.*}}bits = 4, offset = 8>
  tern.weight @w : tensor<1x64x!tern.q<int8>> = dense<"0xF807F807F807F807F807F807F807F807F807F807F807F807F807F807F807F807F807F807F807F807F807F807F807F807F807F807F807F807F807F807F807F807"> : tensor<64xi8>
  // CHECK-LABEL: func.func @int4
  func.func @int4(%x: tensor<1x64x!tern.q<int8>>) -> tensor<1x1xi32> {
    %w = tern.use @w : tensor<1x64x!tern.q<int8>>
    %e = tensor.empty() : tensor<1x1xi32>
    // CHECK: tern.matmul
    // CHECK-SAME: tern.center = 8 : i64
    // CHECK-SAME: tern.window = 32 : i64
    %y = tern.matmul ins(%x, %w : tensor<1x64x!tern.q<int8>>, tensor<1x64x!tern.q<int8>>)
      outs(%e : tensor<1x1xi32>) acc i32 {transpose_b} -> tensor<1x1xi32>
    return %y : tensor<1x1xi32>
  }
}

// -----

// Two products of -128 by -128 do not fit. Bytes are signed, and not centered.
module attributes {tern.target = #tern.target<"rvv128", "+v", "">} {
  // CHECK: tern.weight @w_packed {{.*}}bits = 8, offset = 0>
  tern.weight @w : tensor<1x4x!tern.q<int8>> = dense<"0x80807F7F"> : tensor<4xi8>
  // CHECK-LABEL: func.func @int8
  func.func @int8(%x: tensor<1x4x!tern.q<int8>>) -> tensor<1x1xi32> {
    %w = tern.use @w : tensor<1x4x!tern.q<int8>>
    %e = tensor.empty() : tensor<1x1xi32>
    // CHECK: tern.matmul
    // CHECK-SAME: tern.center = 0 : i64
    // CHECK-SAME: tern.window = 1 : i64
    %y = tern.matmul ins(%x, %w : tensor<1x4x!tern.q<int8>>, tensor<1x4x!tern.q<int8>>)
      outs(%e : tensor<1x1xi32>) acc i32 {transpose_b} -> tensor<1x1xi32>
    return %y : tensor<1x1xi32>
  }
}

// -----

// Elsewhere sums are of 32 bits.
module attributes {tern.target = #tern.target<"host", "+avx2", "">} {
  tern.weight @w : tensor<1x4x!tern.q<int8>> = dense<"0x80807F7F"> : tensor<4xi8>
  // CHECK-LABEL: func.func @fixed
  func.func @fixed(%x: tensor<1x4x!tern.q<int8>>) -> tensor<1x1xi32> {
    %w = tern.use @w : tensor<1x4x!tern.q<int8>>
    %e = tensor.empty() : tensor<1x1xi32>
    // CHECK-NOT: tern.window
    %y = tern.matmul ins(%x, %w : tensor<1x4x!tern.q<int8>>, tensor<1x4x!tern.q<int8>>)
      outs(%e : tensor<1x1xi32>) acc i32 {transpose_b} -> tensor<1x1xi32>
    return %y : tensor<1x1xi32>
  }
}
