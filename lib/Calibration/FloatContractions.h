//===- FloatContractions.h - What can be made smaller ---------------------===//
#pragma once
#include "dialects/Tern/Constants.h"
#include "lib/Eval/Tensor.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <string>
#include <vector>

namespace tern::calib {

/// A tern.matmul or tern.conv of f32 inputs and constant f32 weights, as rows
/// of K weights each (a filter's row is C x K1 x K2, row-major).
struct FloatContraction {
  mlir::Operation *op = nullptr;
  /// The layer's name, unique in its entry and the same in every entry.
  std::string key;
  bool isConv = false;
  /// Groups of a convolution; `rows` counts those of all groups.
  int64_t groups = 1, rows = 0, depth = 0;

  mlir::Value input() const { return op->getOperand(0); }
  mlir::Value weights() const { return op->getOperand(1); }
  int64_t groupOf(int64_t row) const { return row / (rows / groups); }
  /// Row-major, rows x depth.
  std::vector<float> readWeights() const;
};

/// Those of an entry, in program order.
std::vector<FloatContraction> floatContractions(mlir::func::FuncOp entry);

using RowFn = llvm::function_ref<void(llvm::ArrayRef<float>)>;

/// Calls `visit` with each vector of `depth` inputs that group `group`
/// multiplies its rows with, zeros where a convolution is padded.
void forEachInputRow(const FloatContraction &c, const eval::Tensor &input,
                     int64_t group, RowFn visit);

} // namespace tern::calib
