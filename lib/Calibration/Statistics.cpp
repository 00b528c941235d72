//===- Statistics.cpp - What calibration remembers of a layer's inputs ----===//
#include "lib/Calibration/Statistics.h"
#include "lib/Calibration/FloatContractions.h"
#include "llvm/ADT/MapVector.h"
#include <cmath>

using namespace mlir;
using namespace tern;
using namespace tern::calib;

void Histogram::add(double magnitude) {
  if (!std::isfinite(magnitude))
    return;
  if (limit == 0 && magnitude > 0)
    limit = std::exp2(std::floor(std::log2(magnitude)) + 1);
  while (magnitude >= limit && magnitude > 0) {
    for (int64_t i = 0; i < bins; ++i)
      counts[i] = i < bins / 2 ? counts[2 * i] + counts[2 * i + 1] : 0;
    limit *= 2;
  }
  ++counts[magnitude > 0 ? static_cast<int64_t>(magnitude / limit * bins) : 0];
}

double Histogram::bestClip(int64_t levels) const {
  int64_t used = bins;
  while (used > 0 && counts[used - 1] == 0)
    --used;
  double width = limit / bins, best = 0, least = INFINITY;
  for (int64_t edge = used; edge > used / 8; --edge) {
    double clip = width * static_cast<double>(edge);
    double step = clip / static_cast<double>(levels), error = 0;
    for (int64_t i = 0; i < used; ++i) {
      double over =
          std::max(0.0, (static_cast<double>(i) + 0.5) * width - clip);
      error += static_cast<double>(counts[i]) *
               (i < edge ? step * step / 12 : over * over);
    }
    if (error < least) {
      least = error;
      best = clip;
    }
  }
  return best;
}

double LayerStatistics::absmax() const {
  return std::max(std::abs(min), std::abs(max));
}

std::vector<double> LayerStatistics::meanSquares(int64_t group) const {
  std::vector<double> means(squares.begin() + group * depth,
                            squares.begin() + (group + 1) * depth);
  for (double &mean : means)
    mean /= static_cast<double>(std::max<int64_t>(rows, 1));
  return means;
}

const LayerStatistics *Statistics::find(const std::string &key, int64_t groups,
                                        int64_t depth) const {
  auto found = layers.find(key);
  bool fits = found != layers.end() && found->second.groups == groups &&
              found->second.depth == depth;
  return fits ? &found->second : nullptr;
}

/// Adds the products of every two inputs, both triangles.
static void addProducts(ArrayRef<float> row, std::vector<double> &hessian) {
  size_t k = row.size();
  for (size_t i = 0; i < k; ++i) {
    if (row[i] == 0)
      continue;
    double factor = row[i], *into = hessian.data() + i * k;
    for (size_t j = 0; j < k; ++j)
      into[j] += factor * static_cast<double>(row[j]);
  }
}

static void addInputs(const FloatContraction &c, const eval::Tensor &input,
                      bool withHessians, LayerStatistics &layer) {
  layer.groups = c.groups;
  layer.depth = c.depth;
  layer.squares.resize(c.groups * c.depth);
  for (int64_t i = 0; i < input.size(); ++i) {
    double value = input.as<float>()[i];
    layer.min = std::min(layer.min, value);
    layer.max = std::max(layer.max, value);
    layer.magnitudes.add(std::abs(value));
  }
  if (withHessians && c.depth <= LayerStatistics::hessianDepth)
    layer.hessians.resize(c.groups, std::vector<double>(c.depth * c.depth, 0));
  for (int64_t group = 0; group < c.groups; ++group)
    forEachInputRow(c, input, group, [&](ArrayRef<float> row) {
      layer.rows += group == 0;
      for (int64_t k = 0; k < c.depth; ++k)
        layer.squares[group * c.depth + k] += double(row[k]) * double(row[k]);
      if (!layer.hessians.empty())
        addProducts(row, layer.hessians[group]);
    });
}

LogicalResult calib::collect(ModuleOp module, func::FuncOp entry,
                             ArrayRef<eval::Tensor> inputs, bool withHessians,
                             Statistics &statistics) {
  llvm::MapVector<Value, std::vector<FloatContraction>> readers;
  for (const FloatContraction &c : floatContractions(entry))
    readers[c.input()].push_back(c);
  auto see = [&](Value value, const eval::Tensor &tensor) {
    auto found = readers.find(value);
    if (found == readers.end())
      return;
    for (const FloatContraction &c : found->second)
      addInputs(c, tensor, withHessians, statistics.layers[c.key]);
  };
  for (auto [argument, input] : llvm::zip(entry.getArguments(), inputs))
    see(argument, input);
  if (failed(eval::Evaluator(module).run(entry, inputs, see)))
    return failure();
  ++statistics.samples;
  return success();
}
