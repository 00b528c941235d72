// Every collective has its text, and the values that it should: a block turns
// its 64 words round through shared memory, a warp adds its lanes' numbers.
// RUN: tern-backend %s --cuda | FileCheck %s
// RUN: tern-backend %s --cuda --run=main --input=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31 | FileCheck %s --check-prefix=VALUES

// VALUES: 0 30 29 28
// VALUES-SAME: 2 1 0
// VALUES: 496 496

// CHECK: TERN_KERNEL TERN_BOUNDS(32, 1) turn(
// CHECK: const int64_t block = tern_block();
// CHECK: /* Shared: 64 words; 256 bytes. */
// CHECK-NEXT: int8_t *const tile = (int8_t *)(tern_shared() + 0);
// CHECK: const int64_t thread = tern_thread();
// CHECK: tern_copy_async4(&TERN_AT_IN(tile, {{.*}}, 256), &TERN_AT({{.*}}), thread < 31);
// CHECK-NEXT: tern_copy_commit();
// CHECK-NEXT: tern_copy_wait<0>();
// CHECK-NEXT: tern_barrier();
// CHECK: TERN_KERNEL TERN_BOUNDS(32, 1) add(
// CHECK: const int64_t lane = tern_lane();
// CHECK: tern_shuffle_xor(0xffffffffu, {{.*}}, 16)

module attributes {kern.model = "turn", tern.target = #tern.target<"h200", "+sm_90", "">} {
  func.func private @turn(%lo: index, %hi: index, %x: memref<128xi8>, %y: memref<32xi32>)
      attributes {kern.kernel, kern.layer = "turn", kern.geometry = #kern.geometry<threads = 32, shared = 256>} {
    %c4 = arith.constant 4 : index
    %c31 = arith.constant 31 : index
    scf.forall (%block) in (1) {
      %tile = kern.tile 0 "64 words" : memref<256xi8, #kern.shared> loc("tile")
      scf.forall (%thread) in (32) {
        %byte = arith.muli %thread, %c4 : index
        %first = arith.cmpi slt, %thread, %c31 : index
        kern.copy_async %x[%byte] to %tile[%byte] if %first bytes 4 : memref<128xi8>, memref<256xi8, #kern.shared>
        kern.copy_commit
        kern.copy_wait 0
        kern.barrier
        %other = arith.subi %c31, %thread : index
        %from = arith.muli %other, %c4 : index
        %v = kern.load_words %tile[%from] : memref<256xi8, #kern.shared> -> i32
        memref.store %v, %y[%thread] : memref<32xi32>
      } {mapping = [#kern.thread]}
    } {mapping = [#kern.block]}
    return
  }
  func.func private @add(%lo: index, %hi: index, %x: memref<32xi32>, %y: memref<32xi32>)
      attributes {kern.kernel, kern.layer = "add", kern.geometry = #kern.geometry<threads = 32, shared = 0>} {
    scf.forall (%block) in (1) {
      scf.forall (%lane) in (32) {
        %0 = memref.load %x[%lane] : memref<32xi32>
        %a = kern.shuffle_xor %0 lanes 16 : i32
        %1 = arith.addi %0, %a : i32
        %b = kern.shuffle_xor %1 lanes 8 : i32
        %2 = arith.addi %1, %b : i32
        %c = kern.shuffle_xor %2 lanes 4 : i32
        %3 = arith.addi %2, %c : i32
        %d = kern.shuffle_xor %3 lanes 2 : i32
        %4 = arith.addi %3, %d : i32
        %e = kern.shuffle_xor %4 lanes 1 : i32
        %5 = arith.addi %4, %e : i32
        memref.store %5, %y[%lane] : memref<32xi32>
      } {mapping = [#kern.lane]}
    } {mapping = [#kern.block]}
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>, %x: memref<?xi8>, %y: memref<?xi8>, %z: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 0 : i64,
                  kern.inputs = [#kern.tensor<"x", "int32", [32], -1>],
                  kern.outputs = [#kern.tensor<"y", "int32", [32], -1>, #kern.tensor<"z", "int32", [32], -1>]} {
    %0 = kern.view %x[0] : memref<?xi8> to memref<128xi8>
    %1 = kern.view %y[0] : memref<?xi8> to memref<32xi32>
    %2 = kern.view %x[0] : memref<?xi8> to memref<32xi32>
    %3 = kern.view %z[0] : memref<?xi8> to memref<32xi32>
    kern.launch @turn grid 1(%0, %1) : memref<128xi8>, memref<32xi32>
    kern.launch @add grid 1(%2, %3) : memref<32xi32>, memref<32xi32>
    return
  }
}
