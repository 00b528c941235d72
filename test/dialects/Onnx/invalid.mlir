// RUN: tern-opt %s --split-input-file --verify-diagnostics

// onnx_node_c1
func.func @version(%x: tensor<2xf32>) {
  // expected-error@+1 {{expected a version of at least 1, but got 0}}
  %y = onnx.node "Relu" 0 (%x) : (tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

// onnx_node_c2
func.func @regions(%x: tensor<i1>) {
  // expected-error@+1 {{expected one name per region, but got 1 names for 2 regions}}
  %y = "onnx.node"(%x) <{op = "If", version = 13 : i64, region_names = ["then_branch"]}> ({}, {}) : (tensor<i1>) -> tensor<2xf32>
  return
}
