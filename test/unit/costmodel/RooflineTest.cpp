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

TEST_F(RooflineTest, FewBlocksLeaveCoresAndTheirBandwidthIdle) {
  Work work;
  work.macs = 64000;
  work.lhs = work.rhs = Precision::Int8;
  work.weightBytes = 2000;
  work.product = Product();
  work.product->n = work.product->c = 1;
  work.product->axes = {{1}};
  work.kernel.blocks = 1;
  Movement movement;
  movement.levels.resize(2);
  movement.levels[1][0].read = 2000;
  Prediction one = predict(work, movement, machine);
  EXPECT_DOUBLE_EQ(one.compute, 2e-6);
  EXPECT_DOUBLE_EQ(one.levels[1], 2000 / 5e9);
  work.kernel.blocks = 2;
  Prediction all = predict(work, movement, machine);
  EXPECT_DOUBLE_EQ(all.compute, 1e-6);
  EXPECT_DOUBLE_EQ(all.levels[1], 2000 / 1e10);
  // A thread does one operation in a cycle.
  work.kernel.threads = 8;
  EXPECT_DOUBLE_EQ(predict(work, movement, machine).compute, 8e-6);
}

TEST_F(RooflineTest, KernelsDoMoreAndLessThanTheirProducts) {
  Work work;
  work.macs = 64000;
  work.lhs = work.rhs = Precision::Int8;
  work.kernel.padding = 1.5;
  work.kernel.macsPerOperation = 4;
  EXPECT_DOUBLE_EQ(predict(work, machine).compute, 1e-6 * 1.5 / 4);
  work.kernelOps = 8000;
  EXPECT_DOUBLE_EQ(predict(work, machine).compute, 1e-6 * 1.5 / 4 + 1e-6);
}

TEST_F(RooflineTest, AStageTakesItsCycles) {
  Prediction stage = predictStage(5000, machine);
  EXPECT_DOUBLE_EQ(stage.seconds(), 5e-6);
  EXPECT_EQ(stage.bound, Bound::Compute);
  EXPECT_EQ(stage.resource, "folding");
  EXPECT_EQ(stage.levels.size(), 2u);
}

} // namespace
