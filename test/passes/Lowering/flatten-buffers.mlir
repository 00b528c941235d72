// RUN: tern-opt %s --tern-flatten-buffers --canonicalize | FileCheck %s

// CHECK-LABEL: func.func private @row_major
// CHECK-SAME: %[[I:[^:]*]]: index, %[[J:[^:]*]]: index, %[[X:[^:]*]]: memref<24xf32>, %[[Y:[^:]*]]: memref<24xf32>)
func.func private @row_major(%i: index, %j: index, %x: memref<2x3x4xf32>, %y: memref<2x3x4xf32>) attributes {kern.kernel, kern.layer = ""} {
  // x[i, 2, j] is x[12 i + 8 + j].
  // CHECK-DAG: %[[C12:.*]] = arith.constant 12 : index
  // CHECK-DAG: %[[C8:.*]] = arith.constant 8 : index
  // CHECK: %[[ROW:.*]] = arith.muli %[[I]], %[[C12]]
  // CHECK: %[[MIDDLE:.*]] = arith.addi %[[ROW]], %[[C8]]
  // CHECK: %[[AT:.*]] = arith.addi %[[MIDDLE]], %[[J]]
  // CHECK: memref.load %[[X]][%[[AT]]] : memref<24xf32>
  %c2 = arith.constant 2 : index
  %v = memref.load %x[%i, %c2, %j] : memref<2x3x4xf32>
  memref.store %v, %y[%i, %c2, %j] : memref<2x3x4xf32>
  return
}

// A part of a matrix keeps the matrix's stride: x[i, j] is x[4 i + j].
// CHECK-LABEL: func.func private @strided
// CHECK-SAME: %[[I:[^:]*]]: index, %[[J:[^:]*]]: index, %[[X:[^:]*]]: memref<{{[0-9]+}}xf32>)
func.func private @strided(%i: index, %j: index, %x: memref<2x2xf32, strided<[4, 1]>>) attributes {kern.kernel, kern.layer = ""} {
  // CHECK-DAG: %[[C4:.*]] = arith.constant 4 : index
  // CHECK: %[[ROW:.*]] = arith.muli %[[I]], %[[C4]]
  // CHECK: %[[AT:.*]] = arith.addi %[[ROW]], %[[J]]
  // CHECK: memref.store %{{.*}}, %[[X]][%[[AT]]]
  %zero = arith.constant 0.0 : f32
  memref.store %zero, %x[%i, %j] : memref<2x2xf32, strided<[4, 1]>>
  return
}

// Scratch memory is taken once, not once per trip.
// CHECK-LABEL: func.func private @scratch
// CHECK: memref.alloca() : memref<6xf32>
// CHECK: scf.for
func.func private @scratch(%lo: index, %hi: index, %y: memref<6xf32>) attributes {kern.kernel, kern.layer = ""} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  scf.for %i = %lo to %hi step %one {
    %t = memref.alloca() : memref<2x3xf32>
    %v = memref.load %y[%i] : memref<6xf32>
    memref.store %v, %t[%zero, %i] : memref<2x3xf32>
    %w = memref.load %t[%zero, %i] : memref<2x3xf32>
    memref.store %w, %y[%i] : memref<6xf32>
  }
  return
}
