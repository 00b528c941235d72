// RUN: tern-opt --tern-select-mpgemm=method=sparse_nm --tern-pack-weights %s | FileCheck %s

// Row 0 less its zero point is 0 5 0 -3 | 1 0 0 0, row 1 is 0 0 0 0 | 0 0 -8 2. They keep
// two of four: 5 -3 1 0 at places 1 3 0 1, and 0 0 -8 2 at places 0 1 2 3. A block has 4
// fields of 4 codes, for 32 inputs: two parts of codes and one of places, 64 bytes each.
// CHECK: tern.weight @w_packed : tensor<2x8x!tern.q<int8>> layout <rows = 16, depth = 4, bits = 4, offset = 8, nm = <2 : 4>> = dense_resource<w_packed> : tensor<192xi8>
// CHECK-NOT: tern.weight @w :
tern.weight @w : tensor<2x8x!tern.q<uint8>> = dense_resource<w> : tensor<16xi8>

// CHECK-LABEL: func @main
func.func @main(%x: tensor<1x8x!tern.q<int8>>) -> tensor<1x2xi32> {
  %w = tern.use @w : tensor<2x8x!tern.q<uint8>>
  %z = arith.constant dense<[[9], [10]]> : tensor<2x1xi32>
  %e = tensor.empty() : tensor<1x2xi32>
  // CHECK: tern.matmul ins(
  // CHECK-NOT: rhs_zp(
  // CHECK-SAME: layout = #tern.layout<rows = 16, depth = 4, bits = 4, offset = 8, nm = <2 : 4>>
  // CHECK-SAME: tern.codes = !tern.q<int8>
  %y = tern.matmul ins(%x, %w : tensor<1x8x!tern.q<int8>>, tensor<2x8x!tern.q<uint8>>) rhs_zp(%z : tensor<2x1xi32>)
    outs(%e : tensor<1x2xi32>) acc i32 {transpose_b} -> tensor<1x2xi32>
  return %y : tensor<1x2xi32>
}

// Codes are 8 more, padding is 8 at places 0 1.
// CHECK: w_packed: "0x400000008D85898888{{8*}}08A8888
// CHECK-SAME: 01570055005502570055{{(00550055)*}}0055"

{-#
  dialect_resources: { builtin: { w: "0x04000000090E09060A0909090A0A0A0A0A0A020C" } }
#-}
