//===- Rounding.cpp - Weights as codes and scales -------------------------===//
#include "lib/Calibration/Rounding.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>

using namespace tern::calib;
using llvm::ArrayRef;

int64_t tern::calib::nearestCode(float weight, float scale,
                                 const RoundingRule &rule) {
  double code = std::nearbyint(double(weight) / double(scale));
  return static_cast<int64_t>(
      std::clamp(code, double(rule.low), double(rule.high)));
}

namespace {
/// The weighted squared error of a scale, and the best scale for its codes.
struct Fit {
  double error = 0, scale = 0;
};
} // namespace

static Fit fitScale(ArrayRef<float> weights, ArrayRef<double> importance,
                    float scale, const RoundingRule &rule) {
  double error = 0, dot = 0, norm = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    double worth = importance.empty() ? 1 : importance[i];
    auto code = double(nearestCode(weights[i], scale, rule));
    double miss = double(weights[i]) - code * double(scale);
    error += worth * miss * miss;
    dot += worth * code * double(weights[i]);
    norm += worth * code * code;
  }
  return {error, norm > 0 ? dot / norm : double(scale)};
}

static bool isScale(float scale) { return scale > 0 && std::isfinite(scale); }

/// The mean magnitude, then the best scale for the codes that it gives.
static float absmeanScale(ArrayRef<float> weights, ArrayRef<double> importance,
                          const RoundingRule &rule) {
  double sum = 0;
  for (float weight : weights)
    sum += std::abs(double(weight));
  auto mean = static_cast<float>(sum / double(weights.size()));
  return isScale(mean) ? mean : 1.0f;
}

float tern::calib::chooseScale(ArrayRef<float> weights,
                               ArrayRef<double> importance,
                               const RoundingRule &rule) {
  if (rule.absmean)
    return absmeanScale(weights, importance, rule);
  float greatest = 0;
  for (float weight : weights)
    greatest = std::max(greatest, std::abs(weight));
  float whole = greatest / static_cast<float>(rule.high);
  if (!isScale(whole))
    return 1.0f;
  float best = whole;
  double least = INFINITY;
  auto consider = [&](float scale) {
    if (!isScale(scale))
      return scale;
    Fit fit = fitScale(weights, importance, scale, rule);
    if (fit.error < least) {
      least = fit.error;
      best = scale;
    }
    return static_cast<float>(fit.scale);
  };
  constexpr int steps = 64;
  for (int i = steps; i > steps / 4; --i)
    consider(consider(whole * static_cast<float>(i) / steps));
  return best;
}

void tern::calib::roundRow(ArrayRef<float> weights, ArrayRef<double> importance,
                           const RoundingRule &rule, Rounded &into) {
  size_t group = rule.group ? rule.group : weights.size();
  for (size_t from = 0; from < weights.size(); from += group) {
    size_t size = std::min(group, weights.size() - from);
    ArrayRef<float> part = weights.slice(from, size);
    ArrayRef<double> worth =
        importance.empty() ? importance : importance.slice(from, size);
    float scale = chooseScale(part, worth, rule);
    size_t first = into.codes.size();
    for (float weight : part)
      into.codes.push_back(
          static_cast<int8_t>(nearestCode(weight, scale, rule)));
    // The codes of a mean magnitude are kept; their best scale is another.
    if (rule.absmean) {
      double dot = 0, norm = 0;
      for (size_t i = 0; i < size; ++i) {
        double w = worth.empty() ? 1 : worth[i], code = into.codes[first + i];
        dot += w * code * double(part[i]);
        norm += w * code * code;
      }
      if (auto fitted = static_cast<float>(dot / norm); isScale(fitted))
        scale = fitted;
    }
    into.scales.push_back(scale);
  }
}

/// Zeroes all but the `n` of [from, from + count) with the greatest scores.
static void keepGreatest(ArrayRef<double> scores, int64_t from, int64_t count,
                         int64_t n, std::vector<bool> &keeps) {
  std::vector<int64_t> order;
  for (int64_t k = from; k < from + count; ++k)
    order.push_back(k);
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return scores[a] > scores[b]; });
  for (int64_t i = 0; i < count; ++i)
    keeps[order[i]] = i < n;
}

void tern::calib::pruneRow(llvm::MutableArrayRef<float> weights,
                           ArrayRef<double> scores, int64_t n, int64_t m) {
  auto depth = static_cast<int64_t>(weights.size());
  std::vector<bool> keeps(depth);
  for (int64_t from = 0; from < depth; from += m)
    keepGreatest(scores, from, std::min(m, depth - from), n, keeps);
  for (int64_t k = 0; k < depth; ++k)
    if (!keeps[k])
      weights[k] = 0;
}

/// The row after greedy pruning with compensation.
static std::vector<double> pruneGreedily(ArrayRef<float> weights,
                                         ArrayRef<double> factor, int64_t n,
                                         int64_t m) {
  auto depth = static_cast<int64_t>(weights.size());
  std::vector<double> row(weights.begin(), weights.end()), scores(depth);
  std::vector<bool> keeps(depth);
  compensate(row, factor, [&](int64_t k, ArrayRef<double> now) {
    if (k % m == 0) {
      int64_t count = std::min(m, depth - k);
      for (int64_t j = k; j < k + count; ++j) {
        double diagonal = factor[j * depth + j];
        scores[j] = now[j] * now[j] / (diagonal * diagonal);
      }
      keepGreatest(scores, k, count, n, keeps);
    }
    return keeps[k] ? now[k] : 0.0;
  });
  return row;
}

void tern::calib::pruneRowCompensated(llvm::MutableArrayRef<float> weights,
                                      ArrayRef<double> scores,
                                      const Hessian &hessian, int64_t n,
                                      int64_t m) {
  std::vector<double> row = pruneGreedily(weights, hessian.factor, n, m);
  std::vector<float> better(row.begin(), row.end());
  std::vector<float> plain(weights.begin(), weights.end());
  pruneRow(plain, scores, n, m);
  auto errorOf = [&](const std::vector<float> &pruned) {
    std::vector<double> change;
    for (auto [now, before] : llvm::zip(pruned, weights))
      change.push_back(double(now) - double(before));
    return hessian.errorOf(change);
  };
  const std::vector<float> &best =
      errorOf(better) < errorOf(plain) ? better : plain;
  std::copy(best.begin(), best.end(), weights.begin());
}
