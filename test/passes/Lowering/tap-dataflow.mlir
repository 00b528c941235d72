// RUN: tern-opt %s --tern-tap-dataflow | FileCheck %s
//
// A numbered step of a dataflow is delivered under its number; what had a name
// keeps it.

#id = affine_map<(d0) -> (d0)>

// CHECK-LABEL: func.func @main
// CHECK-SAME: -> (tensor<4xi32> {tern.name = "y"}, tensor<4xi32> {tern.name = "tap:7:0"})
func.func @main(%x: tensor<4xi32>) -> (tensor<4xi32> {tern.name = "y"}) {
  // CHECK: %[[Y:.*]]:2 = tern.dataflow(%{{.*}}) : (tensor<4xi32>) -> (tensor<4xi32>, tensor<4xi32>)
  %y = tern.dataflow(%x) : (tensor<4xi32>) -> tensor<4xi32> {
  ^bb0(%in: tensor<4xi32>):
    %e = tensor.empty() : tensor<4xi32>
    // CHECK: %[[A:.*]] = linalg.generic
    %a = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%in : tensor<4xi32>) outs(%e : tensor<4xi32>) {
    ^bb0(%v: i32, %out: i32):
      %s = arith.addi %v, %v : i32
      linalg.yield %s : i32
    } -> tensor<4xi32> loc(fused<#tern.layer<7, "node", "Add">>["node"])
    // CHECK: tern.deliver %[[A]], %[[A]] : tensor<4xi32>, tensor<4xi32>
    tern.deliver %a : tensor<4xi32>
  }
  // CHECK: return %[[Y]]#0, %[[Y]]#1
  return %y : tensor<4xi32>
}
