// RUN: tern-opt %s --tern-lower-contractions --canonicalize | FileCheck %s

// Sums of 16 bits, on vectors of no fixed length: a window of 4 products starts
// at -center times the sum of its inputs, and a fold adds it to 32 bits. Sixteen
// products of a row are four windows, in one turn of no loop.
module attributes {tern.target = #tern.target<"rvv128", "+v", "">} {
  // CHECK-LABEL: func.func private @packed
  func.func private @packed(%lo: index, %hi: index, %x: memref<1x16x!tern.q<int8>>, %w: memref<1024xi8>, %y: memref<1x100xi32>) attributes {kern.kernel, kern.layer = ""} {
    // CHECK: %[[STARTS:.*]] = memref.alloca() : memref<4xi16>
    // The sum of the inputs of a window, times -8.
    // CHECK: %[[START:.*]] = arith.muli %{{.*}}, %c-8
    // CHECK: arith.trunci %[[START]] : i32 to i16
    // As many strips of four vectors as the length leaves room for.
    // CHECK: vector.vscale
    // CHECK: scf.for
    // CHECK: memref.load %[[STARTS]][%c0] : memref<4xi16>
    // CHECK: %[[FIRST:.*]] = vector.broadcast %{{.*}} : i16 to vector<[8]xi16>
    // CHECK: %[[CODES:.*]] = kern.unpack %{{.*}} bits 4 field 0 : vector<[8]xi8>
    // CHECK: kern.dot %[[FIRST]], %[[CODES]], %{{.*}} : vector<[8]xi16>, vector<[8]xi8>, vector<1xi8>
    // CHECK: kern.fold %{{.*}}, %{{.*}} : vector<[8]xi32>, vector<[8]xi16>
    // The others.
    // CHECK: scf.for
    // CHECK: kern.fold
    // CHECK-NOT: tern.matmul
    tern.matmul ins(%x, %w : memref<1x16x!tern.q<int8>>, memref<1024xi8>) outs(%y : memref<1x100xi32>) acc i32 {extra_maps = [], layout = #tern.layout<rows = 128, depth = 1, bits = 4, offset = 8>, method = #tern<method int_dot>, tern.codes = !tern.q<int8>, tern.center = 8 : i64, tern.window = 4 : i64, transpose_b}
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>, %x: memref<?xi8>, %y: memref<?xi8>) attributes {kern.entry, kern.inputs = [], kern.outputs = [], kern.workspace = 0 : i64} {
    %a = kern.view %x[0] : memref<?xi8> to memref<1x16x!tern.q<int8>>
    %w = kern.view %weights[64] : memref<?xi8> to memref<1024xi8>
    %o = kern.view %y[0] : memref<?xi8> to memref<1x100xi32>
    kern.launch @packed grid 1(%a, %w, %o) : memref<1x16x!tern.q<int8>>, memref<1024xi8>, memref<1x100xi32>
    return
  }
}
