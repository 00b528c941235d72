//===- LoopNestTest.cpp - Counts of small nests, computed by hand ---------===//
#include "lib/CostModel/LoopNest.h"
#include <gtest/gtest.h>

using namespace tern;

namespace {

/// acc[m, n] += a[m, k] * w[n, k]: data spaces w, a, acc.
LoopNest matmul(std::vector<NestLevel> levels) {
  enum { M, N, K };
  LoopNest nest;
  nest.numDims = 3;
  nest.spaces = {{"w", {{{N, 1}}, {{K, 1}}}},
                 {"a", {{{M, 1}}, {{K, 1}}}},
                 {"acc", {{{M, 1}}, {{N, 1}}}, true}};
  nest.levels = std::move(levels);
  return nest;
}
constexpr unsigned m = 0, n = 1, k = 2, w = 0, a = 1, acc = 2;
const std::vector<bool> all = {true, true, true};

void expect(const AccessCounts &counts, int64_t tile, int64_t reads,
            int64_t fills, int64_t updates) {
  EXPECT_EQ(counts.tile, tile);
  EXPECT_EQ(counts.reads, reads);
  EXPECT_EQ(counts.fills, fills);
  EXPECT_EQ(counts.updates, updates);
}

TEST(LoopNestTest, OneLevelServesEveryMultiplyAccumulate) {
  NestCounts counts = countAccesses(matmul({{{{m, 2}, {n, 3}, {k, 5}}, all}}));
  EXPECT_EQ(counts.macs, 30);
  EXPECT_EQ(counts.cycles, 30);
  expect(counts.accesses[0][w], 15, 30, 0, 0);
  expect(counts.accesses[0][a], 10, 30, 0, 0);
  // Each sum is written 5 times, and read before each but the first.
  expect(counts.accesses[0][acc], 6, 24, 0, 30);
}

TEST(LoopNestTest, ATileStaysWhileInnerLoopsDoNotMoveIt) {
  // Memory: for m, for n; buffer: for k.
  NestCounts counts =
      countAccesses(matmul({{{{k, 5}}, all}, {{{m, 2}, {n, 3}}, all}}));
  // Rows of a stay over n, those of w are fetched again for each m.
  expect(counts.accesses[0][a], 5, 30, 10, 0);
  expect(counts.accesses[0][w], 5, 30, 30, 0);
  expect(counts.accesses[1][a], 10, 10, 0, 0);
  expect(counts.accesses[1][w], 15, 30, 0, 0);
  // A sum is whole when it leaves: no partial one ever comes back.
  expect(counts.accesses[0][acc], 1, 24, 0, 30);
  expect(counts.accesses[1][acc], 6, 0, 0, 6);
}

TEST(LoopNestTest, PartialSumsComeBackButForTheFirstTime) {
  // k runs outside of m and n: every sum leaves and comes back.
  NestCounts counts =
      countAccesses(matmul({{{}, all}, {{{k, 5}, {m, 2}, {n, 3}}, all}}));
  expect(counts.accesses[1][acc], 6, 24, 0, 30);
  expect(counts.accesses[0][acc], 1, 24, 24, 30);
}

TEST(LoopNestTest, SpatialLoopsShareReadsAndAddSums) {
  // Three columns of n share a; five rows of k add up on the way out.
  NestCounts counts = countAccesses(
      matmul({{{}, all}, {{{m, 2}, {n, 3, true}, {k, 5, true}}, all}}));
  EXPECT_EQ(counts.macs, 30);
  EXPECT_EQ(counts.cycles, 2);
  EXPECT_EQ(counts.instances[0], 15);
  EXPECT_EQ(counts.instances[1], 1);
  expect(counts.accesses[1][a], 10, 10, 0, 0);
  expect(counts.accesses[0][a], 1, 2, 2, 0);
  // Weights stay where they are over m.
  expect(counts.accesses[1][w], 15, 15, 0, 0);
  expect(counts.accesses[0][w], 1, 2, 1, 0);
  expect(counts.accesses[1][acc], 6, 0, 0, 6);
}

TEST(LoopNestTest, WithoutMulticastEveryInstanceReadsForItself) {
  LoopNest nest = matmul({{{}, all}, {{{m, 2}, {n, 3, true}}, all, false}});
  NestCounts counts = countAccesses(nest);
  expect(counts.accesses[1][a], 2, 6, 0, 0);
  expect(counts.accesses[1][w], 3, 3, 0, 0);
  expect(counts.accesses[1][acc], 6, 0, 0, 6);
}

TEST(LoopNestTest, WhatALevelPassesByComesFromTheNextOneOut) {
  NestCounts counts = countAccesses(
      matmul({{{{k, 5}}, {true, false, true}}, {{{m, 2}, {n, 3}}, all}}));
  expect(counts.accesses[0][a], 0, 0, 0, 0);
  expect(counts.accesses[1][a], 10, 30, 0, 0);
}

/// One row of a convolution: out[q] += in[stride q + dilation s] * f[s].
LoopNest row(int64_t stride, int64_t dilation, std::vector<NestLevel> levels) {
  LoopNest nest;
  nest.numDims = 3;
  nest.spaces = {{"f", {{{1, 1}}}},
                 {"in", {{{0, stride}, {1, dilation}}}},
                 {"out", {{{0, 1}}}, true}};
  nest.levels = std::move(levels);
  return nest;
}
constexpr unsigned q = 0, s = 1, c = 2;

TEST(LoopNestTest, NeighbouringWindowsShareTheirHalo) {
  // Windows of 4 results by 3 taps: 6 inputs, of which 2 are the next one's.
  NestCounts counts =
      countAccesses(row(1, 1, {{{{q, 4}, {s, 3}}, all}, {{{q, 5}}, all}}));
  expect(counts.accesses[0][1], 6, 60, 6 + 4 * 4, 0);
  expect(counts.accesses[1][1], 22, 22, 0, 0);
  // Stride 2: 9 inputs, 1 of them shared.
  counts = countAccesses(row(2, 1, {{{{q, 4}, {s, 3}}, all}, {{{q, 5}}, all}}));
  expect(counts.accesses[0][1], 9, 60, 9 + 4 * 8, 0);
  // Dilation 2: 8 inputs, 4 of them shared.
  counts = countAccesses(row(1, 2, {{{{q, 4}, {s, 3}}, all}, {{{q, 5}}, all}}));
  expect(counts.accesses[0][1], 8, 60, 8 + 4 * 4, 0);
  // Strides beyond the taps share nothing.
  counts = countAccesses(row(5, 1, {{{{q, 1}, {s, 3}}, all}, {{{q, 5}}, all}}));
  expect(counts.accesses[0][1], 3, 15, 15, 0);
}

TEST(LoopNestTest, TheHaloIsLostWhereAnotherLoopRunsInBetween) {
  NestCounts counts = countAccesses(
      row(1, 1, {{{{q, 4}, {s, 3}}, all}, {{{q, 5}, {c, 2}}, all}}));
  expect(counts.accesses[0][1], 6, 120, 30, 0);
}

TEST(LoopNestTest, AStepPassesWhatSpatialLoopsSpread) {
  // Each of two instances makes every other group of 4 results.
  NestCounts counts = countAccesses(
      row(1, 1, {{{{q, 4}, {s, 3}}, all}, {{{q, 5}, {q, 2, true}}, all}}));
  expect(counts.accesses[0][1], 6, 60, 30, 0);
}

TEST(LoopNestTest, EnergyIsAccessesTimesTheirCost) {
  AccessCounts counts;
  counts.reads = 9;
  counts.fills = 4;
  counts.updates = 1;
  AccessCost cost;
  cost.readPj = 10;
  cost.writePj = 3;
  cost.instances = 8;
  EXPECT_DOUBLE_EQ(accessEnergy(counts, 2, cost), 2 * (9 * 10 + 5 * 3));
  // A part of a vector costs what a whole one does.
  cost.wordsPerAccess = 4;
  EXPECT_DOUBLE_EQ(accessEnergy(counts, 2, cost), 2 * (3 * 10 + 2 * 3));
  // Eight instances in clusters of four: two accesses serve all.
  cost.cluster = 4;
  EXPECT_DOUBLE_EQ(accessEnergy(counts, 8, cost), 2 * (3 * 10 + 2 * 3));
}

} // namespace
