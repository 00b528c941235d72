//===- Precision.cpp - Which layers can do with fewer bits ----------------===//
#include "lib/Calibration/Precision.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace tern;
using namespace tern::calib;

/// Bytes of `spec`'s codes and scales: 2, 4 or 8 bits to a code.
static int64_t bytesOf(const FloatContraction &c, const LayerSpec &spec,
                       const Rounded &rounded) {
  int64_t bits = spec.isTernary || spec.weightBits == 2 ? 2
                 : spec.weightBits <= 4                 ? 4
                                                        : 8;
  constexpr int64_t scaleBytes = 4;
  return c.rows * ((c.depth * bits + 7) / 8) +
         static_cast<int64_t>(rounded.scales.size()) * scaleBytes;
}

/// The square of a row's products with the samples.
static double squareOf(llvm::ArrayRef<double> row,
                       const LayerStatistics &statistics, int64_t group) {
  if (!statistics.hessians.empty())
    return Hessian{statistics.hessians[group], {}}.errorOf(row);
  double sum = 0;
  for (auto [k, value] : llvm::enumerate(row))
    sum += statistics.squares[group * statistics.depth + int64_t(k)] * value *
           value;
  return sum;
}

/// What rounding does to a layer's products, relative to them.
static double errorOf(const FloatContraction &c, const LayerSpec &spec,
                      const LayerStatistics &statistics,
                      const Rounded &rounded) {
  std::vector<float> weights = c.readWeights();
  int64_t group = c.isConv || !spec.group ? c.depth : spec.group;
  int64_t groups = (c.depth + group - 1) / group;
  double error = 0, whole = 0;
  for (int64_t row = 0; row < c.rows; ++row) {
    std::vector<double> change(c.depth), exact(c.depth);
    for (int64_t k = 0; k < c.depth; ++k) {
      int64_t at = row * c.depth + k;
      exact[k] = double(weights[at]);
      change[k] = double(rounded.codes[at]) *
                      double(rounded.scales[row * groups + k / group]) -
                  exact[k];
    }
    error += squareOf(change, statistics, c.groupOf(row));
    whole += squareOf(exact, statistics, c.groupOf(row));
  }
  return whole > 0 ? error / whole : 0;
}

LayerChoice calib::measure(const FloatContraction &c,
                           const LayerStatistics &statistics,
                           llvm::ArrayRef<std::string> formats,
                           bool withErrors) {
  LayerChoice choice;
  choice.key = c.key;
  for (const std::string &format : formats) {
    LayerSpec spec = llvm::cantFail(parseLayerSpec(format));
    Rounded rounded = roundWeights(c, spec, &statistics, withErrors);
    choice.candidates.push_back({format, bytesOf(c, spec, rounded),
                                 errorOf(c, spec, statistics, rounded)});
  }
  return choice;
}

static int64_t totalBytes(llvm::ArrayRef<LayerChoice> layers) {
  int64_t sum = 0;
  for (const LayerChoice &layer : layers)
    sum += layer.best().bytes;
  return sum;
}

namespace {
/// The step to another candidate of a layer that scores least.
struct Step {
  LayerChoice *layer = nullptr;
  size_t candidate = 0;
  double score = INFINITY;

  void consider(LayerChoice &other, size_t to, double cost) {
    if (cost < score)
      *this = {&other, to, cost};
  }
};
} // namespace

bool calib::assignWithin(std::vector<LayerChoice> &layers, int64_t bytes) {
  for (LayerChoice &layer : layers)
    for (auto [i, candidate] : llvm::enumerate(layer.candidates))
      if (std::pair(candidate.error, candidate.bytes) <
          std::pair(layer.best().error, layer.best().bytes))
        layer.chosen = i;
  while (totalBytes(layers) > bytes) {
    Step step;
    for (LayerChoice &layer : layers)
      for (auto [i, to] : llvm::enumerate(layer.candidates))
        if (int64_t saved = layer.best().bytes - to.bytes; saved > 0)
          step.consider(layer, i,
                        (to.error - layer.best().error) / double(saved));
    if (!step.layer)
      return false;
    step.layer->chosen = step.candidate;
  }
  while (true) {
    Step step;
    int64_t left = bytes - totalBytes(layers);
    for (LayerChoice &layer : layers)
      for (auto [i, to] : llvm::enumerate(layer.candidates))
        if (to.bytes - layer.best().bytes <= left &&
            to.error < layer.best().error)
          step.consider(layer, i, to.error - layer.best().error);
    if (!step.layer)
      return true;
    step.layer->chosen = step.candidate;
  }
}
