//===- FuseElementwise.cpp - Elementwise chains become one step -----------===//
//
// Every step reads and writes whole tensors. A chain of elementwise steps does
// so once when it is one step. A contraction reads half-precision values as
// they are.
//
//===----------------------------------------------------------------------===//
#include "dialects/Tern/Tern.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
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

/// What `value` widens from f16 or bf16, element by element, through reshapes;
/// null for other values. The reshapes come first, the innermost last.
static Value narrowSource(Value value, SmallVectorImpl<Operation *> &reshapes) {
  while (isa_and_nonnull<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(
      value.getDefiningOp())) {
    reshapes.push_back(value.getDefiningOp());
    value = value.getDefiningOp()->getOperand(0);
  }
  auto generic = value.getDefiningOp<linalg::GenericOp>();
  if (!generic || generic.getNumDpsInputs() != 1 ||
      !llvm::all_of(generic.getIndexingMapsArray(),
                    [](AffineMap map) { return map.isIdentity(); }))
    return {};
  auto widen = generic.getBody()
                   ->getTerminator()
                   ->getOperand(0)
                   .getDefiningOp<arith::ExtFOp>();
  bool isWhole = widen && widen.getIn() == generic.getBody()->getArgument(0);
  return isWhole ? generic.getDpsInputs()[0] : Value();
}

namespace {
/// A contraction of widened values -> of the values: kernels widen what they
/// load, and nothing wide goes through memory.
struct ReadNarrow : OpRewritePattern<ir::MatmulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ir::MatmulOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.getAccumulator().isF32())
      return failure();
    bool changed = false;
    for (OpOperand *operand : {&op.getLhsMutable(), &op.getRhsMutable()}) {
      SmallVector<Operation *> reshapes;
      Value narrow = narrowSource(operand->get(), reshapes);
      if (!narrow)
        continue;
      for (Operation *reshape : llvm::reverse(reshapes)) {
        auto type = cast<RankedTensorType>(reshape->getResult(0).getType());
        Operation *copy = rewriter.clone(*reshape);
        copy->setOperand(0, narrow);
        narrow = copy->getResult(0);
        narrow.setType(
            type.clone(getElementTypeOrSelf(copy->getOperand(0).getType())));
      }
      rewriter.modifyOpInPlace(op, [&] { operand->set(narrow); });
      changed = true;
    }
    return success(changed);
  }
};

struct FuseElementwise : tiling::impl::FuseElementwiseBase<FuseElementwise> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    linalg::populateElementwiseOpsFusionPatterns(patterns, shouldFuse);
    patterns.add<ReadNarrow>(&getContext());
    if (failed(
            applyPatternsAndFoldGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
