//===- ArenaTest.cpp - Places of buffers ----------------------------------===//
#include "passes/Lowering/Arena.h"
#include <algorithm>
#include <gtest/gtest.h>
#include <random>

using namespace tern::lowering;

namespace {

/// The most bytes that are alive in one step, each buffer in whole lines: no
/// arena is smaller.
int64_t lowerBound(const std::vector<Lifetime> &buffers) {
  int64_t most = 0;
  for (const Lifetime &at : buffers) {
    int64_t sum = 0;
    for (const Lifetime &each : buffers)
      if (each.first <= at.first && at.first <= each.last)
        sum +=
            (each.bytes + arenaAlignment - 1) / arenaAlignment * arenaAlignment;
    most = std::max(most, sum);
  }
  return most;
}

void expectValid(const std::vector<Lifetime> &buffers, const Arena &arena) {
  ASSERT_EQ(arena.offsets.size(), buffers.size());
  for (size_t i = 0; i < buffers.size(); ++i) {
    EXPECT_GE(arena.offsets[i], 0);
    EXPECT_EQ(arena.offsets[i] % arenaAlignment, 0);
    EXPECT_LE(arena.offsets[i] + buffers[i].bytes, arena.bytes);
    for (size_t j = 0; j < i; ++j) {
      bool together = buffers[i].first <= buffers[j].last &&
                      buffers[j].first <= buffers[i].last;
      bool overlap = arena.offsets[i] < arena.offsets[j] + buffers[j].bytes &&
                     arena.offsets[j] < arena.offsets[i] + buffers[i].bytes;
      EXPECT_FALSE(together && overlap) << i << " and " << j;
    }
  }
}

TEST(ArenaTest, NothingNeedsNothing) { EXPECT_EQ(planArena({}).bytes, 0); }

TEST(ArenaTest, ALifetimeIncludesItsLastStep) {
  // The second is written in the step that reads the first.
  std::vector<Lifetime> buffers = {{0, 1, 64}, {1, 2, 64}, {2, 3, 64}};
  Arena arena = planArena(buffers);
  expectValid(buffers, arena);
  EXPECT_EQ(arena.bytes, 128);
}

TEST(ArenaTest, BuffersThatNeverMeetShare) {
  std::vector<Lifetime> buffers = {{0, 1, 100}, {2, 3, 128}, {4, 5, 1}};
  Arena arena = planArena(buffers);
  expectValid(buffers, arena);
  EXPECT_EQ(arena.bytes, 128);
}

TEST(ArenaTest, AGapIsFilled) {
  // The two large ones meet; the small one meets only the upper one, and fits
  // where the lower one was.
  std::vector<Lifetime> buffers = {{0, 1, 256}, {1, 3, 128}, {2, 3, 64}};
  Arena arena = planArena(buffers);
  expectValid(buffers, arena);
  EXPECT_EQ(arena.bytes, 384);
}

TEST(ArenaTest, NoOverlapAndNearTheLowerBound) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<Lifetime> buffers(1 + random() % 40);
    for (Lifetime &each : buffers) {
      each.first = random() % 30;
      each.last = each.first + random() % 6;
      each.bytes = random() % 5000;
    }
    Arena arena = planArena(buffers);
    expectValid(buffers, arena);
    EXPECT_GE(arena.bytes, lowerBound(buffers));
    EXPECT_LE(arena.bytes, 2 * lowerBound(buffers));
  }
}

} // namespace
