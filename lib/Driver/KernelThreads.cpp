//===- KernelThreads.cpp - Threads for the kernels of a compiled model ----===//
//
// Kernels are short, so a thread that ran out of work spins for a while before
// it sleeps: waking one costs more than most kernels do.
//
//===----------------------------------------------------------------------===//
#include "lib/Driver/KernelThreads.h"
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

using namespace tern;

struct KernelThreads::Impl {
  explicit Impl(unsigned count) : count(count ? count : 1) {
    for (unsigned i = 1; i < this->count; ++i)
      workers.emplace_back([this, i] { work(i); });
  }
  ~Impl() {
    publish(nullptr, 0, nullptr);
    for (std::thread &worker : workers)
      worker.join();
  }

  /// Makes a job visible to the workers; a null kernel ends them.
  void publish(tern_kernel newKernel, int64_t newTrip, void *const *newBuffers);
  void parallelFor(int64_t trip, tern_kernel kernel, void *const *buffers);
  /// The part of thread `i`.
  void doPart(unsigned i);
  void work(unsigned i);
  void awaitJob(uint64_t seen);

  const unsigned count;
  std::vector<std::thread> workers;
  std::mutex mutex;
  std::condition_variable changed;
  std::atomic<uint64_t> generation{0};
  std::atomic<unsigned> running{0};
  tern_kernel kernel = nullptr;
  int64_t trip = 0;
  void *const *buffers = nullptr;
};

static constexpr int spins = 4000;

void KernelThreads::Impl::publish(tern_kernel newKernel, int64_t newTrip,
                                  void *const *newBuffers) {
  kernel = newKernel;
  trip = newTrip;
  buffers = newBuffers;
  running.store(count - 1);
  {
    std::lock_guard<std::mutex> lock(mutex);
    generation.fetch_add(1);
  }
  changed.notify_all();
}

void KernelThreads::Impl::doPart(unsigned i) {
  int64_t size = trip / count, extra = trip % count;
  int64_t lo = i * size + std::min<int64_t>(i, extra);
  int64_t hi = lo + size + (i < extra ? 1 : 0);
  if (lo < hi)
    kernel(lo, hi, buffers);
}

void KernelThreads::Impl::parallelFor(int64_t newTrip, tern_kernel newKernel,
                                      void *const *newBuffers) {
  if (newTrip == 1)
    return newKernel(0, 1, newBuffers);
  publish(newKernel, newTrip, newBuffers);
  doPart(0);
  for (int i = 0; running.load(); ++i)
    if (i > spins)
      std::this_thread::yield();
}

void KernelThreads::Impl::awaitJob(uint64_t seen) {
  for (int i = 0; i < spins; ++i)
    if (generation.load() != seen)
      return;
  std::unique_lock<std::mutex> lock(mutex);
  changed.wait(lock, [&] { return generation.load() != seen; });
}

void KernelThreads::Impl::work(unsigned i) {
  for (uint64_t seen = 0;; ++seen) {
    awaitJob(seen);
    if (!kernel)
      return;
    doPart(i);
    running.fetch_sub(1);
  }
}

KernelThreads::KernelThreads(unsigned count)
    : impl(std::make_unique<Impl>(count)) {
  threads.user = impl.get();
  threads.parallel_for = [](void *user, int64_t trip, tern_kernel kernel,
                            void *const *buffers) {
    static_cast<Impl *>(user)->parallelFor(trip, kernel, buffers);
  };
}

KernelThreads::~KernelThreads() = default;
