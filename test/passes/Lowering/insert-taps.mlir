// RUN: tern-opt %s --tern-insert-taps | FileCheck %s
//
// A numbered step gets a copy behind it, which the entry returns under the
// number; a step without a number does not.

// CHECK-LABEL: func.func @main
// CHECK-SAME: -> (memref<4xf32> {tern.name = "y"}, memref<4xf32> {tern.name = "tap:7:0"})
func.func @main(%x: memref<4xf32>) -> (memref<4xf32> {tern.name = "y"}) {
  // CHECK: linalg.exp {{.*}} outs(%[[A:.*]] : memref<4xf32>)
  // CHECK-NEXT: %[[TAP:.*]] = memref.alloc() : memref<4xf32>
  // CHECK-NEXT: memref.copy %[[A]], %[[TAP]]
  // CHECK: linalg.abs {{.*}} outs(%[[Y:.*]] : memref<4xf32>)
  // CHECK-NOT: memref.copy
  // CHECK: return %[[Y]], %[[TAP]]
  %a = memref.alloc() : memref<4xf32>
  linalg.exp ins(%x : memref<4xf32>) outs(%a : memref<4xf32>) loc(fused<#tern.layer<7, "node", "Exp">>["node"])
  %y = memref.alloc() : memref<4xf32>
  linalg.abs ins(%a : memref<4xf32>) outs(%y : memref<4xf32>)
  return %y : memref<4xf32>
}
