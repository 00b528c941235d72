// RUN: tern-opt %s --tern-share-kernels | FileCheck %s
//
// Kernels of the same steps become one, launched with the memory of each.

// CHECK-LABEL: func.func private @double
// CHECK-SAME: kern.layer = "first", kern.more_layers = 1
func.func private @double(%lo: index, %hi: index, %x: memref<4xf32>, %y: memref<4xf32>) attributes {kern.kernel, kern.layer = "first"} {
  %two = arith.constant 2.0 : f32
  scf.for %i = %lo to %hi step %lo {
    %v = memref.load %x[%i] : memref<4xf32>
    %w = arith.mulf %v, %two : f32
    memref.store %w, %y[%i] : memref<4xf32>
  }
  return
}

// CHECK-NOT: @double_again
func.func private @double_again(%lo: index, %hi: index, %x: memref<4xf32>, %y: memref<4xf32>) attributes {kern.kernel, kern.layer = "second"} {
  %two = arith.constant 2.0 : f32
  scf.for %i = %lo to %hi step %lo {
    %v = memref.load %x[%i] : memref<4xf32>
    %w = arith.mulf %v, %two : f32
    memref.store %w, %y[%i] : memref<4xf32>
  }
  return
}

// Another constant, other operands of an operation: other kernels.
// CHECK: func.func private @triple
func.func private @triple(%lo: index, %hi: index, %x: memref<4xf32>, %y: memref<4xf32>) attributes {kern.kernel, kern.layer = "third"} {
  %three = arith.constant 3.0 : f32
  scf.for %i = %lo to %hi step %lo {
    %v = memref.load %x[%i] : memref<4xf32>
    %w = arith.mulf %v, %three : f32
    memref.store %w, %y[%i] : memref<4xf32>
  }
  return
}

// CHECK: func.func private @in_place
func.func private @in_place(%lo: index, %hi: index, %x: memref<4xf32>, %y: memref<4xf32>) attributes {kern.kernel, kern.layer = "fourth"} {
  %two = arith.constant 2.0 : f32
  scf.for %i = %lo to %hi step %lo {
    %v = memref.load %x[%i] : memref<4xf32>
    %w = arith.mulf %v, %two : f32
    memref.store %w, %x[%i] : memref<4xf32>
  }
  return
}

// CHECK-LABEL: func.func @main
// CHECK: kern.launch @double grid 1(%[[A:.*]], %[[B:.*]])
// CHECK: kern.launch @double grid 1(%[[B]], %[[A]])
// CHECK: kern.launch @triple
// CHECK: kern.launch @in_place
func.func @main(%weights: memref<?xi8>, %arena: memref<?xi8>) attributes {kern.entry, kern.inputs = [], kern.outputs = [], kern.workspace = 32 : i64} {
  %a = kern.view %arena[0] : memref<?xi8> to memref<4xf32>
  %b = kern.view %arena[16] : memref<?xi8> to memref<4xf32>
  kern.launch @double grid 1(%a, %b) : memref<4xf32>, memref<4xf32>
  kern.launch @double_again grid 1(%b, %a) : memref<4xf32>, memref<4xf32>
  kern.launch @triple grid 1(%a, %b) : memref<4xf32>, memref<4xf32>
  kern.launch @in_place grid 1(%a, %b) : memref<4xf32>, memref<4xf32>
  return
}
