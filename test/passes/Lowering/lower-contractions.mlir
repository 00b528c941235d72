// RUN: tern-opt %s --tern-lower-contractions --canonicalize --split-input-file --verify-diagnostics | FileCheck %s

// Direct: rows are the grid; each input meets a row of weights, and the sums of
// the row are scratch.
// CHECK-LABEL: func.func private @direct
// CHECK-SAME: kern.grid = 4 : i64
func.func private @direct(%lo: index, %hi: index, %x: memref<4x3x!tern.q<uint8>>, %w: memref<3x2x!tern.q<int8>>, %y: memref<4x2xi32>) attributes {kern.kernel, kern.layer = ""} {
  // CHECK: scf.for %[[I:.*]] = %arg0 to %arg1
  // CHECK: scf.for %[[K:.*]] = %{{.*}} to %c3
  // CHECK: memref.load %arg2[%[[I]], %[[K]]]
  // CHECK: scf.for %[[N:.*]] = %{{.*}} to %c2
  // CHECK: %[[ACC:.*]] = memref.load %[[SUMS:.*]][%[[N]]] : memref<2xi32>
  // CHECK: memref.load %arg3[%[[K]], %[[N]]]
  // CHECK: %[[PRODUCT:.*]] = arith.muli %{{.*}}, %{{.*}} : i32
  // CHECK: %[[SUM:.*]] = arith.addi %[[ACC]], %[[PRODUCT]] : i32
  // CHECK: memref.store %[[SUM]], %[[SUMS]][%[[N]]] : memref<2xi32>
  // CHECK: memref.store %{{.*}}, %arg4[%[[I]], %{{.*}}] : memref<4x2xi32>
  // CHECK-NOT: tern.matmul
  tern.matmul ins(%x, %w : memref<4x3x!tern.q<uint8>>, memref<3x2x!tern.q<int8>>) outs(%y : memref<4x2xi32>) acc i32
  return
}
func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>, %x: memref<?xi8>, %y: memref<?xi8>) attributes {kern.entry, kern.inputs = [], kern.outputs = [], kern.workspace = 0 : i64} {
  %a = kern.view %x[0] : memref<?xi8> to memref<4x3x!tern.q<uint8>>
  %w = kern.view %weights[64] : memref<?xi8> to memref<3x2x!tern.q<int8>>
  %o = kern.view %y[0] : memref<?xi8> to memref<4x2xi32>
  // CHECK: kern.launch @direct grid 4(
  kern.launch @direct grid 1(%a, %w, %o) : memref<4x3x!tern.q<uint8>>, memref<3x2x!tern.q<int8>>, memref<4x2xi32>
  return
}

// -----

// int_dot: packed words, unpacked in registers, dotted four codes at a time.
// CHECK-LABEL: func.func private @packed
func.func private @packed(%lo: index, %hi: index, %x: memref<4x3x!tern.q<uint8>>, %w: memref<64xi8>, %sums: memref<16xi32>, %y: memref<4x2xi32>) attributes {kern.kernel, kern.layer = ""} {
  // CHECK: %[[WORDS:.*]] = vector.load %{{.*}} : memref<64xi8>, vector<64xi8>
  // CHECK: %[[LOW:.*]] = kern.unpack %[[WORDS]] bits 4 field 0
  // CHECK: kern.dot %{{.*}}, %[[LOW]], %{{.*}} : vector<16xi32>, vector<64xi8>, vector<4xi8>
  // CHECK: %[[HIGH:.*]] = kern.unpack %[[WORDS]] bits 4 field 1
  // CHECK: kern.dot %{{.*}}, %[[HIGH]], %{{.*}}
  // CHECK-NOT: tern.matmul
  tern.matmul ins(%x, %w : memref<4x3x!tern.q<uint8>>, memref<64xi8>) extras(%sums : memref<16xi32>) outs(%y : memref<4x2xi32>) acc i32 {extra_maps = [affine_map<(d0, d1) -> (d1, 0)>], layout = #tern.layout<rows = 16, depth = 4, bits = 4, offset = 3>, method = #tern<method int_dot>, tern.codes = !tern.q<int8>, tern.row_sums = 0 : i64, transpose_b}
  return
}
func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>, %x: memref<?xi8>, %y: memref<?xi8>) attributes {kern.entry, kern.inputs = [], kern.outputs = [], kern.workspace = 0 : i64} {
  %a = kern.view %x[0] : memref<?xi8> to memref<4x3x!tern.q<uint8>>
  %w = kern.view %weights[64] : memref<?xi8> to memref<64xi8>
  %s = kern.view %weights[128] : memref<?xi8> to memref<16xi32>
  %o = kern.view %y[0] : memref<?xi8> to memref<4x2xi32>
  kern.launch @packed grid 1(%a, %w, %s, %o) : memref<4x3x!tern.q<uint8>>, memref<64xi8>, memref<16xi32>, memref<4x2xi32>
  return
}

// -----

// One row of inputs and AVX2: blocks are written out so that 16 dots follow one
// another, and weights are asked for ahead of their use.
// CHECK-LABEL: func.func private @single
module attributes {tern.target = #tern.target<"host-avx2", "+avx2,+fma", "0">} {
func.func private @single(%lo: index, %hi: index, %x: memref<1x256x!tern.q<int8>>, %w: memref<2048xi8>, %y: memref<1x32xi32>) attributes {kern.kernel, kern.layer = ""} {
  // CHECK: scf.for %{{.*}} = %c0 to %c4
  // CHECK: memref.prefetch %{{.*}}, read, locality<3>, data : memref<2048xi8>
  // CHECK: vector.load %{{.*}} : memref<2048xi8>, vector<32xi8>
  // CHECK-COUNT-64: kern.dot
  // CHECK-NOT: kern.dot
  tern.matmul ins(%x, %w : memref<1x256x!tern.q<int8>>, memref<2048xi8>) outs(%y : memref<1x32xi32>) acc i32 {layout = #tern.layout<rows = 32, depth = 4, bits = 2, offset = 0>, method = #tern<method int_dot>, tern.codes = !tern.q<uint2>, transpose_b}
  return
}
func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>, %x: memref<?xi8>, %y: memref<?xi8>) attributes {kern.entry, kern.inputs = [], kern.outputs = [], kern.workspace = 0 : i64} {
  %a = kern.view %x[0] : memref<?xi8> to memref<1x256x!tern.q<int8>>
  %w = kern.view %weights[64] : memref<?xi8> to memref<2048xi8>
  %o = kern.view %y[0] : memref<?xi8> to memref<1x32xi32>
  kern.launch @single grid 1(%a, %w, %o) : memref<1x256x!tern.q<int8>>, memref<2048xi8>, memref<1x32xi32>
  return
}
}

// -----

// A float dot product of rows: 16 sums side by side, whose halves are added, then
// the tail. Both columns are made in one pass.
// CHECK-LABEL: func.func private @floats
func.func private @floats(%lo: index, %hi: index, %x: memref<1x34xf32>, %w: memref<2x34xf16>, %y: memref<1x2xf32>) attributes {kern.kernel, kern.layer = ""} {
  // CHECK: %[[SUMS:.*]] = scf.for %{{.*}} = %c0 to %c2 {{.*}} iter_args(
  // CHECK: vector.load %arg2{{.*}} : memref<1x34xf32>, vector<16xf32>
  // CHECK: %[[HALF:.*]] = vector.load %arg3{{.*}} : memref<2x34xf16>, vector<16xf16>
  // CHECK: arith.extf %[[HALF]]
  // CHECK: arith.mulf {{.*}} : vector<16xf32>
  // CHECK: scf.yield
  // CHECK: vector.store %[[SUMS]], %[[LANES:.*]][%c0] : memref<16xf32>, vector<16xf32>
  // CHECK: vector.load %[[LANES]][%c0] : memref<16xf32>, vector<8xf32>
  // CHECK: vector.load %[[LANES]][%c8] : memref<16xf32>, vector<8xf32>
  // CHECK: scf.for %{{.*}} = %c32 to %c34
  tern.matmul ins(%x, %w : memref<1x34xf32>, memref<2x34xf16>) outs(%y : memref<1x2xf32>) acc f32 {transpose_b}
  return
}
func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>, %x: memref<?xi8>, %y: memref<?xi8>) attributes {kern.entry, kern.inputs = [], kern.outputs = [], kern.workspace = 0 : i64} {
  %a = kern.view %x[0] : memref<?xi8> to memref<1x34xf32>
  %w = kern.view %weights[64] : memref<?xi8> to memref<2x34xf16>
  %o = kern.view %y[0] : memref<?xi8> to memref<1x2xf32>
  kern.launch @floats grid 1(%a, %w, %o) : memref<1x34xf32>, memref<2x34xf16>, memref<1x2xf32>
  return
}

// -----

// K x N: what is read of the right-hand side serves four rows, of which there are
// two times as many; products and sums are rounded once where the machine can.
// CHECK-LABEL: func.func private @rows
// CHECK-SAME: kern.grid = 2 : i64
module attributes {tern.target = #tern.target<"host-avx2", "+avx2,+fma", "0">} {
func.func private @rows(%lo: index, %hi: index, %x: memref<8x3xf32>, %w: memref<3x16xbf16>, %y: memref<8x16xf32>) attributes {kern.kernel, kern.layer = ""} {
  // CHECK: %[[SUMS:.*]]:4 = scf.for %{{.*}} = %c0 to %c3
  // CHECK: vector.load %arg3{{.*}} : memref<3x16xbf16>, vector<16xbf16>
  // CHECK-NOT: vector.load
  // CHECK-COUNT-4: kern.fma {{.*}} : vector<16xf32>
  // CHECK: vector.store %[[SUMS]]#0
  // CHECK: vector.store %[[SUMS]]#3
  tern.matmul ins(%x, %w : memref<8x3xf32>, memref<3x16xbf16>) outs(%y : memref<8x16xf32>) acc f32
  return
}
func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>, %x: memref<?xi8>, %y: memref<?xi8>) attributes {kern.entry, kern.inputs = [], kern.outputs = [], kern.workspace = 0 : i64} {
  %a = kern.view %x[0] : memref<?xi8> to memref<8x3xf32>
  %w = kern.view %weights[64] : memref<?xi8> to memref<3x16xbf16>
  %o = kern.view %y[0] : memref<?xi8> to memref<8x16xf32>
  kern.launch @rows grid 1(%a, %w, %o) : memref<8x3xf32>, memref<3x16xbf16>, memref<8x16xf32>
  return
}
}

// -----

func.func private @unpacked(%lo: index, %hi: index, %x: memref<4x3x!tern.q<uint8>>, %w: memref<3x2x!tern.q<int8>>, %y: memref<4x2xi32>) attributes {kern.kernel, kern.layer = ""} {
  // expected-error @+1 {{expected packed weights, but got none: run tern-pack-weights first}}
  tern.matmul ins(%x, %w : memref<4x3x!tern.q<uint8>>, memref<3x2x!tern.q<int8>>) outs(%y : memref<4x2xi32>) acc i32 {method = #tern<method int_dot>}
  return
}
