// RUN: not tern-opt %s --tern-bind-dims='dims=N=2,seq=5' 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not tern-opt %s --tern-bind-dims='dims=N=0' 2>&1 | FileCheck %s --check-prefix=SIZE
// RUN: not tern-opt %s --tern-bind-dims='dims=N' 2>&1 | FileCheck %s --check-prefix=SIZE

// NAME: error: expected the name of an open dimension, but got 'seq'
// NAME: note: the model has N, x[1]
// SIZE: error: expected dimensions as name=size with sizes of at least 1, but got 'N
func.func @main(%x: tensor<?x?xf32> {onnx.name = "x", onnx.dim_params = ["N", ""]}) {
  return
}
