// RUN: tern-opt %s --tern-plan-memory | FileCheck %s
//
// Two values that live one after the other share a place; one that lives with
// both has its own; the last is the entry's output.

// CHECK: module attributes {kern.weights_bytes = 64 : i64}
// CHECK-LABEL: func.func @main
// CHECK-SAME: %[[WEIGHTS:[^:]*]]: memref<?xi8>, %[[ARENA:[^:]*]]: memref<?xi8>, %[[X:[^:]*]]: memref<?xi8>, %[[Y:[^:]*]]: memref<?xi8>)
// CHECK-SAME: kern.inputs = [#kern.tensor<"x", "float", [20], -1>]
// CHECK-SAME: kern.outputs = [#kern.tensor<"y", "float", [20], -1>]
// 20 floats take 80 bytes, and so two lines of 64.
// CHECK-SAME: kern.workspace = 256 : i64
func.func @main(%x: memref<20xf32> {tern.name = "x", tern.dtype = "float"}) -> (memref<20xf32> {tern.name = "y", tern.dtype = "float"}) {
  // CHECK-DAG: kern.view %[[ARENA]][0] : memref<?xi8> to memref<20xf32>
  // CHECK-DAG: kern.view %[[ARENA]][0] : memref<?xi8> to memref<20xf32>
  // CHECK-DAG: %[[BOTH:.*]] = kern.view %[[ARENA]][128] : memref<?xi8> to memref<20xf32>
  // CHECK-DAG: %[[LAST:.*]] = kern.view %[[Y]][0] : memref<?xi8> to memref<20xf32>
  // CHECK-DAG: %[[FIRST:.*]] = kern.view %[[X]][0] : memref<?xi8> to memref<20xf32>
  // CHECK-NOT: memref.alloc
  // CHECK: linalg.exp ins(%[[FIRST]] : memref<20xf32>) outs(%[[A:.*]] : memref<20xf32>)
  // CHECK: linalg.exp ins(%[[A]] : memref<20xf32>) outs(%[[BOTH]] : memref<20xf32>)
  // CHECK: linalg.exp ins(%[[BOTH]] : memref<20xf32>) outs(%[[C:.*]] : memref<20xf32>)
  // CHECK: linalg.exp ins(%[[C]] : memref<20xf32>) outs(%[[LAST]] : memref<20xf32>)
  %a = memref.alloc() : memref<20xf32>
  linalg.exp ins(%x : memref<20xf32>) outs(%a : memref<20xf32>)
  %b = memref.alloc() : memref<20xf32>
  linalg.exp ins(%a : memref<20xf32>) outs(%b : memref<20xf32>)
  %c = memref.alloc() : memref<20xf32>
  linalg.exp ins(%b : memref<20xf32>) outs(%c : memref<20xf32>)
  %d = memref.alloc() : memref<20xf32>
  linalg.exp ins(%c : memref<20xf32>) outs(%d : memref<20xf32>)
  return %d : memref<20xf32>
}

// An input that grew is the output; one that is only returned is copied.
// CHECK-LABEL: func.func @grown
// CHECK-SAME: kern.outputs = [#kern.tensor<"", "float", [2, 4], 0>, #kern.tensor<"", "float", [2, 1], -1>]
// CHECK: tern.insert
// CHECK: memref.copy
// CHECK-NOT: memref.copy
// CHECK: return
func.func @grown(%cache: memref<2x4xf32>, %u: memref<2x1xf32>) -> (memref<2x4xf32>, memref<2x1xf32>) {
  tern.insert %u into %cache axis 1 : memref<2x1xf32> into memref<2x4xf32>
  return %cache, %u : memref<2x4xf32>, memref<2x1xf32>
}
