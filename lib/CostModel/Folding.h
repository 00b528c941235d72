//===- Folding.h - How many rows and columns each layer does at once ------===//
//
// All layers of a streaming design run at the pace of the slowest, so hardware
// for any other is wasted: the search gives to the slowest layer only, step by
// step, for as long as the part holds the result.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "lib/CostModel/Fpga.h"
#include <optional>
#include <vector>

namespace tern {

/// One layer to be folded. `unit.pe` and `unit.simd` are what is chosen.
struct FoldedLayer {
  std::string name;
  MatrixVectorUnit unit;
  /// Ahead of a convolution. Its words hold `gcd(simd, channels)` elements.
  bool hasWindow = false;
  int64_t channels = 1;
  int64_t taps = 1, positions = 1;
  int64_t inputElements = 0, bufferElements = 0;

  SlidingWindow getWindow() const;
  int64_t getCycles() const;
  FpgaResources getResources(const FpgaParts &part) const;
};

struct FoldingError {
  std::string layer, resource;
  double needed = 0, available = 0;
};

/// Of each resource, what a design may fill: the rest is for routing.
inline constexpr double fillable = 0.7;

/// Chooses pe (a divisor of the rows) and simd (a divisor of the columns, rows
/// of a weight word of 64 bits at most) for every layer. Nothing needs to be
/// faster than `pace` cycles, which the ports take. An error names the layer
/// that takes most of what is exceeded.
std::optional<FoldingError> chooseFolding(std::vector<FoldedLayer> &layers,
                                          int64_t pace, const FpgaParts &part);

} // namespace tern
