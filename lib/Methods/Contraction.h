//===- Contraction.h - The facts of a contraction -------------------------===//
#pragma once
#include "dialects/Tern/Constants.h"
#include <string>

namespace tern {

/// A closed range of integers.
struct Interval {
  int64_t min, max;
};

/// A tern.matmul or tern.conv as a matrix product acc[m,n] = sum over k, for
/// decisions; a convolution with `groups` == 1 is its im2col.
struct Contraction {
  mlir::Operation *op = nullptr;
  bool isConv = false;
  /// Conv groups; batches of a matmul whose rhs has a batch dimension.
  int64_t groups = 1, batches = 1;
  /// Per group and batch.
  int64_t m = 0, n = 0, k = 0;
  /// Consecutive k that share a scale or a zero point of the rhs; k if none.
  int64_t scaleGroup = 0;
  mlir::Type lhs, rhs, accumulator;
  mlir::Value rhsValue, lhsZp, rhsZp, rhsScale;
  std::optional<ConstantTensor> weights;
  /// The rhs is N x K in memory (else K x N).
  bool rowMajorN = true;
  /// What rangeOfWeights found.
  mutable std::optional<Interval> knownRange = std::nullopt;
  /// What patternOf (Sparsity.h) found, null where there is none.
  mutable std::optional<ir::NmAttr> knownPattern = std::nullopt;

  int64_t getScaleGroups() const { return llvm::divideCeil(k, scaleGroup); }
  int64_t macs() const { return groups * batches * m * n * k; }
  /// Where (row, col) lies in `weights`; batches and groups are 1.
  int64_t weightIndex(int64_t row, int64_t col) const {
    return rowMajorN ? row * k + col : col * n + row;
  }
};

/// Reads the facts off a tern.matmul or tern.conv with tensor operands.
Contraction describeContraction(mlir::Operation *op);

/// The values that a type of codes can hold; nothing for other types.
std::optional<Interval> rangeOf(mlir::Type type);
/// The least and the greatest weight that occur, 0 included.
Interval rangeOfWeights(const Contraction &c);

/// The constant zero points of the rhs, 0 without any.
class ZeroPoints {
public:
  explicit ZeroPoints(const Contraction &c);
  int64_t at(int64_t row, int64_t col) const;

private:
  std::optional<ConstantTensor> zp;
  int64_t rows = 1, groups = 1, scaleGroup;
};

/// Whether the sums of the weights' rows lie beside them. Integer kernels on
/// packed codes need them where they see inputs minus something other than 0
/// (uint8 inputs are shifted into int8, and a zero point may be anything), and
/// those that count bits where an input's bit says 0 or 1 rather than -1 or 1.
bool needsRowSums(const Contraction &c, ir::Method method);

/// Whether all weights are 1 or -1.
bool areSigns(const Contraction &c);

/// The proof that an accumulator holds every partial sum.
struct AccumulatorBound {
  /// Greatest |acc| over the actual weights and any activation of its type;
  /// saturates at the greatest int64.
  int64_t magnitude;
  bool fitsI32() const { return magnitude <= INT32_MAX; }
  bool fitsI64() const { return magnitude < INT64_MAX; }
};

/// Bounds |acc| of an integer contraction: the sums of |w - zero point| per
/// row (the actual ones when constant) times the greatest |a - zero point|.
/// Nothing when an operand is no integer code.
std::optional<AccumulatorBound> boundAccumulator(const Contraction &c);

} // namespace tern
