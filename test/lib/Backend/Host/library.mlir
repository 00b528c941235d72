// Static libraries that a C program links, two models of the same kernels.
// RUN: tern-backend %s --emit=lib > %t.first.a
// RUN: sed 's/"first"/"second"/' %s > %t.second.mlir
// RUN: tern-backend %t.second.mlir --emit=lib > %t.second.a
// RUN: tern-backend %s --emit=lib > %t.again.a
// RUN: cmp %t.first.a %t.again.a
// RUN: clang-19 -std=c11 -Wall -Werror -I %src/include %S/Inputs/caller.c %t.first.a %t.second.a -lm -o %t.program
// RUN: %t.program | FileCheck %s

// CHECK: first init 0 run 0: 2 4 6 8
// CHECK-NEXT: short 1 null 3 hash 1 magic 1
// CHECK-NEXT: entry 2 workspace 3 misaligned 3 missing 3
// CHECK-NEXT: second init 0 run 0: 2 4 6 8
// CHECK-NEXT: short 1 null 3 hash 1 magic 1
// CHECK-NEXT: entry 2 workspace 3 misaligned 3 missing 3
// CHECK-NEXT: parallel calls 2
// CHECK-NEXT: main: x float rank 1 [4] 16 bytes, alias -1

module attributes {kern.model = "first"} {
  func.func private @double(%lo: index, %hi: index, %x: memref<4xf32>,
                            %y: memref<4xf32>)
      attributes {kern.kernel, kern.layer = "double"} {
    %c1 = arith.constant 1 : index
    scf.for %i = %lo to %hi step %c1 {
      %v = memref.load %x[%i] : memref<4xf32>
      %r = arith.addf %v, %v : f32
      memref.store %r, %y[%i] : memref<4xf32>
    }
    return
  }
  func.func private @copy(%lo: index, %hi: index, %x: memref<4xf32>,
                          %y: memref<4xf32>)
      attributes {kern.kernel, kern.layer = "copy"} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    scf.for %i = %lo to %hi step %c1 {
      %v = vector.load %x[%c0] : memref<4xf32>, vector<4xf32>
      vector.store %v, %y[%c0] : memref<4xf32>, vector<4xf32>
    }
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>,
                  %x: memref<?xi8>, %y: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 64 : i64,
                  kern.inputs = [#kern.tensor<"x", "float", [4], -1>],
                  kern.outputs = [#kern.tensor<"y", "float", [4], -1>]} {
    %0 = kern.view %x[0] : memref<?xi8> to memref<4xf32>
    %1 = kern.view %workspace[16] : memref<?xi8> to memref<4xf32>
    %2 = kern.view %y[0] : memref<?xi8> to memref<4xf32>
    kern.launch @double grid 4 (%0, %1) : memref<4xf32>, memref<4xf32>
    kern.launch @copy grid 1 (%1, %2) : memref<4xf32>, memref<4xf32>
    return
  }
}
