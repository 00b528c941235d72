//===- FpgaTest.cpp - Resources of stages against the vendor's shapes -----===//
#include "lib/CostModel/Fpga.h"
#include <gtest/gtest.h>

using namespace tern;

namespace {
FpgaParts zynq() {
  FpgaParts part;
  part.lut = 53200, part.ff = 106400, part.bram18 = 280, part.dsp = 220;
  return part;
}

TEST(Fpga, BlocksOfMemoryFollowTheirShapes) {
  EXPECT_EQ(bram18For(36, 512), 1);
  EXPECT_EQ(bram18For(37, 512), 2);
  EXPECT_EQ(bram18For(36, 513), 2);
  EXPECT_EQ(bram18For(18, 1024), 1);
  EXPECT_EQ(bram18For(1, 16384), 1);
  EXPECT_EQ(bram18For(8, 2048), 1);
  EXPECT_EQ(bram18For(9, 2049), 2);
  EXPECT_EQ(uramFor(72, 4096), 1);
  EXPECT_EQ(uramFor(73, 4097), 4);
}

TEST(Fpga, ConstantsNeverGoWhereNothingCanBeInitialised) {
  FpgaParts part = zynq();
  part.uram = 96;
  for (int64_t depth : {1, 64, 4096, 100000})
    for (int64_t width : {1, 8, 72, 512})
      EXPECT_NE(chooseMemory(width, depth, true, part), MemoryKind::Uram);
  // Deep and wide contents may: URAM is the smallest share there.
  EXPECT_EQ(chooseMemory(72, 65536, false, part), MemoryKind::Uram);
  // A part without URAM is never given any.
  EXPECT_NE(chooseMemory(72, 65536, false, zynq()), MemoryKind::Uram);
}

TEST(Fpga, CyclesAreVectorsTimesFolds) {
  MatrixVectorUnit unit;
  unit.rows = 64, unit.columns = 784, unit.vectors = 1;
  EXPECT_EQ(unit.getCycles(), 64 * 784);
  unit.pe = 16, unit.simd = 49;
  EXPECT_EQ(unit.getCycles(), 4 * 16);
  unit.vectors = 100;
  EXPECT_EQ(unit.getCycles(), 100 * 4 * 16);
}

TEST(Fpga, ProductsCostWhatFinnRSays) {
  // LUTs for each of 32 products of W2 x A8: 56.9 by the paper's formula.
  MatrixVectorUnit unit;
  unit.rows = 1, unit.columns = 32, unit.simd = 32;
  unit.weightBits = 2, unit.inputBits = 8, unit.sumBits = 0;
  MatrixVectorUnit idle = unit;
  idle.simd = 0, idle.columns = 1, idle.inputBits = 0, idle.weightBits = 0;
  double lut = resourcesOf(unit, zynq()).lut;
  // 300 of control, one LUTRAM of the vector and one of the weights.
  EXPECT_NEAR((lut - 300 - 32 * 8 - 32 * 2) / 32, 56.9, 2.5);
  EXPECT_EQ(resourcesOf(unit, zynq()).dsp, 0);
}

TEST(Fpga, WideProductsAreMultipliers) {
  MatrixVectorUnit unit;
  unit.rows = 16, unit.columns = 64, unit.pe = 4, unit.simd = 8;
  unit.weightBits = 8, unit.inputBits = 8;
  EXPECT_EQ(resourcesOf(unit, zynq()).dsp, 32);
}

TEST(Fpga, TheResourceThatIsExceededIsNamed) {
  FpgaResources used;
  used.bram18 = 200;
  EXPECT_EQ(exceeded(used, zynq(), 0.7), "BRAM18");
  used.bram18 = 190;
  EXPECT_EQ(exceeded(used, zynq(), 0.7), "");
  used.uram = 1; // the part has none
  EXPECT_EQ(exceeded(used, zynq(), 0.7), "URAM");
}

} // namespace
