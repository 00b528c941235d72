// What a backend cannot do is refused, with its place.
// RUN: split-file %s %t
// RUN: not tern-backend %t/fma.mlir 2>&1 | FileCheck %s --check-prefix=FMA
// RUN: not tern-backend %t/depth.mlir --rvv 2>&1 | FileCheck %s --check-prefix=DEPTH
// RUN: not tern-backend %t/sin.mlir --rvv 2>&1 | FileCheck %s --check-prefix=SIN
// RUN: not tern-backend %t/entry.mlir 2>&1 | FileCheck %s --check-prefix=ENTRY
// RUN: not tern-backend %t/dtype.mlir 2>&1 | FileCheck %s --check-prefix=DTYPE

// FMA: fma.mlir:[[#]]:{{.*}} expected a shape that this backend has code for, but got 'f16'{{.*}}(f32 and f64 have fma)
// DEPTH: depth.mlir:[[#]]:{{.*}} but got {{.*}}(scalable dots have depth 1 and one sum a lane)
// SIN: sin.mlir:[[#]]:{{.*}} expected scalars or vectors of fixed length
// ENTRY: entry.mlir:[[#]]:{{.*}} expected a body and 4 arguments, but got 3
// DTYPE: dtype.mlir:[[#]]:{{.*}} expected a type that buffers hold, but got "string"

//--- fma.mlir
module attributes {kern.model = "m"} {
  func.func private @k(%lo: index, %hi: index, %x: memref<1xf16>)
      attributes {kern.kernel, kern.layer = "k"} {
    %c0 = arith.constant 0 : index
    %v = memref.load %x[%c0] : memref<1xf16>
    %f = kern.fma %v, %v, %v : f16
    memref.store %f, %x[%c0] : memref<1xf16>
    return
  }
  func.func @main(%w: memref<?xi8>, %s: memref<?xi8>, %x: memref<?xi8>)
      attributes {kern.entry, kern.outputs = [],
                  kern.inputs = [#kern.tensor<"x", "float16", [1], -1>]} {
    return
  }
}
//--- depth.mlir
module attributes {kern.model = "m"} {
  func.func private @k(%lo: index, %hi: index, %x: memref<4096xi8>, %y: memref<4096xi32>)
      attributes {kern.kernel, kern.layer = "k"} {
    %c0 = arith.constant 0 : index
    %w = vector.load %x[%c0] : memref<4096xi8>, vector<[32]xi8>
    %a = vector.load %x[%c0] : memref<4096xi8>, vector<4xi8>
    %c = vector.load %y[%c0] : memref<4096xi32>, vector<[8]xi32>
    %d = kern.dot %c, %w, %a : vector<[8]xi32>, vector<[32]xi8>, vector<4xi8>
    vector.store %d, %y[%c0] : memref<4096xi32>, vector<[8]xi32>
    return
  }
  func.func @main(%w: memref<?xi8>, %s: memref<?xi8>, %x: memref<?xi8>)
      attributes {kern.entry, kern.outputs = [],
                  kern.inputs = [#kern.tensor<"x", "int8", [1], -1>]} {
    return
  }
}
//--- sin.mlir
module attributes {kern.model = "m"} {
  func.func private @k(%lo: index, %hi: index, %x: memref<4096xf32>)
      attributes {kern.kernel, kern.layer = "k"} {
    %c0 = arith.constant 0 : index
    %v = vector.load %x[%c0] : memref<4096xf32>, vector<[4]xf32>
    %e = math.sin %v : vector<[4]xf32>
    vector.store %e, %x[%c0] : memref<4096xf32>, vector<[4]xf32>
    return
  }
  func.func @main(%w: memref<?xi8>, %s: memref<?xi8>, %x: memref<?xi8>)
      attributes {kern.entry, kern.outputs = [],
                  kern.inputs = [#kern.tensor<"x", "float", [1], -1>]} {
    return
  }
}
//--- entry.mlir
module attributes {kern.model = "m"} {
  func.func @main(%w: memref<?xi8>, %s: memref<?xi8>, %x: memref<?xi8>)
      attributes {kern.entry,
                  kern.inputs = [#kern.tensor<"x", "float", [1], -1>],
                  kern.outputs = [#kern.tensor<"y", "float", [1], -1>]} {
    return
  }
}
//--- dtype.mlir
module attributes {kern.model = "m"} {
  func.func @main(%w: memref<?xi8>, %s: memref<?xi8>, %x: memref<?xi8>)
      attributes {kern.entry, kern.outputs = [],
                  kern.inputs = [#kern.tensor<"x", "string", [1], -1>]} {
    return
  }
}
