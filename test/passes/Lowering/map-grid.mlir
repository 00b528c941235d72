// RUN: tern-opt %s --tern-map-grid --split-input-file --verify-diagnostics | FileCheck %s

// The loop over the grid becomes a level of as many points.
// CHECK-LABEL: func.func private @negate
// CHECK-SAME: kern.geometry = #kern.geometry<threads = 256, shared = 0>
func.func private @negate(%lo: index, %hi: index, %x: memref<8xf32>) attributes {kern.kernel, kern.grid = 8 : i64} {
  // CHECK-NOT: scf.for %
  // CHECK: scf.forall (%[[I:.*]]) in (8) {
  // CHECK-NEXT: %[[V:.*]] = memref.load %{{.*}}[%[[I]]]
  // CHECK-NEXT: %[[N:.*]] = arith.negf %[[V]]
  // CHECK-NEXT: memref.store %[[N]], %{{.*}}[%[[I]]]
  // CHECK-NEXT: } {mapping = [#kern.grid]}
  %c1 = arith.constant 1 : index
  scf.for %i = %lo to %hi step %c1 {
    %v = memref.load %x[%i] : memref<8xf32>
    %n = arith.negf %v : f32
    memref.store %n, %x[%i] : memref<8xf32>
  }
  return
}

// A kernel of blocks stays what it is.
// CHECK-LABEL: func.func private @blocks
// CHECK-SAME: kern.geometry = #kern.geometry<threads = 32, shared = 64>
func.func private @blocks(%lo: index, %hi: index) attributes {kern.kernel, kern.grid = 2 : i64, kern.geometry = #kern.geometry<threads = 32, shared = 64>} {
  // CHECK: scf.forall (%{{.*}}) in (2)
  scf.forall (%block) in (2) {
    kern.barrier
  } {mapping = [#kern.block]}
  return
}

// -----

// expected-error@+1 {{expected a loop over a grid of known size}}
func.func private @nothing(%lo: index, %hi: index) attributes {kern.kernel} {
  return
}
