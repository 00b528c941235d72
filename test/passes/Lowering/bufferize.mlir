// RUN: tern-opt %s --tern-bufferize | FileCheck %s

// A use of packed weights is the packed bytes, in a row.
// CHECK: tern.weight @w : tensor<2x3x!tern.q<int8>> layout
tern.weight @w : tensor<2x3x!tern.q<int8>> layout <rows = 16, depth = 4, bits = 4, offset = 3> = dense_resource<w> : tensor<64xi8>

// CHECK-LABEL: func.func @packed
// CHECK-SAME: %[[X:.*]]: memref<4x3x!tern.q<uint8>>
func.func @packed(%x: tensor<4x3x!tern.q<uint8>>) -> tensor<4x2xi32> {
  // CHECK-DAG: %[[Y:.*]] = memref.alloc() {{.*}} : memref<4x2xi32>
  // CHECK-DAG: %[[W:.*]] = tern.use @w : memref<64xi8>
  // CHECK: tern.matmul ins(%[[X]], %[[W]] : memref<4x3x!tern.q<uint8>>, memref<64xi8>)
  // CHECK-SAME: outs(%[[Y]] : memref<4x2xi32>)
  // CHECK: return %[[Y]] : memref<4x2xi32>
  %w = tern.use @w : tensor<2x3x!tern.q<int8>>
  %e = tensor.empty() : tensor<4x2xi32>
  %y = tern.matmul ins(%x, %w : tensor<4x3x!tern.q<uint8>>, tensor<2x3x!tern.q<int8>>)
    outs(%e : tensor<4x2xi32>) acc i32
    {layout = #tern.layout<rows = 16, depth = 4, bits = 4, offset = 3>, method = #tern<method int_dot>, transpose_b, tern.codes = !tern.q<int8>} -> tensor<4x2xi32>
  return %y : tensor<4x2xi32>
}

// An input is never written, even where nobody reads it afterwards.
// CHECK-LABEL: func.func @input_stays
// CHECK-SAME: %[[X:.*]]: memref<4xf32>
func.func @input_stays(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: %[[Y:.*]] = memref.alloc()
  // CHECK: linalg.exp ins(%{{.*}} : memref<4xf32>) outs(%[[Y]] : memref<4xf32>)
  // CHECK: return %[[Y]]
  %y = linalg.exp ins(%x : tensor<4xf32>) outs(%x : tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// What is computed only to be inserted is computed where it goes.
// CHECK-LABEL: func.func @concat
// CHECK-SAME: %[[X:.*]]: memref<4xf32>
func.func @concat(%x: tensor<4xf32>) -> tensor<8xf32> {
  // CHECK: %[[Y:.*]] = memref.alloc() {{.*}} : memref<8xf32>
  // CHECK: %[[LOW:.*]] = memref.subview %[[Y]][0] [4] [1]
  // CHECK: linalg.exp ins(%[[X]] : memref<4xf32>) outs(%[[LOW]] :
  // CHECK: %[[HIGH:.*]] = memref.subview %[[Y]][4] [4] [1]
  // CHECK: linalg.abs ins(%[[X]] : memref<4xf32>) outs(%[[HIGH]] :
  // CHECK-NOT: memref.copy
  %e = tensor.empty() : tensor<4xf32>
  %all = tensor.empty() : tensor<8xf32>
  %a = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %low = tensor.insert_slice %a into %all[0] [4] [1] : tensor<4xf32> into tensor<8xf32>
  %f = tensor.empty() : tensor<4xf32>
  %b = linalg.abs ins(%x : tensor<4xf32>) outs(%f : tensor<4xf32>) -> tensor<4xf32>
  %y = tensor.insert_slice %b into %low[4] [4] [1] : tensor<4xf32> into tensor<8xf32>
  return %y : tensor<8xf32>
}

{-#
  dialect_resources: { builtin: { w: "0x4000000034353633323130333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333" } }
#-}

// ... but for one that is returned with something inserted: it grows in place,
// and what reads the result reads the input's memory.
// CHECK-LABEL: func.func @grows
// CHECK-SAME: %[[CACHE:.*]]: memref<2x4xf32>, %[[U:.*]]: memref<2x1xf32>
func.func @grows(%cache: tensor<2x4xf32>, %u: tensor<2x1xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>) {
  // CHECK-NOT: memref.copy
  // CHECK: tern.insert %[[U]] into %[[CACHE]] axis 1
  // CHECK: linalg.negf ins(%[[CACHE]]
  // CHECK: return %[[CACHE]]
  %y = tern.insert %u into %cache axis 1 : tensor<2x1xf32> into tensor<2x4xf32> -> tensor<2x4xf32>
  %e = tensor.empty() : tensor<2x4xf32>
  %n = linalg.negf ins(%y : tensor<2x4xf32>) outs(%e : tensor<2x4xf32>) -> tensor<2x4xf32>
  return %y, %n : tensor<2x4xf32>, tensor<2x4xf32>
}

// Who still reads the input afterwards sees what it was.
// CHECK-LABEL: func.func @read_later
// CHECK-SAME: %[[CACHE:.*]]: memref<2x4xf32>, %[[U:.*]]: memref<2x1xf32>
func.func @read_later(%cache: tensor<2x4xf32>, %u: tensor<2x1xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>) {
  // CHECK: %[[COPY:.*]] = memref.alloc
  // CHECK: memref.copy %[[CACHE]], %[[COPY]]
  // CHECK: tern.insert %[[U]] into %[[COPY]] axis 1
  // CHECK: linalg.negf ins(%[[CACHE]]
  %y = tern.insert %u into %cache axis 1 : tensor<2x1xf32> into tensor<2x4xf32> -> tensor<2x4xf32>
  %e = tensor.empty() : tensor<2x4xf32>
  %n = linalg.negf ins(%cache : tensor<2x4xf32>) outs(%e : tensor<2x4xf32>) -> tensor<2x4xf32>
  return %y, %n : tensor<2x4xf32>, tensor<2x4xf32>
}

