// RUN: tern-opt %s --tern-lower-codes | FileCheck %s

// A code of four bits has its number's low bits, with the sign above them.
// CHECK-LABEL: func.func private @int4
// CHECK-SAME: memref<8xi8>
func.func private @int4(%lo: index, %hi: index, %y: memref<8x!tern.q<int4>>, %n: i32) attributes {kern.kernel, kern.layer = ""} {
  // CHECK: %[[SHIFT:.*]] = arith.constant 28 : i32
  // CHECK: %[[UP:.*]] = arith.shli %arg3, %[[SHIFT]]
  // CHECK: %[[DOWN:.*]] = arith.shrsi %[[UP]], %[[SHIFT]]
  // CHECK: %[[BYTE:.*]] = arith.trunci %[[DOWN]] : i32 to i8
  // CHECK: memref.store %[[BYTE]], %arg2[%arg0] : memref<8xi8>
  %q = tern.encode %n : i32 to <int4>
  memref.store %q, %y[%lo] : memref<8x!tern.q<int4>>
  return
}

// Signedness is the code's, not the memory's.
// CHECK-LABEL: func.func private @signs
func.func private @signs(%lo: index, %hi: index, %u: memref<8x!tern.q<uint8>>, %s: memref<8x!tern.q<int8>>, %y: memref<8xi32>) attributes {kern.kernel, kern.layer = ""} {
  // CHECK: arith.extui %{{.*}} : i8 to i32
  // CHECK: arith.extsi %{{.*}} : i8 to i32
  %a = memref.load %u[%lo] : memref<8x!tern.q<uint8>>
  %b = memref.load %s[%lo] : memref<8x!tern.q<int8>>
  %c = tern.decode %a : <uint8> to i32
  %d = tern.decode %b : <int8> to i32
  %e = arith.addi %c, %d : i32
  memref.store %e, %y[%lo] : memref<8xi32>
  return
}

// Small floats are arithmetic on their bits: nothing of tern is left.
// CHECK-LABEL: func.func private @float8
// CHECK-NOT: tern.{{q|encode|decode}}
func.func private @float8(%lo: index, %hi: index, %x: memref<8x!tern.q<e4m3fn>>, %y: memref<8xf32>) attributes {kern.kernel, kern.layer = ""} {
  %a = memref.load %x[%lo] : memref<8x!tern.q<e4m3fn>>
  %b = tern.decode %a : <e4m3fn> to f32
  memref.store %b, %y[%lo] : memref<8xf32>
  return
}
