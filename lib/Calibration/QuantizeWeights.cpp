//===- QuantizeWeights.cpp - The codes and scales of a layer's weights ----===//
#include "lib/Calibration/QuantizeWeights.h"
#include <cmath>

using namespace mlir;
using namespace tern;
using namespace tern::calib;
using namespace tern::calib;

Rounded calib::roundWeights(const FloatContraction &c, const LayerSpec &spec,
                            const LayerStatistics *statistics,
                            bool withErrors) {
  std::vector<float> weights = c.readWeights();
  RoundingRule rule = spec.rule();
  if (c.isConv)
    rule.group = 0;
  Rounded rounded;
  std::vector<double> importance;
  std::optional<std::vector<double>> factor;
  int64_t known = -1;
  for (int64_t row = 0; row < c.rows; ++row) {
    int64_t group = c.groupOf(row);
    if (statistics && group != known) {
      known = group;
      importance = statistics->meanSquares(group);
      factor.reset();
      if (withErrors && !statistics->hessians.empty())
        factor = inverseFactor(statistics->hessians[group], c.depth);
    }
    ArrayRef<float> from(weights.data() + row * c.depth, c.depth);
    if (factor)
      roundRowCompensated(from, importance,
                          {statistics->hessians[group], *factor}, rule,
                          rounded);
    else
      roundRow(from, importance, rule, rounded);
  }
  return rounded;
}

InputScaling calib::scaleInputs(const LayerStatistics &statistics,
                                unsigned bits, MLIRContext *context) {
  int64_t levels = int64_t(1) << bits;
  bool isPositive = statistics.min >= 0;
  int64_t steps = isPositive ? levels - 1 : levels / 2 - 1;
  double clip = statistics.magnitudes.bestClip(std::max<int64_t>(steps, 1));
  double low = std::max(statistics.min, -clip);
  double high = std::min(statistics.max, clip);
  InputScaling result;
  result.code = ir::QType::get(
      context, isPositive ? ir::CodeKind::UInt : ir::CodeKind::SInt, bits);
  auto scale = static_cast<float>((high - low) / double(levels - 1));
  if (!(scale > 0) || !std::isfinite(scale))
    return result;
  result.scale = scale;
  if (!isPositive)
    result.zero = static_cast<int64_t>(
        std::nearbyint(double(result.code.getMin()) - low / double(scale)));
  return result;
}
