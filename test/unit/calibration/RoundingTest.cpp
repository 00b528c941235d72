//===- RoundingTest.cpp - Codes, masks, and what makes up for errors ------===//
#include "lib/Calibration/Rounding.h"
#include "lib/Methods/Sparsity.h"
#include "gtest/gtest.h"
#include <cmath>
#include <random>

using namespace tern::calib;

static RoundingRule bits(int64_t count, int64_t group = 0) {
  int64_t high = (int64_t(1) << (count - 1)) - 1;
  return {-high - 1, high, group, false};
}

TEST(Rounding, NearestTiesToEvenAndClips) {
  EXPECT_EQ(nearestCode(0.5f, 1, bits(4)), 0);
  EXPECT_EQ(nearestCode(1.5f, 1, bits(4)), 2);
  EXPECT_EQ(nearestCode(100, 1, bits(4)), 7);
  EXPECT_EQ(nearestCode(-100, 1, bits(4)), -8);
}

TEST(Rounding, WholeMultiplesAreExact) {
  std::vector<float> weights;
  for (int code = -7; code <= 7; ++code)
    weights.push_back(static_cast<float>(code) * 0.25f);
  Rounded rounded;
  roundRow(weights, {}, bits(4), rounded);
  ASSERT_EQ(rounded.scales.size(), 1u);
  EXPECT_EQ(rounded.scales[0], 0.25f);
  for (int i = 0; i < 15; ++i)
    EXPECT_EQ(rounded.codes[i], i - 7);
}

TEST(Rounding, ZerosHaveAScale) {
  Rounded rounded;
  roundRow(std::vector<float>(4, 0), {}, bits(8), rounded);
  EXPECT_EQ(rounded.scales[0], 1.0f);
  EXPECT_EQ(rounded.codes, std::vector<int8_t>(4, 0));
}

TEST(Rounding, AnOutlierThatIsNeverReadIsClipped) {
  std::vector<float> weights = {0.1f, -0.1f, 0.08f, 1};
  std::vector<double> importance = {1, 1, 1, 0};
  Rounded rounded;
  roundRow(weights, importance, bits(4), rounded);
  std::vector<double> all = {1, 1, 1, 1};
  Rounded with;
  roundRow(weights, all, bits(4), with);
  EXPECT_LT(rounded.scales[0], with.scales[0]);
}

TEST(Rounding, GroupsHaveTheirOwnScales) {
  Rounded rounded;
  roundRow({1, 2, 3, 7, 0.1f, 0.7f}, {}, bits(4, 4), rounded);
  ASSERT_EQ(rounded.scales.size(), 2u);
  EXPECT_EQ(rounded.codes, (std::vector<int8_t>{1, 2, 3, 7, 1, 7}));
}

TEST(Rounding, TernaryFromTheMeanMagnitude) {
  // Mean magnitude 1: 0.4 becomes 0, the others +-1 of scale 3.6 / 3.
  RoundingRule ternary{-1, 1, 0, true};
  Rounded rounded;
  roundRow({1.2f, -1.3f, 0.4f, 1.1f}, {}, ternary, rounded);
  EXPECT_EQ(rounded.codes, (std::vector<int8_t>{1, -1, 0, 1}));
  EXPECT_NEAR(rounded.scales[0], 3.6 / 3, 1e-6);
}

TEST(Rounding, FactorOfAMatrixByHand) {
  // H = [[5, 2], [2, 1]], its inverse [[1, -2], [-2, 5]] = U^T U.
  auto factor = inverseFactor({5, 2, 2, 1}, 2, 0);
  ASSERT_TRUE(factor);
  std::vector<double> expected = {1, -2, 0, 1};
  for (int i = 0; i < 4; ++i)
    EXPECT_NEAR((*factor)[i], expected[i], 1e-12);
  EXPECT_FALSE(inverseFactor({1, 2, 2, 1}, 2, 0));
}

TEST(Rounding, InputsThatWereAlwaysZeroDoNotHurt) {
  auto factor = inverseFactor({4, 0, 0, 0}, 2, 0);
  ASSERT_TRUE(factor);
  EXPECT_NEAR((*factor)[0], 0.5, 1e-12);
  EXPECT_NEAR((*factor)[3], 1, 1e-12);
}

TEST(Rounding, CompensationByHand) {
  // Rounding 0.4 to 0 loses 0.4 x0; with U above, w1 moves by +0.4 * 2.
  std::vector<double> row = {0.4, 1};
  compensate(row, {1, -2, 0, 1}, [](int64_t k, llvm::ArrayRef<double> now) {
    return k == 0 ? 0 : now[k];
  });
  EXPECT_NEAR(row[0], 0, 1e-12);
  EXPECT_NEAR(row[1], 1.8, 1e-12);
}

namespace {
/// Correlated inputs, their X^T X, and the error of a changed row on them.
struct Samples {
  static constexpr int64_t k = 16, count = 64;
  std::vector<double> x, hessian = std::vector<double>(k * k, 0);

  explicit Samples(unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    for (int64_t i = 0; i < count; ++i) {
      double shared = normal(random);
      for (int64_t j = 0; j < k; ++j)
        x.push_back(shared + 0.5 * normal(random));
    }
    for (int64_t s = 0; s < count; ++s)
      for (int64_t i = 0; i < k; ++i)
        for (int64_t j = 0; j < k; ++j)
          hessian[i * k + j] += x[s * k + i] * x[s * k + j];
  }
  double error(const std::vector<double> &change) const {
    double sum = 0;
    for (int64_t s = 0; s < count; ++s) {
      double dot = 0;
      for (int64_t i = 0; i < k; ++i)
        dot += x[s * k + i] * change[i];
      sum += dot * dot;
    }
    return sum;
  }
};
} // namespace

static std::vector<float> randomRow(unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> row(Samples::k);
  for (float &weight : row)
    weight = normal(random);
  return row;
}

static double errorOf(const Samples &samples, const std::vector<float> &row,
                      const Rounded &rounded, int64_t group) {
  std::vector<double> change;
  for (size_t i = 0; i < row.size(); ++i)
    change.push_back(double(rounded.codes[i]) *
                         double(rounded.scales[group ? i / size_t(group) : 0]) -
                     double(row[i]));
  return samples.error(change);
}

TEST(Rounding, CompensatedCodesAreNoWorseOnTheSamples) {
  double sums[2] = {0, 0};
  for (unsigned seed = 1; seed <= 20; ++seed)
    for (int64_t width : {2, 3, 4})
      for (int64_t group : {0, 8}) {
        Samples samples(seed);
        std::vector<float> row = randomRow(seed + 100);
        auto factor = inverseFactor(samples.hessian, Samples::k);
        ASSERT_TRUE(factor);
        Rounded nearest, better;
        roundRow(row, {}, bits(width, group), nearest);
        roundRowCompensated(row, {}, {samples.hessian, *factor},
                            bits(width, group), better);
        double error = errorOf(samples, row, better, group);
        double plain = errorOf(samples, row, nearest, group);
        sums[0] += error;
        sums[1] += plain;
        EXPECT_LE(error, plain * (1 + 1e-12))
            << "seed " << seed << ", " << width << " bits, group " << group;
      }
  EXPECT_LT(sums[0], 0.7 * sums[1]);
}

TEST(Rounding, CompensationKeepsZeros) {
  Samples samples(3);
  std::vector<float> row = randomRow(5);
  for (size_t i = 0; i < row.size(); i += 2)
    row[i] = 0;
  Rounded rounded;
  auto factor = inverseFactor(samples.hessian, Samples::k);
  roundRowCompensated(row, {}, {samples.hessian, *factor}, bits(4), rounded);
  for (size_t i = 0; i < row.size(); i += 2)
    EXPECT_EQ(rounded.codes[i], 0);
}

TEST(Rounding, PruningKeepsTheGreatest) {
  std::vector<float> row = {1, -4, 3, 2, 5, 6, 7};
  pruneRow(row, {1, 4, 3, 2, 5, 6, 7}, 2, 4);
  EXPECT_EQ(row, (std::vector<float>{0, -4, 3, 0, 0, 6, 7}));
  std::vector<float> equal = {1, 1, 1};
  pruneRow(equal, {1, 1, 1}, 1, 3);
  EXPECT_EQ(equal, (std::vector<float>{1, 0, 0}));
}

TEST(Rounding, CompensatedPruningObeysAndIsNoWorse) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    Samples samples(seed);
    std::vector<float> row = randomRow(seed + 50), plain = row, better = row;
    std::vector<double> scores;
    for (float weight : row)
      scores.push_back(std::abs(weight));
    pruneRow(plain, scores, 2, 4);
    auto factor = inverseFactor(samples.hessian, Samples::k);
    pruneRowCompensated(better, scores, {samples.hessian, *factor}, 2, 4);
    auto isZero = [&](int64_t, int64_t k) { return better[k] == 0; };
    EXPECT_TRUE(tern::obeysNm(isZero, 1, Samples::k, 2, 4));
    auto error = [&](const std::vector<float> &pruned) {
      std::vector<double> change;
      for (size_t i = 0; i < row.size(); ++i)
        change.push_back(double(pruned[i]) - double(row[i]));
      return samples.error(change);
    };
    EXPECT_LE(error(better), error(plain)) << "seed " << seed;
  }
}
