// RUN: not tern-backend %s --cuda 2>&1 | FileCheck %s

// CHECK: error: 'func.func' op expected a kernel of parallel levels, with the attribute kern.geometry, but got one without
module attributes {kern.model = "bare"} {
  func.func private @bare(%lo: index, %hi: index, %x: memref<4xf32>) attributes {kern.kernel} {
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>) attributes {kern.entry, kern.inputs = [], kern.outputs = [], kern.workspace = 16 : i64} {
    %0 = kern.view %workspace[0] : memref<?xi8> to memref<4xf32>
    kern.launch @bare grid 1(%0) : memref<4xf32>
    return
  }
}
