// RUN: tern-opt %s --tern-number-layers -mlir-print-debuginfo -mlir-print-local-scope | FileCheck %s

// Ids follow program order, names and operators stay those of the nodes.
// CHECK-LABEL: func @main
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: arith.constant dense<{{.*}}> : tensor<4xf32> loc(fused<#tern.layer<0, "", "arith.constant">>[
  %c = arith.constant dense<1.0> : tensor<4xf32>
  // A scalar is not a value of the graph.
  // CHECK: arith.constant 2.000000e+00 : f32 loc("a")
  %s = arith.constant 2.0 : f32 loc("a")
  // CHECK: tensor.empty() : tensor<4xf32> loc(fused<#tern.layer<1, "node", "Add">>["node"])
  %e = tensor.empty() : tensor<4xf32> loc(fused<#tern.layer<-1, "node", "Add">>["node"])
  // CHECK: linalg.fill {{.*}} loc(fused<#tern.layer<2, "fill", "linalg.fill">>["fill"])
  %f = linalg.fill ins(%s : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32> loc("fill")
  return %f : tensor<4xf32>
}
