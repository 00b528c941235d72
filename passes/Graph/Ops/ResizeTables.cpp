//===- ResizeTables.cpp - Positions and weights of a Resize ---------------===//
#include "passes/Graph/Ops/ResizeTables.h"
#include <algorithm>
#include <cmath>

using namespace tern::graph;
using Weights = llvm::SmallVector<double>;

namespace {
/// One dimension of a Resize.
struct Axis {
  const ResizeRules &rules;
  int64_t input, output;
  double scale, roiStart, roiEnd;

  double sourceOf(int64_t o) const;
  Weights weightsOf(double ratio) const;
};
} // namespace

/// The source position of result `o`, in real numbers.
double Axis::sourceOf(int64_t o) const {
  double x = static_cast<double>(o), length = scale * input;
  const std::string &mode = rules.coordinates;
  if (mode == "align_corners")
    return length == 1 ? 0 : x * (input - 1) / (length - 1);
  if (mode == "asymmetric")
    return x / scale;
  if (mode == "tf_crop_and_resize") {
    double span = (roiEnd - roiStart) * (input - 1);
    double at = length == 1 ? span / 2 : x * span / (length - 1);
    return at + roiStart * (input - 1);
  }
  if (mode == "pytorch_half_pixel" && length == 1)
    return -0.5;
  double at = (x + 0.5) / scale - 0.5;
  if (mode == "half_pixel_symmetric")
    at += input / 2.0 * (1 - output / length);
  return at;
}

static Weights nearestWeights(const std::string &mode, double ratio) {
  if (ratio == 1)
    return {0, 1};
  bool upper = mode == "ceil" ||
               (mode == "round_prefer_floor" && ratio > 0.5) ||
               (mode == "round_prefer_ceil" && ratio >= 0.5);
  return {upper ? 0.0 : 1.0, upper ? 1.0 : 0.0};
}

/// Keys' cubic kernel.
static double cubic(double x, double a) {
  x = std::fabs(x);
  if (x <= 1)
    return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2)
    return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return 0;
}

/// Weights of the taps around a position `ratio` (in (0, 1]) right of the tap
/// in the middle. Antialiasing stretches the kernel when it shrinks.
Weights Axis::weightsOf(double ratio) const {
  if (rules.mode == "nearest")
    return nearestWeights(rules.nearest, ratio);
  bool isCubic = rules.mode == "cubic";
  double stretch = rules.antialias ? std::min(scale, 1.0) : 1.0;
  double radius = isCubic ? 2 : 1;
  int64_t first = static_cast<int64_t>(std::floor(-radius / stretch)) + 1;
  Weights weights;
  double sum = 0;
  for (int64_t i = first; i < 2 - first; ++i) {
    double x = (i - ratio) * stretch;
    double weight = isCubic ? cubic(x, rules.cubicA)
                            : std::clamp(1 - std::fabs(x), 0.0, 1.0);
    weights.push_back(weight);
    sum += weight;
  }
  if (rules.antialias)
    for (double &weight : weights)
      weight /= sum;
  return weights;
}

ResizeTable tern::graph::makeResizeTable(const ResizeRules &rules,
                                         int64_t inputSize, int64_t outputSize,
                                         double scale, double roiStart,
                                         double roiEnd) {
  Axis axis{rules, inputSize, outputSize, scale, roiStart, roiEnd};
  bool crops = rules.coordinates == "tf_crop_and_resize";
  ResizeTable table;
  for (int64_t o = 0; o < outputSize; ++o) {
    double source = axis.sourceOf(o);
    // A whole position counts as the right end of its interval.
    double base = std::ceil(source) - 1;
    Weights weights = axis.weightsOf(source - base);
    int64_t taps = weights.size();
    int64_t first = static_cast<int64_t>(base) - (taps / 2 - 1);
    double sum = 0;
    for (int64_t t = 0; t < taps; ++t) {
      int64_t at = first + t;
      if (rules.excludeOutside && (at < 0 || at >= inputSize))
        weights[t] = 0;
      sum += weights[t];
    }
    table.taps = taps;
    for (int64_t t = 0; t < taps; ++t) {
      table.positions.push_back(
          std::clamp<int64_t>(first + t, 0, inputSize - 1));
      table.weights.push_back(rules.excludeOutside ? weights[t] / sum
                                                   : weights[t]);
    }
    table.outside.push_back(crops && (source < 0 || source > inputSize - 1));
  }
  return table;
}

bool ResizeTable::isIdentity(int64_t inputSize) const {
  if (static_cast<int64_t>(outside.size()) != inputSize)
    return false;
  for (int64_t o = 0; o < inputSize; ++o) {
    if (outside[o])
      return false;
    for (int64_t t = 0; t < taps; ++t)
      if (weights[o * taps + t] != 0 &&
          (positions[o * taps + t] != o || weights[o * taps + t] != 1))
        return false;
  }
  return true;
}
