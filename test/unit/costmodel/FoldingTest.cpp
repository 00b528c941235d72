//===- FoldingTest.cpp - The search for foldings --------------------------===//
#include "lib/CostModel/Folding.h"
#include <gtest/gtest.h>

using namespace tern;

namespace {
FpgaParts partOf(unsigned scale) {
  FpgaParts part;
  part.lut = 2000 * scale, part.ff = 4000 * scale, part.bram18 = 10 * scale;
  part.dsp = 8 * scale;
  return part;
}

FoldedLayer layerOf(std::string name, int64_t rows, int64_t columns,
                    int64_t vectors = 1) {
  FoldedLayer layer;
  layer.name = name;
  layer.unit.rows = rows, layer.unit.columns = columns;
  layer.unit.vectors = vectors;
  layer.unit.weightBits = 2, layer.unit.inputBits = 4, layer.unit.sumBits = 16;
  return layer;
}

int64_t slowest(const std::vector<FoldedLayer> &layers) {
  int64_t most = 0;
  for (const FoldedLayer &layer : layers)
    most = std::max(most, layer.getCycles());
  return most;
}

TEST(Folding, DividesAndFits) {
  for (unsigned scale : {2, 5, 20, 100}) {
    std::vector<FoldedLayer> layers = {
        layerOf("a", 64, 784), layerOf("b", 64, 64), layerOf("c", 10, 64)};
    FpgaParts part = partOf(scale);
    ASSERT_FALSE(chooseFolding(layers, 1, part));
    FpgaResources total;
    for (const FoldedLayer &layer : layers) {
      EXPECT_EQ(layer.unit.rows % layer.unit.pe, 0);
      EXPECT_EQ(layer.unit.columns % layer.unit.simd, 0);
      EXPECT_LE(layer.unit.simd * layer.unit.weightBits, 64);
      total += layer.getResources(part);
    }
    EXPECT_EQ(exceeded(total, part, fillable), "");
  }
}

TEST(Folding, ALargerPartIsNeverSlower) {
  int64_t before = INT64_MAX;
  for (unsigned scale : {2, 4, 8, 16, 32, 64}) {
    std::vector<FoldedLayer> layers = {layerOf("a", 64, 784),
                                       layerOf("b", 64, 64)};
    ASSERT_FALSE(chooseFolding(layers, 1, partOf(scale)));
    EXPECT_LE(slowest(layers), before);
    before = slowest(layers);
  }
}

TEST(Folding, NothingIsFasterThanThePortsNeed) {
  std::vector<FoldedLayer> layers = {layerOf("a", 64, 784),
                                     layerOf("b", 64, 64)};
  ASSERT_FALSE(chooseFolding(layers, 784, partOf(1000)));
  EXPECT_LE(slowest(layers), 784);
  // The small layer is as slow as it may be: 64 * 64 = 4096 needs a factor 6.
  EXPECT_LE(layers[1].unit.pe * layers[1].unit.simd, 8);
}

TEST(Folding, AWindowLimitsAProduct) {
  FoldedLayer layer = layerOf("conv", 16, 9, 64);
  layer.hasWindow = true;
  layer.channels = 1, layer.taps = 9, layer.positions = 64;
  layer.inputElements = 100, layer.bufferElements = 30;
  std::vector<FoldedLayer> layers = {layer};
  ASSERT_FALSE(chooseFolding(layers, 1, partOf(1000)));
  // One channel, one word a cycle: 64 * 9 out and 100 in.
  EXPECT_EQ(layers[0].getCycles(), 64 * 9 + 100);
}

TEST(Folding, WhatDoesNotFitIsNamed) {
  std::vector<FoldedLayer> layers = {layerOf("small", 8, 8),
                                     layerOf("huge", 4096, 4096)};
  auto error = chooseFolding(layers, 1, partOf(2));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->layer, "huge");
  EXPECT_GT(error->needed, error->available);
}

} // namespace
