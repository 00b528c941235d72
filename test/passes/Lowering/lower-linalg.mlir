// RUN: tern-opt %s --tern-lower-linalg --canonicalize | FileCheck %s

#id = affine_map<(i, j) -> (i, j)>
#swap = affine_map<(i, j) -> (j, i)>
#row = affine_map<(i, j) -> (i)>

// All identities on contiguous memory: one loop over the elements.
// CHECK-LABEL: func.func private @flat
// CHECK-SAME: kern.grid = 8 : i64
func.func private @flat(%lo: index, %hi: index, %x: memref<2x4xf32>, %y: memref<2x4xf32>) attributes {kern.kernel, kern.layer = ""} {
  // CHECK: scf.for %[[I:.*]] = %arg0 to %arg1
  // CHECK-NOT: scf.for
  // CHECK: %[[V:.*]] = memref.load %{{.*}}[%[[I]]] : memref<8xf32>
  // CHECK: %[[N:.*]] = arith.negf %[[V]]
  // CHECK: memref.store %[[N]], %{{.*}}[%[[I]]] : memref<8xf32>
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : memref<2x4xf32>) outs(%y : memref<2x4xf32>) {
  ^bb0(%v: f32, %o: f32):
    %n = arith.negf %v : f32
    linalg.yield %n : f32
  }
  return
}

// A transposition keeps its two loops, and both are the grid.
// CHECK-LABEL: func.func private @transpose
func.func private @transpose(%lo: index, %hi: index, %x: memref<4x2xf32>, %y: memref<2x4xf32>) attributes {kern.kernel, kern.layer = ""} {
  // CHECK: memref.load %{{.*}}[%[[J:.*]], %[[I:.*]]] : memref<4x2xf32>
  // CHECK: memref.store %{{.*}}, %{{.*}}[%[[I]], %[[J]]] : memref<2x4xf32>
  linalg.generic {indexing_maps = [#swap, #id], iterator_types = ["parallel", "parallel"]} ins(%x : memref<4x2xf32>) outs(%y : memref<2x4xf32>) {
  ^bb0(%v: f32, %o: f32):
    linalg.yield %v : f32
  }
  return
}

// A reduction runs in a register; one load and one store of the result.
// CHECK-LABEL: func.func private @reduce
func.func private @reduce(%lo: index, %hi: index, %x: memref<2x4xf32>, %y: memref<2xf32>) attributes {kern.kernel, kern.layer = ""} {
  // CHECK: scf.for %[[I:.*]] = %arg0 to %arg1
  // CHECK: %[[INIT:.*]] = memref.load %arg3[%[[I]]]
  // CHECK: %[[SUM:.*]] = scf.for %[[J:.*]] = %{{.*}} iter_args(%[[ACC:.*]] = %[[INIT]]) -> (f32)
  // CHECK-NEXT: %[[V:.*]] = memref.load %arg2[%[[I]], %[[J]]]
  // CHECK-NEXT: %[[S:.*]] = arith.addf %[[V]], %[[ACC]]
  // CHECK-NEXT: scf.yield %[[S]]
  // CHECK: memref.store %[[SUM]], %arg3[%[[I]]]
  linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%x : memref<2x4xf32>) outs(%y : memref<2xf32>) {
  ^bb0(%v: f32, %acc: f32):
    %s = arith.addf %v, %acc : f32
    linalg.yield %s : f32
  }
  return
}

// An insertion: each row of the update to its place, which may be beyond the end.
// CHECK-LABEL: func.func private @insert
// CHECK-SAME: kern.grid = 6 : i64
func.func private @insert(%lo: index, %hi: index, %u: memref<2x3x8xf16>, %s: memref<2xi64>, %c: memref<2x5x8xf16>) attributes {kern.kernel, kern.layer = ""} {
  // CHECK: scf.for %{{.*}} = %arg0 to %arg1
  // CHECK: scf.for
  // CHECK: %[[G:.*]] = memref.load %arg3
  // CHECK: arith.index_cast %[[G]]
  // CHECK: %[[START:.*]] = arith.minsi %{{.*}}, %c4
  // CHECK: %[[P:.*]] = arith.addi %[[START]]
  // CHECK: %[[IN:.*]] = arith.cmpi slt, %[[P]], %c5
  // CHECK: scf.if %[[IN]]
  // CHECK: memref.store %{{.*}}, %arg4[%{{.*}}, %[[P]], %{{.*}}]
  tern.insert %u at %s : memref<2xi64> into %c axis 1 : memref<2x3x8xf16> into memref<2x5x8xf16>
  return
}

// Around the end: no branch.
// CHECK-LABEL: func.func private @circular
// CHECK-NOT: scf.if
// CHECK: arith.select
// CHECK: memref.store
func.func private @circular(%lo: index, %hi: index, %u: memref<1x3xf16>, %s: memref<1xi64>, %c: memref<1x5xf16>) attributes {kern.kernel, kern.layer = ""} {
  tern.insert %u at %s : memref<1xi64> into %c axis 1 circular : memref<1x3xf16> into memref<1x5xf16>
  return
}
