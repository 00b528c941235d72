//===- ResizeTables.h - Positions and weights of a Resize -----------------===//
#pragma once
#include "llvm/ADT/SmallVector.h"
#include <string>

namespace tern::graph {

/// How a Resize maps and weighs positions, as its attributes say.
struct ResizeRules {
  std::string mode = "nearest";
  std::string coordinates = "half_pixel";
  std::string nearest = "round_prefer_floor";
  double cubicA = -0.75;
  bool antialias = false;
  bool excludeOutside = false;
};

/// Along one dimension: result[o] = sum over t of weights[o*taps + t] *
/// source[positions[o*taps + t]].
struct ResizeTable {
  int64_t taps = 1;
  llvm::SmallVector<int64_t> positions;
  llvm::SmallVector<double> weights;
  /// Whether result o lies outside the source (tf_crop_and_resize only).
  llvm::SmallVector<bool> outside;

  /// Whether the dimension stays as it is.
  bool isIdentity(int64_t inputSize) const;
};

/// The table of a dimension; `roiStart`, `roiEnd` only for tf_crop_and_resize.
ResizeTable makeResizeTable(const ResizeRules &rules, int64_t inputSize,
                            int64_t outputSize, double scale, double roiStart,
                            double roiEnd);

} // namespace tern::graph
