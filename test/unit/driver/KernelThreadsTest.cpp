//===- KernelThreadsTest.cpp - Grids over threads -------------------------===//
#include "lib/Driver/KernelThreads.h"
#include <gtest/gtest.h>
#include <vector>

using namespace tern;

/// Adds one to every point of its part.
static void countPoints(int64_t lo, int64_t hi, void *const *buffers) {
  auto *points = static_cast<int *>(buffers[0]);
  for (int64_t i = lo; i < hi; ++i)
    ++points[i];
}

TEST(KernelThreads, everyPointOnce) {
  for (unsigned count : {0u, 1u, 2u, 5u}) {
    KernelThreads threads(count);
    for (int64_t trip : {1, 2, 3, 7, 64, 1000}) {
      std::vector<int> points(trip + 1, 0);
      void *buffers[] = {points.data()};
      threads.get()->parallel_for(threads.get()->user, trip, countPoints,
                                  buffers);
      points.pop_back();
      EXPECT_EQ(points, std::vector<int>(trip, 1))
          << count << " threads, " << trip << " points";
    }
  }
}

TEST(KernelThreads, manyShortGrids) {
  KernelThreads threads(3);
  std::vector<int> points(8, 0);
  void *buffers[] = {points.data()};
  for (int i = 0; i < 20000; ++i)
    threads.get()->parallel_for(threads.get()->user, 8, countPoints, buffers);
  EXPECT_EQ(points, std::vector<int>(8, 20000));
}
