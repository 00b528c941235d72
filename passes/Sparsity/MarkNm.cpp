//===- MarkNm.cpp - Which weights obey N:M --------------------------------===//
#include "lib/Methods/Sparsity.h"
#include "passes/Sparsity/Passes.h"
#include "passes/Sparsity/Pattern.h"

namespace tern::sparsity {
#define GEN_PASS_DEF_MARKNM
#include "passes/Sparsity/Passes.h.inc"
} // namespace tern::sparsity

using namespace mlir;
using namespace tern;
using namespace tern::sparsity;

namespace {
struct MarkNm : sparsity::impl::MarkNmBase<MarkNm> {
  using MarkNmBase::MarkNmBase;

  void runOnOperation() override {
    MLIRContext *context = &getContext();
    SmallVector<ir::NmAttr> patterns;
    for (auto [n, m] : {std::pair(1, 4), std::pair(2, 4), std::pair(4, 8)})
      patterns.push_back(ir::NmAttr::get(context, n, m));
    if (!pattern.empty()) {
      std::optional<NmPattern> more = parseNm(pattern);
      if (!more) {
        getOperation().emitError(
            "expected sparsity N:M with 1 <= N < M, but got '")
            << pattern << "'";
        return signalPassFailure();
      }
      patterns.push_back(ir::NmAttr::get(context, more->n, more->m));
    }
    getOperation().walk([&](Operation *op) {
      if (!isa<ir::MatmulOp, ir::ConvOp>(op))
        return;
      if (auto found = patternOf(describeContraction(op), patterns))
        op->setAttr("tern.nm", found);
    });
  }
};
} // namespace
