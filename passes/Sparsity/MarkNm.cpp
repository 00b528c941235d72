//===- MarkNm.cpp - Which weights obey N:M --------------------------------===//
#include "lib/Calibration/Rounding.h"
#include "lib/Methods/Contraction.h"
#include "passes/Sparsity/Passes.h"
#include "passes/Sparsity/Pattern.h"

namespace tern::sparsity {
#define GEN_PASS_DEF_MARKNM
#include "passes/Sparsity/Passes.h.inc"
} // namespace tern::sparsity

using namespace mlir;
using namespace tern;
using namespace tern::sparsity;

/// Whether weight (row, k) of all groups' rows is 0.
static bool isZero(const Contraction &c,
                   const std::optional<ConstantTensor> &zp, int64_t row,
                   int64_t k) {
  int64_t at = c.weightIndex(row, k);
  if (isa<FloatType>(c.rhs))
    return c.weights->getF32(at) == 0;
  int64_t zero = 0;
  if (zp) {
    int64_t rows = zp->getShape()[0], groups = zp->size() / rows;
    zero = zp->getInt((rows == 1 ? 0 : row) * groups +
                      (groups == 1 ? 0 : k / c.scaleGroup));
  }
  return c.weights->getInt(at) == zero;
}

/// The first pattern that the weights of `c` obey.
static std::optional<NmPattern> patternOf(const Contraction &c,
                                          ArrayRef<NmPattern> patterns) {
  auto code = dyn_cast<ir::QType>(c.rhs);
  std::optional<ConstantTensor> zp;
  if (c.rhsZp)
    zp = ConstantTensor::get(c.rhsZp);
  if (!c.weights || c.batches != 1 || (c.rhsZp && !zp) ||
      (code && !code.isInteger()))
    return std::nullopt;
  for (NmPattern pattern : patterns)
    if (c.k >= pattern.m &&
        calib::obeysNm(
            [&](int64_t row, int64_t k) { return isZero(c, zp, row, k); },
            c.groups * c.n, c.k, pattern.n, pattern.m))
      return pattern;
  return std::nullopt;
}

namespace {
struct MarkNm : sparsity::impl::MarkNmBase<MarkNm> {
  using MarkNmBase::MarkNmBase;

  void runOnOperation() override {
    SmallVector<NmPattern> patterns = {{1, 4}, {2, 4}, {4, 8}};
    if (!pattern.empty()) {
      std::optional<NmPattern> more = parseNm(pattern);
      if (!more) {
        getOperation().emitError(
            "expected sparsity N:M with 1 <= N < M, but got '")
            << pattern << "'";
        return signalPassFailure();
      }
      patterns.push_back(*more);
    }
    getOperation().walk([&](Operation *op) {
      if (!isa<ir::MatmulOp, ir::ConvOp>(op))
        return;
      if (auto found = patternOf(describeContraction(op), patterns))
        op->setAttr("tern.nm",
                    ir::NmAttr::get(op->getContext(), found->n, found->m));
    });
  }
};
} // namespace
