//===- NarrowSums.cpp - Integer products summed in 16 bits ----------------===//
#include "lib/Methods/NarrowSums.h"
#include "lib/Methods/Sparsity.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tern;

/// No longer windows are tried, and from the second length on the weights are
/// not looked at: folding costs little then. (Codes of 2 bits are never looked
/// at: their distances are at most 3, and 32767 / 128 / 3 = 85.)
static constexpr int64_t longestWindow = 1024, enoughWindow = 64;

bool tern::hasSignedBytes(ir::LayoutAttr layout, Type code) {
  auto type = dyn_cast<ir::QType>(code);
  return type && layout.getBits() == 8 && layout.getOffset() == 0 &&
         type.getMin() < 0;
}

/// Kernels see inputs of more than 127 less 128 (PackedOp::shift).
static int64_t greatestInput(const Contraction &c) {
  Interval range = *rangeOf(c.lhs);
  int64_t shift = range.max > 127 ? 128 : 0;
  return std::max(std::abs(range.min - shift), std::abs(range.max - shift));
}

/// The zero point that all weights share, or 0.
static int64_t commonZeroPoint(const Contraction &c) {
  if (!c.rhsZp)
    return 0;
  ConstantTensor zp = *ConstantTensor::get(c.rhsZp);
  for (int64_t i = 1, e = zp.size(); i < e; ++i)
    if (zp.getInt(i) != zp.getInt(0))
      return 0;
  return zp.getInt(0);
}

/// The zero point as a code. Bytes are not centered: their windows are too
/// short for a start to pay. What N:M keeps is less its zero point already.
static int64_t centerOf(const Contraction &c, const PackedMatrix &matrix) {
  if (matrix.isBinary() || matrix.getBits() == 8 || matrix.getNm())
    return 0;
  int64_t greatest = (1 << matrix.getBits()) - 1;
  return std::clamp<int64_t>(matrix.getOffset() + commonZeroPoint(c), 0,
                             greatest);
}

/// Sizes of windows that are powers of two blocks and fit in every row.
/// `distance` is that of column `col` of a row.
static int64_t
longestByWeights(const Contraction &c, int64_t step, int64_t limit,
                 function_ref<int64_t(int64_t row, int64_t col)> distance) {
  int64_t sizes = llvm::Log2_64(std::max<int64_t>(1, longestWindow / step)) + 1;
  SmallVector<int64_t> open(sizes, 0);
  for (int64_t row = 0; row < c.n && sizes; ++row) {
    open.assign(sizes, 0);
    for (int64_t block = 0; block * step < c.k && sizes; ++block) {
      int64_t sum = 0;
      int64_t end = std::min(c.k, (block + 1) * step);
      for (int64_t col = block * step; col < end; ++col)
        sum += distance(row, col);
      for (int64_t i = 0; i < sizes; ++i) {
        if ((open[i] += sum) > limit)
          sizes = i; // longer ones do not fit either
        if ((block + 1) % (1ll << i) == 0)
          open[i] = 0;
      }
    }
  }
  return sizes ? step << (sizes - 1) : 0;
}

std::optional<NarrowSums> tern::planNarrowSums(const Contraction &c,
                                               ir::LayoutAttr layout) {
  if (!c.weights || !rangeOf(c.lhs) || !rangeOf(c.rhs))
    return std::nullopt;
  PackedMatrix matrix(layout, c.n, c.k);
  bool isSparse = bool(matrix.getNm());
  int64_t step = matrix.getBlockK(), center = centerOf(c, matrix);
  int64_t limit = INT16_MAX / std::max<int64_t>(1, greatestInput(c));
  auto distance = [&](int64_t value) {
    if (isSparse)
      return std::abs(value);
    int64_t code =
        matrix.isBinary() ? (value + 1) / 2 : value + layout.getOffset();
    return std::abs(code - center);
  };
  auto fitting = [&](int64_t window) {
    window -= window % step;
    if (c.scaleGroup < c.k)
      while (window > 0 && c.scaleGroup % window)
        window -= step;
    return window;
  };
  // What the range of the weights allows; each is looked at where that is
  // little.
  Interval range = isSparse ? rangeOfDistances(c) : rangeOfWeights(c);
  int64_t greatest = std::max(distance(range.min), distance(range.max));
  int64_t bound = limit / std::max<int64_t>(1, greatest);
  int64_t window = fitting(std::min(bound, longestWindow));
  ZeroPoints zeros(c);
  if (bound < enoughWindow || isSparse)
    window = std::max(
        window,
        fitting(longestByWeights(c, step, limit, [&](int64_t row, int64_t col) {
          return distance(c.weights->getInt(c.weightIndex(row, col)) -
                          (isSparse ? zeros.at(row, col) : 0));
        })));
  if (window == 0)
    return std::nullopt;
  return NarrowSums{center, window};
}

NarrowShape tern::narrowShapeOf(Operation *op, const PackedMatrix &matrix) {
  NarrowShape narrow;
  if (auto window = op->getAttrOfType<IntegerAttr>("tern.window"))
    narrow.window = window.getInt();
  narrow.bits = matrix.getNm() ? 8 : matrix.getBits();
  auto matmul = dyn_cast<ir::MatmulOp>(op);
  narrow.isScaled = matmul && matmul.getRhsScale();
  return narrow;
}
