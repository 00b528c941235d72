// A kernel with a thread to each point, and the ABI around it: what a model
// calls things cannot leave the places of names, the file compiles without a
// warning, exports one symbol, and computes.
// RUN: tern-backend %s --cuda > %t.cu
// RUN: FileCheck %s < %t.cu
// RUN: clang++-19 -x c++ -std=c++17 -DTERN_SHIM -I%src/lib/Backend/CUDA/Runtime -Wall -Wextra -Werror -Wno-unused-parameter -Wno-missing-field-initializers -c %t.cu -o %t.o
// RUN: llvm-nm-19 --defined-only --extern-only %t.o | FileCheck %s --check-prefix=SYMBOLS
// RUN: tern-backend %s --cuda --run=main --input=1,-2,3.5,0 | FileCheck %s --check-prefix=VALUES

// SYMBOLS: D tern_print_model
// SYMBOLS-NOT: {{ [BCDGRST] }}
// VALUES: -1 2 -3.5 -0

// CHECK-NOT: */ evil
// CHECK: TERN_KERNEL TERN_BOUNDS(256, 1) int_(
// CHECK-NEXT: const float *
// CHECK-NEXT: float *
// CHECK-NEXT: const int64_t point = (int64_t)tern_block() * tern_block_threads() + tern_thread();
// CHECK-NEXT: if (point < 4) {
// CHECK-NEXT: TERN_AT({{.*}}, point) = -TERN_AT({{.*}}, point);
// CHECK: TERN_MEMORY_DEVICE
// CHECK: static int32_t init(
// CHECK: tern_device_alloc((void **)&device->workspace, 128)
// CHECK: tern_copy_to_device(place[0], inputs[0], 16, stream)
// CHECK: tern_launch("int_", int_, 1, 256, 0, stream,
// CHECK: tern_copy_from_device(outputs[0], place[1], 16, stream)
// CHECK: if (status == TERN_OK && !execution)
// CHECK-NEXT: status = tern_stream_wait(stream);
// CHECK: const tern_model tern_print_model = {&info, init, run, release};

module attributes {kern.model = "print", tern.target = #tern.target<"h200", "+sm_90", "">} {
  func.func private @"int"(%lo: index, %hi: index, %x: memref<4xf32>, %y: memref<4xf32>)
      attributes {kern.kernel, kern.layer = "a */ evil(); /*",
                  kern.geometry = #kern.geometry<threads = 256, shared = 0>} {
    scf.forall (%i) in (4) {
      %v = memref.load %x[%i] : memref<4xf32>
      %r = arith.negf %v : f32
      memref.store %r, %y[%i] : memref<4xf32>
    } {mapping = [#kern.grid]}
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>, %x: memref<?xi8>, %y: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 0 : i64,
                  kern.inputs = [#kern.tensor<"x\22y", "float", [4], -1>],
                  kern.outputs = [#kern.tensor<"*/", "float", [4], -1>]} {
    %0 = kern.view %x[0] : memref<?xi8> to memref<4xf32>
    %1 = kern.view %y[0] : memref<?xi8> to memref<4xf32>
    kern.launch @"int" grid 4(%0, %1) : memref<4xf32>, memref<4xf32>
    return
  }
}
