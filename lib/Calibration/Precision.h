//===- Precision.h - Which layers can do with fewer bits ------------------===//
#pragma once
#include "lib/Calibration/QuantizeWeights.h"

namespace tern::calib {

/// One format of a layer, and what it would cost.
struct Candidate {
  std::string format;
  /// Of codes as they are packed, and scales.
  int64_t bytes = 0;
  /// Squared error of the layer's products on the samples by their square.
  double error = 0;
};

struct LayerChoice {
  std::string key;
  std::vector<Candidate> candidates;
  size_t chosen = 0;

  const Candidate &best() const { return candidates[chosen]; }
};

/// Rounds the weights of `c` to each format and measures what that does to its
/// products, by X^T X where the statistics have it, else by mean squares.
/// Inputs are taken as exact.
LayerChoice measure(const FloatContraction &c,
                    const LayerStatistics &statistics,
                    llvm::ArrayRef<std::string> formats, bool withErrors);

/// Chooses a candidate of each layer so that they take at most `bytes`. From
/// the least error on, the step of least error for each byte is taken until
/// they fit; what is left of the budget then goes where it helps most. False
/// where not even the smallest fit.
bool assignWithin(std::vector<LayerChoice> &layers, int64_t bytes);

} // namespace tern::calib
