//===- FuseElementwise.cpp - Elementwise chains become one step -----------===//
//
// Every step reads and writes whole tensors. A chain of elementwise steps does
// so once when it is one step.
//
//===----------------------------------------------------------------------===//
#include "dialects/Tern/Tern.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "passes/Tiling/Passes.h"

namespace tern::tiling {
#define GEN_PASS_DEF_FUSEELEMENTWISE
#include "passes/Tiling/Passes.h.inc"
} // namespace tern::tiling

using namespace mlir;
using namespace tern;

/// Whether a body only moves or decodes: as cheap as reading what it made.
static bool isCheap(linalg::GenericOp op) {
  return llvm::all_of(op.getBody()->without_terminator(), [](Operation &inner) {
    return isa<ir::DecodeOp, arith::ConstantOp, arith::ExtFOp>(inner);
  });
}

/// Whether to inline the producer of `operand` into its user.
static bool shouldFuse(OpOperand *operand) {
  auto producer = operand->get().getDefiningOp<linalg::GenericOp>();
  auto consumer = dyn_cast<linalg::GenericOp>(operand->getOwner());
  if (!producer || !consumer || !operand->get().hasOneUse())
    return false;
  if (isCheap(producer))
    return true;
  AffineMap map = consumer.getMatchingIndexingMap(operand);
  return map.isPermutation();
}

namespace {
struct FuseElementwise : tiling::impl::FuseElementwiseBase<FuseElementwise> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    linalg::populateElementwiseOpsFusionPatterns(patterns, shouldFuse);
    if (failed(
            applyPatternsAndFoldGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
