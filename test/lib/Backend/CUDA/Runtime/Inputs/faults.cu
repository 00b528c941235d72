/*===- faults.cu - What the simulation finds, one kernel each ---------------===
 *
 * After each fault the same process launches a right kernel: a fault is the end
 * of a launch only. The messages stand beside the lines that cause them.
 *===----------------------------------------------------------------------===*/
#include "device.h"

constexpr int elements = 100;

/*===- Bounds and alignment -----------------------------------------------===*/

TERN_KERNEL behind(int32_t *data) {
  // CHECK: kernel 'behind', block 1, thread 36, line [[#@LINE+1]]: out of bounds: 4 bytes at offset 400 of 400 bytes of global memory
  TERN_AT(data, tern_block() * 64 + tern_thread()) = 1;
}

TERN_KERNEL before(int32_t *data) {
  // CHECK: kernel 'before', block 0, thread 0, line [[#@LINE+1]]: out of bounds: 4 bytes at offset -4 of 400 bytes of global memory
  TERN_AT(data, tern_thread() - 1) = 1;
}

TERN_KERNEL neighbour(int32_t *data) {
  // CHECK: kernel 'neighbour', block 0, thread 10, line [[#@LINE+1]]: out of bounds: expected an index below 10, but got 10
  TERN_AT_IN(data, tern_thread(), 10) = 1;
}

TERN_KERNEL otherBuffer(int32_t *data, int32_t *other) {
  // CHECK: kernel 'otherBuffer', block 0, thread 0, line [[#@LINE+1]]: out of bounds: 4 bytes at offset {{.*}} of 400 bytes of global memory
  TERN_AT(data, other - data) = 1;
}

TERN_KERNEL ofTheHost(int32_t *data) {
  // CHECK: kernel 'ofTheHost', block 0, thread 0, line [[#@LINE+1]]: out of bounds: address 0x{{[0-9a-f]+}} is not in memory of the device
  TERN_AT(data, 0) = 1;
}

TERN_KERNEL sharedEnd(int32_t *) {
  int32_t *shared = (int32_t *)tern_shared();
  // CHECK: kernel 'sharedEnd', block 0, thread 63, line [[#@LINE+1]]: out of bounds: 4 bytes at offset 252 of 252 bytes of shared memory
  TERN_AT(shared, tern_thread()) = 1;
}

TERN_KERNEL unaligned(int32_t *data) {
  // CHECK: kernel 'unaligned', block 0, thread 1, line [[#@LINE+1]]: misaligned: expected a multiple of 16, but got address ...{{[0-9a-f]*}}4
  tern_store16(data + tern_thread(), tern_load16(data));
}

TERN_KERNEL unalignedRow(int32_t *) {
  // CHECK: kernel 'unalignedRow', block 0, thread 1, line [[#@LINE+1]]: misaligned: expected a multiple of 16
  tern_ldmatrix_x4(tern_shared() + tern_lane() * 8);
}

TERN_KERNEL copyBehind(int32_t *data) {
  tern_copy_async16(tern_shared(), nullptr, false);
  // CHECK: kernel 'copyBehind', block 0, thread 25, line [[#@LINE+1]]: out of bounds: 16 bytes at offset 400 of 400 bytes of global memory
  tern_copy_async16(tern_shared(), data + tern_thread() * 4, true);
  tern_copy_commit();
  tern_copy_wait<0>();
}

TERN_KERNEL unalignedCopy(int32_t *data) {
  // CHECK: kernel 'unalignedCopy', block 0, thread 0, line [[#@LINE+1]]: misaligned: expected a multiple of 4
  tern_copy_async4(tern_shared() + 2, data, true);
}

/*===- Copies under way ---------------------------------------------------===*/

TERN_KERNEL notCommitted(int32_t *data) {
  int32_t *mine = (int32_t *)tern_shared() + tern_thread();
  tern_copy_async4(mine, data + tern_thread(), true);
  tern_copy_wait<0>();
  // CHECK: kernel 'notCommitted', block 0, thread 0, line [[#@LINE+1]]: copy not waited for: its bytes at offset 0 of shared memory are used
  TERN_AT(data, tern_thread()) = TERN_AT(mine, 0);
}

TERN_KERNEL leftBehind(int32_t *data) {
  // CHECK: kernel 'leftBehind', block 0, thread 0, line [[#@LINE+1]]: copy not waited for: the thread has ended
  tern_copy_async4(tern_shared() + 4 * tern_thread(), data, true);
  tern_copy_commit();
}

/*===- Meetings -----------------------------------------------------------===*/

TERN_KERNEL earlyReturn(int32_t *) {
  if (tern_thread() == 40)
    return;
  // CHECK: kernel 'earlyReturn', block 0, thread 0, line [[#@LINE+1]]: divergent barrier: tern_barrier waits for thread 40, which has ended
  tern_barrier();
}

TERN_KERNEL twoBarriers(int32_t *) {
  // CHECK: kernel 'twoBarriers', block 0, thread 63, line [[#@LINE+4]]: divergent barrier: thread 0 waits in that of line [[#@LINE+2]]
  if (tern_warp() == 0)
    tern_barrier();
  else
    tern_barrier();
}

TERN_KERNEL crossed(int32_t *) {
  if (tern_warp() == 0)
    // CHECK: kernel 'crossed', block 0, thread 0, line [[#@LINE+1]]: divergent barrier: tern_barrier waits for thread 32, which waits in tern_shuffle of line [[#@LINE+3]]
    tern_barrier();
  else if (tern_lane() < 31)
    tern_shuffle(0xffffffff, 1, 0);
  else
    tern_barrier();
}

TERN_KERNEL missingLane(int32_t *) {
  tern_i32x4 a = {}, acc = {};
  tern_i32x2 b = {};
  if (tern_lane() != 7)
    // CHECK: kernel 'missingLane', block 0, thread 0, line [[#@LINE+1]]: divergent warp: tern_mma_s8 waits for thread 7, which has ended
    tern_mma_s8(acc, a, b);
}

TERN_KERNEL otherFunction(int32_t *) {
  // CHECK: kernel 'otherFunction', block 0, thread 31, line [[#@LINE+4]]: divergent warp: tern_shuffle_xor meets thread 0 in tern_shuffle_down of line [[#@LINE+2]], mask 0xffffffff
  if (tern_lane() < 16)
    tern_shuffle_down(0xffffffff, 1, 1);
  else
    tern_shuffle_xor(0xffffffff, 1, 1);
}

TERN_KERNEL notInMask(int32_t *) {
  // CHECK: kernel 'notInMask', block 0, thread 16, line [[#@LINE+1]]: tern_shuffle: mask 0xffff does not name the calling lane 16
  tern_shuffle(0xffff, 1, 0);
}

TERN_KERNEL noSuchLanes(int32_t *) {
  // CHECK: kernel 'noSuchLanes', block 0, thread 0, line [[#@LINE+1]]: tern_warp_barrier: mask 0xffffffff names lanes that the block of 24 threads lacks
  tern_warp_barrier(0xffffffff);
}

TERN_KERNEL fine(int32_t *data) {
  int32_t *shared = (int32_t *)tern_shared();
  TERN_AT(shared, tern_thread()) = tern_thread();
  tern_barrier();
  TERN_AT(data, tern_thread()) = TERN_AT(shared, 63 - tern_thread());
}

static int32_t *data;

/* The kernel fails; what comes after it does not. */
template <typename... P>
static void fails(const char *name, void (*kernel)(P...), int64_t blocks,
                  int32_t threads, int32_t shared,
                  typename tern_as_is<P>::type... arguments) {
  expect(tern_launch(name, kernel, blocks, threads, shared, nullptr,
                     arguments...) == tern_device_failed,
         name, 0);
  expect(tern_launch("fine", fine, 2, 64, 256, nullptr, data) == tern_device_ok,
         name, 1);
  expect(data[5] == 58, name, 2);
}

static void testHost() {
  char bytes[8] = {};
  // CHECK: kernel 'noBlocks': expected a number of blocks from 1 to 2147483647, but got 0
  fails("noBlocks", fine, 0, 64, 256, data);
  // CHECK: kernel 'manyThreads': expected a number of threads from 1 to 1024, but got 1025
  fails("manyThreads", fine, 1, 1025, 256, data);
  // CHECK: kernel 'muchShared': expected a number of bytes of shared memory from 0 to 232448, but got 232449
  fails("muchShared", fine, 1, 64, 232449, data);
  // CHECK: copy to the device: 8 bytes at {{.*}} are not in one allocation of the device
  expect(tern_copy_to_device(data + elements - 1, bytes, 8, nullptr) ==
             tern_device_failed,
         "copy to", 0);
  // CHECK: copy from the device: 8 bytes at {{.*}} are not in one allocation of the device
  expect(tern_copy_from_device(bytes, bytes, 8, nullptr) == tern_device_failed,
         "copy from", 0);
  // CHECK: {{.*}} was not allocated
  expect(tern_device_free(bytes) == tern_device_failed, "free", 0);
  setenv("TERN_SHIM_ORDER", "sideways", 1);
  // CHECK: TERN_SHIM_ORDER: expected forward, reverse or shuffle:<seed>, but got 'sideways'
  expect(tern_launch("fine", fine, 1, 64, 256, nullptr, data) ==
             tern_device_failed,
         "order", 0);
  setenv("TERN_SHIM_ORDER", "forward", 1);
  setenv("TERN_SHIM_COPIES", "late", 1);
  // CHECK: TERN_SHIM_COPIES: expected lazy or eager, but got 'late'
  expect(tern_launch("fine", fine, 1, 64, 256, nullptr, data) ==
             tern_device_failed,
         "copies", 0);
}

int main() {
  Buffer<int32_t> buffer(elements), other(elements);
  data = buffer.get();
  int32_t ofHost = 0;
  fails("behind", behind, 2, 64, 0, data);
  fails("before", before, 1, 64, 0, data);
  fails("neighbour", neighbour, 1, 64, 0, data);
  fails("otherBuffer", otherBuffer, 1, 1, 0, data, other.get());
  fails("ofTheHost", ofTheHost, 1, 1, 0, &ofHost);
  fails("sharedEnd", sharedEnd, 1, 64, 252, data);
  fails("unaligned", unaligned, 1, 64, 0, data);
  fails("unalignedRow", unalignedRow, 1, 32, 512, data);
  fails("copyBehind", copyBehind, 1, 64, 16, data);
  fails("unalignedCopy", unalignedCopy, 1, 64, 16, data);
  fails("notCommitted", notCommitted, 1, 64, 256, data);
  fails("leftBehind", leftBehind, 1, 64, 256, data);
  fails("earlyReturn", earlyReturn, 1, 64, 0, data);
  fails("twoBarriers", twoBarriers, 1, 64, 0, data);
  fails("crossed", crossed, 1, 64, 0, data);
  fails("missingLane", missingLane, 1, 32, 0, data);
  fails("otherFunction", otherFunction, 1, 32, 0, data);
  fails("notInMask", notInMask, 1, 32, 0, data);
  fails("noSuchLanes", noSuchLanes, 1, 24, 0, data);
  testHost();
  // CHECK: all right
  fflush(stderr);
  return verdict();
}
