//===- RooflineTest.cpp - Predicted times ---------------------------------===//
#include "lib/CostModel/Roofline.h"
#include <gtest/gtest.h>

using namespace tern;

namespace {

Figure figure(double value, Confidence confidence = Confidence::Vendor,
              double uncertainty = 0) {
  return {value, "test", confidence, uncertainty};
}

/// 1 GHz, two cores, 32 int8 and 4 f32 operations per cycle and core; a cache
/// of 1000 bytes at 100 GB/s before a memory at 10 GB/s.
class RooflineTest : public testing::Test {
protected:
  RooflineTest() {
    machine.clock = figure(1e9, Confidence::Measured, 0.3);
    machine.cores = 2;
    machine.compute = {
        {Precision::Int8, Precision::Int8, figure(32, Confidence::Paper, 0.4)},
        {Precision::F32, Precision::F32, figure(4)}};
    machine.memory = {{"cache", figure(1000), figure(5e10), figure(1e11)},
                      {"memory", figure(1e9), figure(5e9),
                       figure(1e10, Confidence::Guess, 0.5)}};
    machine.launch = figure(1e-9);
  }
  Machine machine;
};

TEST_F(RooflineTest, ComputeIsOpsOverTheRateOfAllCores) {
  Work work;
  work.macs = 64000;
  work.lhs = work.rhs = Precision::Int8;
  work.scalarOps = 8000;
  Prediction result = predict(work, machine);
  // 64000 / 32 + 8000 / 4 cycles on two cores of 1 GHz.
  EXPECT_DOUBLE_EQ(result.compute, 2e-6);
  EXPECT_EQ(result.bound, Bound::Compute);
  EXPECT_DOUBLE_EQ(result.seconds(), 2e-6 + 1e-9);
  // It rests on the paper's rate and the measured clock: the weaker counts.
  EXPECT_EQ(result.confidence, Confidence::Paper);
  EXPECT_DOUBLE_EQ(result.uncertainty, 0.5);
}

TEST_F(RooflineTest, MemoryIsTheLevelThatHoldsEverything) {
  Work work;
  work.weightBytes = 500;
  work.inputBytes = 300;
  work.outputBytes = 200;
  Prediction fits = predict(work, machine);
  EXPECT_EQ(fits.level, "cache");
  EXPECT_DOUBLE_EQ(fits.memory, 1e-8);
  work.outputBytes = 201;
  Prediction spills = predict(work, machine);
  EXPECT_EQ(spills.level, "memory");
  EXPECT_DOUBLE_EQ(spills.memory, 1001 / 1e10);
  EXPECT_EQ(spills.bound, Bound::Memory);
  EXPECT_EQ(spills.confidence, Confidence::Guess);
  EXPECT_DOUBLE_EQ(spills.uncertainty, 0.5);
}

TEST_F(RooflineTest, NothingToDoIsTheLaunch) {
  Prediction result = predict(Work(), machine);
  EXPECT_EQ(result.bound, Bound::Launch);
  EXPECT_DOUBLE_EQ(result.seconds(), 1e-9);
}

TEST_F(RooflineTest, NarrowPairsRunOnTheNarrowestUnitThatHoldsThem) {
  EXPECT_EQ(machine.macsPerCycle(Precision::Int8, Precision::Int8).value, 32);
  EXPECT_EQ(machine.macsPerCycle(Precision::F16, Precision::F32).value, 4);
}

TEST_F(RooflineTest, MoreWorkNeverTakesLess) {
  double last = 0;
  for (double bytes = 1; bytes < 1e8; bytes *= 3) {
    Work work;
    work.inputBytes = bytes;
    double now = predict(work, machine).seconds();
    EXPECT_GE(now, last) << bytes;
    last = now;
  }
}

} // namespace
