// An elementwise kernel through the ABI, in this process: two launches, the
// workspace between them, and an output in an input's place.
// RUN: tern-backend %s --run=main --input=1,-2,3.5 --input=10 | FileCheck %s
// RUN: tern-backend %s --run=main --input=1,-2,3.5 --input=10 --features=+avx2 --kernel-threads=3 | FileCheck %s
// RUN: tern-backend %s --c --run=main --input=1,-2,3.5 --input=10 | FileCheck %s
// RUN: tern-backend %s --emit=obj | llvm-nm-19 - | FileCheck %s --check-prefix=SYMBOLS

// CHECK: y: 22 16 27 27
// CHECK: state: 11 8 13.5 13.5

// SYMBOLS-NOT: {{ [A-TV-Z] }}
// SYMBOLS: {{ [DR] }}tern_add_twice_model
// SYMBOLS-NOT: {{ [A-TV-Z] }}

module attributes {kern.model = "add-twice"} {
  func.func private @add(%lo: index, %hi: index, %a: memref<4xf32>,
                         %b: memref<4xf32>, %c: memref<4xf32>)
      attributes {kern.kernel, kern.layer = "add"} {
    %c1 = arith.constant 1 : index
    scf.for %i = %lo to %hi step %c1 {
      %x = memref.load %a[%i] : memref<4xf32>
      %y = memref.load %b[%i] : memref<4xf32>
      %s = arith.addf %x, %y : f32
      memref.store %s, %c[%i] : memref<4xf32>
    }
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>,
                  %x: memref<?xi8>, %state: memref<?xi8>,
                  %y: memref<?xi8>, %out: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 64 : i64,
                  kern.inputs = [#kern.tensor<"x", "float", [4], -1>,
                                 #kern.tensor<"s", "float", [4], -1>],
                  kern.outputs = [#kern.tensor<"y", "float", [4], -1>,
                                  #kern.tensor<"state", "float", [4], 1>]} {
    %0 = kern.view %x[0] : memref<?xi8> to memref<4xf32>
    %1 = kern.view %state[0] : memref<?xi8> to memref<4xf32>
    %2 = kern.view %workspace[0] : memref<?xi8> to memref<4xf32>
    %3 = kern.view %y[0] : memref<?xi8> to memref<4xf32>
    kern.launch @add grid 4 (%0, %1, %2) : memref<4xf32>, memref<4xf32>, memref<4xf32>
    kern.launch @add grid 4 (%2, %2, %3) : memref<4xf32>, memref<4xf32>, memref<4xf32>
    %4 = kern.view %out[0] : memref<?xi8> to memref<4xf32>
    kern.launch @add grid 4 (%0, %1, %4) : memref<4xf32>, memref<4xf32>, memref<4xf32>
    return
  }
}
