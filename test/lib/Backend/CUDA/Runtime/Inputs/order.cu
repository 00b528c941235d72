/*===- order.cu - What depends on the simulation's model of time ------------===
 *
 * order.cu copy     a copy read by a plain pointer before its wait: prints what
 *                   was there, which TERN_SHIM_COPIES decides.
 * order.cu threads  the threads of a block in the order in which they ran.
 * order.cu KERNEL   lanes that exchange values through shared memory, for
 *                   ThreadSanitizer: `warp` is right; `shuffle` orders the
 *                   lanes by a shuffle only, `wide` the block by a barrier of
 *                   warps only: races.
 *===----------------------------------------------------------------------===*/
#include "device.h"

/* Hides from the simulation what a pointer points to, as a wild one would. */
TERN_DEVICE int32_t plainRead(const int32_t *from) {
  return *(const volatile int32_t *)from;
}

TERN_KERNEL TERN_BOUNDS(64, 1) copy(const int32_t *in, int32_t *out) {
  int32_t *mine = (int32_t *)tern_shared() + tern_thread();
  tern_copy_async4(mine, in + tern_thread(), true);
  tern_copy_commit();
  TERN_AT_IN(out, 2 * tern_thread(), 128) = plainRead(mine);
  tern_copy_wait<0>();
  TERN_AT_IN(out, 2 * tern_thread() + 1, 128) = TERN_AT(mine, 0);
}

TERN_KERNEL TERN_BOUNDS(64, 1) threads(int32_t *next, int32_t *out) {
  TERN_AT_IN(out, tern_atomic_add_i32(next, 1), 128) = tern_thread();
  tern_barrier();
  TERN_AT_IN(out, tern_atomic_add_i32(next, 1), 128) = tern_thread();
}

enum Meeting { warp, shuffle, wide };

template <Meeting meeting>
TERN_KERNEL TERN_BOUNDS(64, 1) exchange(const int32_t *in, int32_t *out) {
  int32_t *shared = (int32_t *)tern_shared();
  int other = meeting == wide ? 63 - tern_thread() : tern_thread() ^ 31;
  for (int round = 0; round < 4; ++round) {
    TERN_AT(shared, tern_thread()) = TERN_AT_IN(in, tern_thread(), 64) + round;
    if (meeting == shuffle)
      tern_shuffle(0xffffffff, round, 0);
    else
      tern_warp_barrier(0xffffffff);
    TERN_AT_IN(out, tern_thread(), 64) = TERN_AT(shared, other);
    tern_warp_barrier(0xffffffff);
  }
}

template <Meeting meeting>
static int runExchange(Buffer<int32_t> &in, Buffer<int32_t> &out) {
  return tern_launch("exchange", exchange<meeting>, 2, 64, 256, nullptr,
                     in.get(), out.get());
}

static int run(const char *what) {
  std::vector<int32_t> numbers(64);
  for (int i = 0; i < 64; ++i)
    numbers[i] = 7 * i;
  Buffer<int32_t> in(numbers), out(128), next(1);
  int status = 0;
  if (!strcmp(what, "copy"))
    status =
        tern_launch("copy", copy, 1, 64, 256, nullptr, in.get(), out.get());
  else if (!strcmp(what, "threads"))
    status = tern_launch("threads", threads, 1, 64, 0, nullptr, next.get(),
                         out.get());
  else if (!strcmp(what, "warp"))
    status = runExchange<warp>(in, out);
  else if (!strcmp(what, "shuffle"))
    status = runExchange<shuffle>(in, out);
  else
    status = runExchange<wide>(in, out);
  for (int32_t value : out.fetch())
    printf("%d ", value);
  printf("\n");
  return status;
}

int main(int argc, char **argv) { return run(argc > 1 ? argv[1] : "warp"); }
