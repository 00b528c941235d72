//===- Sparsity.cpp - Weights that obey N:M -------------------------------===//
#include "lib/Methods/Sparsity.h"

using namespace mlir;
using namespace tern;

bool tern::obeysNm(llvm::function_ref<bool(int64_t row, int64_t k)> isZero,
                   int64_t rows, int64_t depth, int64_t n, int64_t m) {
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t from = 0; from < depth; from += m) {
      int64_t kept = 0;
      for (int64_t k = from; k < std::min(from + m, depth); ++k)
        kept += !isZero(row, k);
      if (kept > n)
        return false;
    }
  return true;
}

ir::NmAttr tern::patternOf(const Contraction &c,
                           ArrayRef<ir::NmAttr> patterns) {
  auto code = dyn_cast<ir::QType>(c.rhs);
  if (!c.weights || c.batches != 1 || (code && !code.isInteger()) ||
      (c.rhsZp && !ConstantTensor::get(c.rhsZp)))
    return {};
  ZeroPoints zeros(c);
  bool isFloat = isa<FloatType>(c.rhs);
  auto isZero = [&](int64_t row, int64_t k) {
    int64_t at = c.weightIndex(row, k);
    return isFloat ? c.weights->getF32(at) == 0
                   : c.weights->getInt(at) == zeros.at(row, k);
  };
  for (ir::NmAttr pattern : patterns)
    if (c.k >= pattern.getM() &&
        obeysNm(isZero, c.groups * c.n, c.k, pattern.getN(), pattern.getM()))
      return pattern;
  return {};
}

ir::NmAttr tern::packedPatternOf(const Contraction &c, int64_t depth,
                                 int64_t window) {
  if (c.knownPattern)
    return *c.knownPattern;
  // By what they keep, then by the bits of a place: those of 8 take 4, too.
  static constexpr std::pair<int64_t, int64_t> shapes[] = {
      {1, 4}, {2, 8}, {4, 16}, {1, 2}, {2, 4}, {4, 8}, {8, 16}};
  SmallVector<ir::NmAttr> patterns;
  for (auto [n, m] : shapes)
    if (m * std::max<int64_t>(1, depth / n) <= window)
      patterns.push_back(ir::NmAttr::get(c.op->getContext(), n, m));
  c.knownPattern = patternOf(c, patterns);
  return *c.knownPattern;
}

Interval tern::rangeOfDistances(const Contraction &c) {
  if (!c.rhsZp)
    return rangeOfWeights(c);
  ZeroPoints zeros(c);
  Interval range = {0, 0};
  for (int64_t row = 0; row < c.n; ++row)
    for (int64_t col = 0; col < c.k; ++col) {
      int64_t value =
          c.weights->getInt(c.weightIndex(row, col)) - zeros.at(row, col);
      range.min = std::min(range.min, value);
      range.max = std::max(range.max, value);
    }
  return range;
}
