// What a model calls things cannot leave the places of names: a layer's name
// is one comment, a kernel's an identifier, tensors' are strings of octal
// escapes. The file names the ABI and compiles alone without a warning.
// RUN: tern-backend %s --c > %t.c
// RUN: FileCheck %s < %t.c
// RUN: clang-19 -std=c11 -Wall -Wextra -Werror -c %t.c -o %t.o
// RUN: llvm-nm-19 --defined-only --extern-only %t.o | FileCheck %s --check-prefix=SYMBOLS
// RUN: tern-backend %s --c --run=main --input=1,-2,3.5,0 | FileCheck %s --check-prefix=VALUES

// CHECK-NOT: */ evil
// CHECK: for (
// CHECK-NOT: x"y
// CHECK: tern_print_model
// SYMBOLS: tern_print_model
// SYMBOLS-NOT: {{ [A-Z] }}
// VALUES: -1 2 -3.5 -0

module attributes {kern.model = "print"} {
  func.func private @"int"(%lo: index, %hi: index, %x: memref<4xf32>,
                         %y: memref<4xf32>)
      attributes {kern.kernel, kern.layer = "a */ evil(); /*"} {
    %c1 = arith.constant 1 : index
    scf.for %i = %lo to %hi step %c1 {
      %v = memref.load %x[%i] : memref<4xf32>
      %r = arith.negf %v : f32
      memref.store %r, %y[%i] : memref<4xf32>
    }
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>,
                  %x: memref<?xi8>, %y: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 0 : i64,
                  kern.inputs = [#kern.tensor<"x\22y", "float", [4], -1>],
                  kern.outputs = [#kern.tensor<"*/", "float", [4], -1>]} {
    %0 = kern.view %x[0] : memref<?xi8> to memref<4xf32>
    %1 = kern.view %y[0] : memref<?xi8> to memref<4xf32>
    kern.launch @"int" grid 4(%0, %1) : memref<4xf32>, memref<4xf32>
    return
  }
}
