//===- QuantizeSpecTest.cpp - The formats that users write ----------------===//
#include "lib/Calibration/QuantizeSpec.h"
#include "lib/Calibration/QuantizeWeights.h"
#include "gtest/gtest.h"

using namespace tern;
using namespace tern::calib;

static LayerSpec parsed(llvm::StringRef text) {
  auto spec = parseLayerSpec(text);
  if (spec)
    return *spec;
  ADD_FAILURE() << llvm::toString(spec.takeError());
  return {};
}

TEST(QuantizeSpec, Formats) {
  LayerSpec spec = parsed("w4a8dg32");
  EXPECT_EQ(spec.weightBits, 4u);
  EXPECT_EQ(spec.inputBits, 8u);
  EXPECT_TRUE(spec.isDynamic);
  EXPECT_EQ(spec.group, 32);
  EXPECT_EQ(parsed("w8").inputBits, 0u);
  EXPECT_EQ(parsed("w4a16g32").inputBits, 0u);
  EXPECT_TRUE(parsed("ternary").isTernary);
  EXPECT_EQ(parsed("ternary").inputBits, 8u);
  EXPECT_EQ(parsed("ternarya16").inputBits, 0u);
  EXPECT_TRUE(parsed("float").isFloat);
}

TEST(QuantizeSpec, Rules) {
  calib::RoundingRule rule = parsed("w2a8").rule();
  EXPECT_EQ(rule.low, -2);
  EXPECT_EQ(rule.high, 1);
  rule = parsed("ternary").rule();
  EXPECT_EQ(rule.low, -1);
  EXPECT_TRUE(rule.absmean);
}

TEST(QuantizeSpec, Mistakes) {
  for (llvm::StringRef text : {"", "w", "w1a8", "w9a8", "w8a9", "w8a", "w8a8x",
                               "w8a16d", "w4g", "w4g1", "ternaryy", "a8"}) {
    auto spec = parseLayerSpec(text);
    EXPECT_FALSE(bool(spec)) << text.str();
    llvm::consumeError(spec.takeError());
  }
}

TEST(QuantizeSpec, LayersOfTheirOwn) {
  auto spec = parseQuantizeSpec("w4a8,conv1=w8a8,block/0=x=float");
  ASSERT_TRUE(bool(spec));
  EXPECT_EQ(spec->of("conv1").weightBits, 8u);
  EXPECT_TRUE(spec->of("block/0=x").isFloat);
  EXPECT_EQ(spec->of("other").weightBits, 4u);
  for (llvm::StringRef text :
       {"w4a8,conv1", "w4a8,=w8", "w4a8,a=w8,a=w8", "w4a8,a=w99"}) {
    auto bad = parseQuantizeSpec(text);
    EXPECT_FALSE(bool(bad)) << text.str();
    llvm::consumeError(bad.takeError());
  }
}

namespace {
/// Inputs evenly from `low` to `high`.
calib::LayerStatistics evenly(double low, double high) {
  calib::LayerStatistics statistics;
  for (int i = 0; i <= 1000; ++i) {
    double value = low + (high - low) * i / 1000;
    statistics.min = std::min(statistics.min, value);
    statistics.max = std::max(statistics.max, value);
    statistics.magnitudes.add(std::abs(value));
  }
  return statistics;
}
} // namespace

TEST(QuantizeSpec, InputsThatAreNeverNegativeAreUnsigned) {
  mlir::MLIRContext context;
  context.loadDialect<ir::TernDialect>();
  InputScaling scaling = scaleInputs(evenly(0, 2), 8, &context);
  EXPECT_EQ(scaling.code.getName(), "uint8");
  EXPECT_NEAR(scaling.scale, 2.0 / 255, 1e-4);
  EXPECT_EQ(scaling.zero, 0);
}

TEST(QuantizeSpec, OthersAreSignedWithAZeroPoint) {
  mlir::MLIRContext context;
  context.loadDialect<ir::TernDialect>();
  InputScaling scaling = scaleInputs(evenly(-1, 3), 8, &context);
  EXPECT_EQ(scaling.code.getName(), "int8");
  EXPECT_NEAR(scaling.scale, 4.0 / 255, 2e-4);
  EXPECT_EQ(scaling.zero, -64);
  scaling = scaleInputs(evenly(0, 0), 8, &context);
  EXPECT_EQ(scaling.scale, 1);
}
