// RUN: tern-opt --tern-select-mpgemm=method=int_dot --tern-pack-weights %s | FileCheck %s

// The weights are K x N = 3 x 2: (1 -1; 2 -2; 3 -3) as int8. They fit four
// bits, so a byte holds k and k + 4 of a row, and rows are padded to 16.
// CHECK-DAG: tern.weight @w_packed : tensor<2x3x!tern.q<int8>> layout <rows = 16, depth = 4, bits = 4, offset = 3> = dense_resource<w_packed> : tensor<64xi8>
// The sums lie as the rows do.
// CHECK-DAG: tern.weight @w_sums : tensor<2x1xi32> layout <rows = 16, depth = 1, bits = 32, offset = 0> = dense_resource<w_sums> : tensor<64xi8>
// CHECK-NOT: tern.weight @w :
tern.weight @w : tensor<3x2x!tern.q<int8>> = dense_resource<w> : tensor<6xi8>

// CHECK-LABEL: func @main
func.func @main(%x: tensor<4x3x!tern.q<uint8>>) -> tensor<4x2xi32> {
  // CHECK: %[[W:.*]] = tern.use @w_packed : tensor<2x3x!tern.q<int8>>
  // CHECK: %[[S:.*]] = tern.use @w_sums : tensor<2x1xi32>
  %w = tern.use @w : tensor<3x2x!tern.q<int8>>
  %e = tensor.empty() : tensor<4x2xi32>
  // CHECK: tern.matmul ins(%{{.*}}, %[[W]] :
  // CHECK-SAME: extras(%[[S]] : tensor<2x1xi32>)
  // CHECK-SAME: layout = #tern.layout<rows = 16, depth = 4, bits = 4, offset = 3>
  // CHECK-SAME: tern.codes = !tern.q<int8>
  // CHECK-SAME: tern.row_sums = 0 : i64
  // CHECK-SAME: transpose_b
  %y = tern.matmul ins(%x, %w : tensor<4x3x!tern.q<uint8>>, tensor<3x2x!tern.q<int8>>)
    outs(%e : tensor<4x2xi32>) acc i32 -> tensor<4x2xi32>
  return %y : tensor<4x2xi32>
}

// Row 0 holds 4, 5, 6 and padding 3; row 1 holds 2, 1, 0, 3; k = 4..7 is padding.
// CHECK-DAG: w_packed: "0x40000000343536333231303333333333
// CHECK-DAG: w_sums: "0x4000000006000000FAFFFFFF0000

{-#
  dialect_resources: { builtin: { w: "0x0400000001FF02FE03FD" } }
#-}
