//===- Folding.cpp - How many rows and columns each layer does at once ----===//
#include "lib/CostModel/Folding.h"
#include <algorithm>
#include <numeric>

using namespace tern;

/// Bits of one row of a word of weights: what source code can write as a
/// number.
static constexpr int64_t widestRow = 64;

SlidingWindow FoldedLayer::getWindow() const {
  int64_t lanes = std::gcd(unit.simd, channels);
  SlidingWindow window;
  window.wordBits = lanes * unit.inputBits;
  window.bufferWords = bufferElements / lanes;
  window.inputWords = inputElements / lanes;
  window.outputWords = positions * taps * channels / lanes;
  return window;
}

int64_t FoldedLayer::getCycles() const {
  int64_t cycles = unit.getCycles();
  return hasWindow ? std::max(cycles, getWindow().getCycles()) : cycles;
}

FpgaResources FoldedLayer::getResources(const FpgaParts &part) const {
  FpgaResources used = resourcesOf(unit, part);
  if (hasWindow)
    used += resourcesOf(getWindow(), part);
  return used;
}

/// The least divisor of `size` above `current`; 0: none.
static int64_t nextDivisor(int64_t size, int64_t current) {
  for (int64_t next = current + 1; next <= size; ++next)
    if (size % next == 0)
      return next;
  return 0;
}

/// The cheapest next folding of a layer that is faster; its own when none is.
static MatrixVectorUnit nextFolding(const FoldedLayer &layer) {
  MatrixVectorUnit best = layer.unit;
  int64_t least = 0;
  auto consider = [&](int64_t pe, int64_t simd) {
    FoldedLayer other = layer;
    other.unit.pe = pe;
    other.unit.simd = simd;
    if (other.getCycles() < layer.getCycles() &&
        (!least || pe * simd < least)) {
      best = other.unit;
      least = pe * simd;
    }
  };
  // More columns first: they cost no accumulators. Rows come into it, too,
  // where more columns alone are no faster (a window of one channel).
  const MatrixVectorUnit &now = layer.unit;
  int64_t nextPe = nextDivisor(now.rows, now.pe);
  for (int64_t simd = now.simd; simd; simd = nextDivisor(now.columns, simd)) {
    if (simd * now.weightBits > widestRow)
      break;
    if (simd != now.simd)
      consider(now.pe, simd);
  }
  for (int64_t simd = now.simd; simd && nextPe;
       simd = nextDivisor(now.columns, simd)) {
    if (simd * now.weightBits > widestRow)
      break;
    consider(nextPe, simd);
  }
  return best;
}

static FpgaResources totalOf(const std::vector<FoldedLayer> &layers,
                             const FpgaParts &part) {
  FpgaResources total;
  for (const FoldedLayer &layer : layers)
    total += layer.getResources(part);
  return total;
}

static FoldingError describe(const std::vector<FoldedLayer> &layers,
                             const FpgaResources &total, const FpgaParts &part,
                             const std::string &resource) {
  auto most =
      std::max_element(layers.begin(), layers.end(),
                       [&](const FoldedLayer &a, const FoldedLayer &b) {
                         return amountOf(a.getResources(part), resource) <
                                amountOf(b.getResources(part), resource);
                       });
  return {most->name, resource, amountOf(total, resource),
          fillable * amountOf(part, resource)};
}

std::optional<FoldingError>
tern::chooseFolding(std::vector<FoldedLayer> &layers, int64_t pace,
                    const FpgaParts &part) {
  for (FoldedLayer &layer : layers)
    layer.unit.pe = layer.unit.simd = 1;
  FpgaResources total = totalOf(layers, part);
  if (std::string resource = exceeded(total, part, fillable); !resource.empty())
    return describe(layers, total, part, resource);
  for (;;) {
    auto slowest =
        std::max_element(layers.begin(), layers.end(),
                         [](const FoldedLayer &a, const FoldedLayer &b) {
                           return a.getCycles() < b.getCycles();
                         });
    if (slowest->getCycles() <= pace)
      return std::nullopt;
    MatrixVectorUnit kept = slowest->unit;
    slowest->unit = nextFolding(*slowest);
    if (slowest->unit.pe == kept.pe && slowest->unit.simd == kept.simd)
      return std::nullopt;
    total = totalOf(layers, part);
    if (!exceeded(total, part, fillable).empty()) {
      slowest->unit = kept;
      return std::nullopt;
    }
  }
}
