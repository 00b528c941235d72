// RUN: tern-opt %s --tern-lower-linalg --canonicalize | FileCheck %s

#id = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>

module attributes {tern.target = #tern.target<"h200", "+sm_90", "">} {
// A warp to a row: lanes 32 apart, then halves meet.
// CHECK-LABEL: func.func private @sum
// CHECK-SAME: kern.geometry = #kern.geometry<threads = 128, shared = 0>
// CHECK-SAME: kern.grid = 2 : i64
func.func private @sum(%lo: index, %hi: index, %x: memref<6x100xf32>, %y: memref<6xf32>) attributes {kern.kernel} {
  // CHECK: scf.forall (%[[LANE:.*]]) in (32)
  // CHECK: %[[PART:.*]] = scf.for %[[K:.*]] = %[[LANE]] to %c100 step %c32
  // CHECK: memref.load %arg2[%[[ROW:.*]], %[[K]]]
  // CHECK: arith.addf
  // CHECK: %[[FAR:.*]] = kern.shuffle_xor %[[PART]] lanes 16 : f32
  // CHECK: arith.addf %[[PART]], %[[FAR]]
  // CHECK: kern.shuffle_xor %{{.*}} lanes 8
  // CHECK: kern.shuffle_xor %{{.*}} lanes 4
  // CHECK: kern.shuffle_xor %{{.*}} lanes 2
  // CHECK: kern.shuffle_xor %{{.*}} lanes 1
  // CHECK: arith.cmpi eq, %[[LANE]], %c0
  // CHECK: %[[BEFORE:.*]] = memref.load %arg3[%[[ROW]]]
  // CHECK: arith.addf %[[BEFORE]], %{{.*}}
  linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%x : memref<6x100xf32>) outs(%y : memref<6xf32>) {
  ^bb0(%v: f32, %o: f32):
    %s = arith.addf %o, %v : f32
    linalg.yield %s : f32
  }
  return
}

// Short rows, and results that are no words, have a thread each.
// CHECK-LABEL: func.func private @short
// CHECK-NOT: kern.shuffle_xor
// CHECK: scf.for %{{.*}} = %arg0 to %arg1
func.func private @short(%lo: index, %hi: index, %x: memref<6x16xf32>, %y: memref<6xf32>) attributes {kern.kernel} {
  linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%x : memref<6x16xf32>) outs(%y : memref<6xf32>) {
  ^bb0(%v: f32, %o: f32):
    %s = arith.addf %o, %v : f32
    linalg.yield %s : f32
  }
  return
}

// CHECK-LABEL: func.func private @wide
// CHECK-NOT: kern.shuffle_xor
func.func private @wide(%lo: index, %hi: index, %x: memref<6x64xf64>, %y: memref<6xf64>) attributes {kern.kernel} {
  linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%x : memref<6x64xf64>) outs(%y : memref<6xf64>) {
  ^bb0(%v: f64, %o: f64):
    %s = arith.addf %o, %v : f64
    linalg.yield %s : f64
  }
  return
}
}
