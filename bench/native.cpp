//===- native.cpp - The machine's limits, and a stopwatch for kernels -----===//
//
// What bench/mpgemm.py can't do in Python: loops that reach the machine's
// limits, threads that wait by spinning, and runs timed without an interpreter
// between them. A limit is measured between the runs that it is compared with,
// so that other load on the machine slows both.
//
//===----------------------------------------------------------------------===//
#include "include/tern/runtime.h"
#include "lib/Driver/KernelThreads.h"
#include <algorithm>
#include <chrono>
#include <cstring>
#include <sys/mman.h>
#include <vector>

using namespace tern;

static double now() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

namespace {
/// What the threads of a limit read, or how often they repeat.
struct Job {
  const char *data = nullptr;
  int64_t size = 0;
};
} // namespace

//===----------------------------------------------------------------------===//
// Limits
//===----------------------------------------------------------------------===//

/// Reads 256 bytes a step into registers.
static void readBytes(const char *data, int64_t bytes) {
  for (int64_t at = 0; at + 256 <= bytes; at += 256)
    asm volatile(
        "vmovdqa (%0), %%ymm0\n vmovdqa 32(%0), %%ymm1\n"
        "vmovdqa 64(%0), %%ymm2\n vmovdqa 96(%0), %%ymm3\n"
        "vmovdqa 128(%0), %%ymm4\n vmovdqa 160(%0), %%ymm5\n"
        "vmovdqa 192(%0), %%ymm6\n vmovdqa 224(%0), %%ymm7\n" ::"r"(data + at)
        : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7");
}

#define CLOBBERED                                                              \
  "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",      \
      "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"

/// 12 x 64 products: independent sums of four in lanes of 32 bits.
static void productsByVnni(int64_t steps) {
#define STEP(n) "vpdpbusd %%zmm14, %%zmm15, %%zmm" #n "\n"
  for (int64_t i = 0; i < steps; ++i)
    asm volatile(STEP(0) STEP(1) STEP(2) STEP(3) STEP(4) STEP(5) STEP(6) STEP(7)
                     STEP(8) STEP(9) STEP(10) STEP(11)::
                         : CLOBBERED);
#undef STEP
}

/// 12 x 32 products: sums of two in lanes of 16 bits, each added to others.
static void productsByPairs(int64_t steps) {
#define STEP(n)                                                                \
  "vpmaddubsw %%ymm14, %%ymm15, %%ymm13\n vpaddw %%ymm13, %%ymm" #n            \
  ", %%ymm" #n "\n"
  for (int64_t i = 0; i < steps; ++i)
    asm volatile(STEP(0) STEP(1) STEP(2) STEP(3) STEP(4) STEP(5) STEP(6) STEP(7)
                     STEP(8) STEP(9) STEP(10) STEP(11)::
                         : CLOBBERED);
#undef STEP
}

static bool hasVnni() { return __builtin_cpu_supports("avx512vnni"); }

extern "C" {

/// What one product of bytes is made of on this machine.
const char *bench_products_name() {
  return hasVnni() ? "vpdpbusd, 512 bits" : "vpmaddubsw + vpaddw, 256 bits";
}

/// Zeroed memory in huge pages where the system has them; null without memory.
void *bench_allocate(uint64_t bytes) {
  constexpr uint64_t huge = 2 << 20;
  bytes = (bytes + huge - 1) / huge * huge;
  void *whole = mmap(nullptr, bytes + huge, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (whole == MAP_FAILED)
    return nullptr;
  auto start = (reinterpret_cast<uintptr_t>(whole) + huge - 1) / huge * huge;
  void *data = reinterpret_cast<void *>(start);
  madvise(data, bytes, MADV_HUGEPAGE);
  std::memset(data, 0, bytes);
  return data;
}

void bench_release(void *data, uint64_t bytes) { munmap(data, bytes); }

KernelThreads *bench_threads(unsigned count) {
  return new KernelThreads(count);
}
void bench_end_threads(KernelThreads *threads) { delete threads; }

/// Seconds in which all threads together read `bytes` at `data`, a multiple of
/// 256 * threads, `repeats` times.
double bench_read(KernelThreads *threads, unsigned count, const char *data,
                  uint64_t bytes, unsigned repeats) {
  Job job = {data, static_cast<int64_t>(bytes / count / 256 * 256)};
  void *const buffers[] = {&job, &repeats};
  const tern_execution *execution = threads->get();
  double start = now();
  execution->parallel_for(
      execution->user, count,
      [](int64_t lo, int64_t hi, void *const *buffers) {
        const Job &job = *static_cast<const Job *>(buffers[0]);
        unsigned repeats = *static_cast<const unsigned *>(buffers[1]);
        for (int64_t i = lo; i < hi; ++i)
          for (unsigned r = 0; r < repeats; ++r)
            readBytes(job.data + i * job.size, job.size);
      },
      buffers);
  return now() - start;
}

/// Products of bytes, per second, that all threads together reach.
double bench_products(KernelThreads *threads, unsigned count) {
  constexpr int64_t steps = 100000;
  const tern_execution *execution = threads->get();
  double start = now();
  execution->parallel_for(
      execution->user, count,
      [](int64_t lo, int64_t hi, void *const *) {
        for (int64_t i = lo; i < hi; ++i)
          hasVnni() ? productsByVnni(steps) : productsByPairs(steps);
      },
      nullptr);
  double each = 12 * (hasVnni() ? 64 : 32);
  return each * steps * count / (now() - start);
}

/// Seconds of one run of an entry, after another. `contexts` hold the same
/// weights in different places: runs that follow one another take the next, so
/// weights are cold when all of them together exceed the caches. Returns what
/// a run returned that failed, else 0.
int32_t bench_run(const tern_model *model, uint32_t entry,
                  void *const *contexts, uint32_t numContexts,
                  const void *const *inputs, void *const *outputs,
                  void *workspace, const KernelThreads *threads,
                  uint32_t repeats, double *seconds) {
  for (uint32_t i = 0; i < repeats; ++i) {
    double start = now();
    int32_t code = model->run(contexts[i % numContexts], entry, inputs, outputs,
                              workspace, threads->get());
    seconds[i] = now() - start;
    if (code != TERN_OK)
      return code;
  }
  return TERN_OK;
}

} // extern "C"
