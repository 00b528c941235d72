//===- LaunchTimer.cpp - How long each kernel of a run takes --------------===//
#include "lib/Driver/LaunchTimer.h"
#include <chrono>

using namespace tern;

LaunchTimer::LaunchTimer(const tern_execution *inner) : inner(inner) {
  threads.user = this;
  threads.parallel_for = [](void *user, int64_t trip, tern_kernel kernel,
                            void *const *buffers) {
    static_cast<LaunchTimer *>(user)->time(trip, kernel, buffers);
  };
}

void LaunchTimer::time(int64_t trip, tern_kernel kernel, void *const *buffers) {
  auto start = std::chrono::steady_clock::now();
  if (inner)
    inner->parallel_for(inner->user, trip, kernel, buffers);
  else
    kernel(0, trip, buffers);
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  seconds.push_back(took.count());
}
