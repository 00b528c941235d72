//===- StatisticsTest.cpp - Histograms, and statistics as a file ----------===//
#include "lib/Calibration/Statistics.h"
#include "gtest/gtest.h"

using namespace tern::calib;

TEST(Statistics, AHistogramGrowsAndKeepsItsCounts) {
  Histogram histogram;
  histogram.add(0);
  histogram.add(0.75);
  EXPECT_EQ(histogram.limit, 1);
  EXPECT_EQ(histogram.counts[Histogram::bins * 3 / 4], 1);
  histogram.add(2.5);
  EXPECT_EQ(histogram.limit, 4);
  EXPECT_EQ(histogram.counts[Histogram::bins * 3 / 16], 1);
  EXPECT_EQ(histogram.counts[Histogram::bins * 10 / 16], 1);
  EXPECT_EQ(histogram.counts[0], 1);
}

TEST(Statistics, ARareOutlierIsClippedByFewLevelsOnly) {
  Histogram histogram;
  for (int i = 0; i < 100000; ++i)
    histogram.add(double(i % 1000) / 1000);
  histogram.add(3.9);
  EXPECT_LT(histogram.bestClip(7), 1.5);
  EXPECT_GT(histogram.bestClip(1000), 2);
  EXPECT_EQ(Histogram().bestClip(255), 0);
}

static Statistics example() {
  Statistics statistics;
  statistics.samples = 2;
  LayerStatistics &layer = statistics.layers["conv1"];
  layer.depth = 2;
  layer.rows = 4;
  layer.min = -1.5;
  layer.max = 3;
  layer.squares = {1, 8};
  layer.magnitudes.add(3);
  return statistics;
}

static std::string written() {
  std::string text;
  llvm::raw_string_ostream os(text);
  writeJson(example(), os);
  return text;
}

TEST(Statistics, WhatIsWrittenIsRead) {
  auto read = readJson(written());
  ASSERT_TRUE(bool(read));
  const LayerStatistics &layer = read->layers.at("conv1");
  EXPECT_EQ(read->samples, 2);
  EXPECT_EQ(layer.min, -1.5);
  EXPECT_EQ(layer.absmax(), 3);
  EXPECT_EQ(layer.meanSquares(0), (std::vector<double>{0.25, 2}));
  EXPECT_EQ(layer.magnitudes.limit, 4);
}

/// The error for the example with `from` replaced by `to`.
static std::string problem(llvm::StringRef from, llvm::StringRef to) {
  std::string text = written();
  size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos);
  text.replace(at, from.size(), to);
  auto read = readJson(text);
  return read ? "" : llvm::toString(read.takeError());
}

TEST(Statistics, MistakesAreSaid) {
  EXPECT_EQ(problem("\"version\":1", "\"version\":7"),
            "expected version 1, but got 7 in the file");
  EXPECT_EQ(problem("\"rows\":4", "\"rows\":-4"),
            "expected an integer 'rows' of at least 0 in layer 0");
  EXPECT_EQ(problem("\"squares\":[1,8]", "\"squares\":[1]"),
            "expected 2 numbers of at least 0 in 'squares' in layer 0");
  EXPECT_EQ(problem("\"min\":-1.5", "\"least\":-1.5"),
            "expected no member 'least' in layer 0");
  EXPECT_EQ(problem("\"min\":-1.5", "\"min\":1"),
            "expected a range from 'min' to 'max' with 0 in it in layer 0");
  EXPECT_NE(problem("{", "["), "");
}
