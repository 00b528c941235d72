//===- Statistics.h - What calibration remembers of a layer's inputs ------===//
#pragma once
#include "lib/Eval/Eval.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <map>
#include <string>
#include <vector>

namespace tern::calib {

/// How often magnitudes occur: `counts` share [0, limit) evenly. The limit is a
/// power of two and doubles when a magnitude lies beyond it.
struct Histogram {
  static constexpr int64_t bins = 1024;
  double limit = 0;
  std::vector<int64_t> counts = std::vector<int64_t>(bins, 0);

  void add(double magnitude);
  /// The clip that minimises the expected squared error of `levels` even steps
  /// from 0 to it; 0 where nothing was counted.
  double bestClip(int64_t levels) const;
};

/// The inputs of one contraction, over all samples.
struct LayerStatistics {
  int64_t groups = 1, depth = 0;
  /// Vectors of `depth` inputs seen by each group.
  int64_t rows = 0;
  double min = 0, max = 0;
  Histogram magnitudes;
  /// Sums of squares, groups x depth.
  std::vector<double> squares;
  /// X^T X for each group, depth x depth, or empty: it is kept in memory only,
  /// up to `hessianDepth`, and no file has it.
  std::vector<std::vector<double>> hessians;

  static constexpr int64_t hessianDepth = 4096;

  double absmax() const;
  /// Mean squares of one group's inputs, `depth` of them.
  std::vector<double> meanSquares(int64_t group) const;
};

/// By FloatContraction::key.
struct Statistics {
  int64_t samples = 0;
  std::map<std::string, LayerStatistics> layers;

  /// Those of a layer with as many groups and weights to a row; else null.
  const LayerStatistics *find(const std::string &key, int64_t groups,
                              int64_t depth) const;
};

/// Adds what the float contractions of `entry` read when it runs on `inputs`.
/// Emits a diagnostic when the evaluator can't run it.
mlir::LogicalResult collect(mlir::ModuleOp module, mlir::func::FuncOp entry,
                            llvm::ArrayRef<eval::Tensor> inputs,
                            bool withHessians, Statistics &statistics);

/// The format of docs/quantize.md.
void writeJson(const Statistics &statistics, llvm::raw_ostream &os);
llvm::Expected<Statistics> readJson(llvm::StringRef text);
/// Reads a file; the error names it.
llvm::Expected<Statistics> readStatistics(llvm::StringRef path);

} // namespace tern::calib
