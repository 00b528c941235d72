//===- LowerLinalg.cpp - Linalg operations as loops -----------------------===//
//
// The code generators vectorize innermost loops over contiguous memory; this
// pass makes such loops where the step allows it, and leaves reductions in a
// fixed order, so that results do not depend on the machine.
//
//===----------------------------------------------------------------------===//
#include "lib/Methods/VectorShape.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Lowering/Insert.h"
#include "passes/Lowering/Kernels.h"
#include "passes/Lowering/LoopNest.h"
#include "passes/Lowering/Passes.h"
#include "passes/Lowering/Simt/RowReduction.h"

namespace tern::lowering {
#define GEN_PASS_DEF_LOWERLINALG
#include "passes/Lowering/Passes.h.inc"
} // namespace tern::lowering

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

//===----------------------------------------------------------------------===//
// One form: linalg.generic with as few dimensions as possible
//===----------------------------------------------------------------------===//

static linalg::GenericOp toGeneric(Operation *op, RewriterBase &rewriter) {
  rewriter.setInsertionPoint(op);
  if (auto copy = dyn_cast<memref::CopyOp>(op)) {
    auto generic = linalg::makeMemRefCopyOp(rewriter, copy.getLoc(),
                                            copy.getSource(), copy.getTarget());
    rewriter.eraseOp(copy);
    return generic;
  }
  if (auto generic = dyn_cast<linalg::GenericOp>(op))
    return generic;
  return *linalg::generalizeNamedOp(rewriter, cast<linalg::LinalgOp>(op));
}

/// Runs of dimensions that are neighbours in every operand, as one each.
static SmallVector<ReassociationIndices> mergeable(linalg::GenericOp op) {
  SmallVector<ReassociationIndices> groups;
  auto maps = op.getIndexingMapsArray();
  auto kinds = op.getIteratorTypesArray();
  for (int64_t d = 0, n = op.getNumLoops(); d < n; ++d) {
    if (!groups.empty() && kinds[d] == kinds[d - 1]) {
      ReassociationIndices longer = groups.back();
      longer.push_back(d);
      if (linalg::areDimSequencesPreserved(maps, longer)) {
        groups.back() = longer;
        continue;
      }
    }
    groups.push_back({d});
  }
  return groups;
}

static linalg::GenericOp collapse(linalg::GenericOp op,
                                  RewriterBase &rewriter) {
  bool contiguous = llvm::all_of(op->getOperandTypes(), [](Type type) {
    auto memory = dyn_cast<MemRefType>(type);
    return memory && memory.getLayout().isIdentity();
  });
  bool projected = llvm::all_of(op.getIndexingMapsArray(), [](AffineMap map) {
    return map.isProjectedPermutation();
  });
  bool indexed = !op.getBody()->getOps<linalg::IndexOp>().empty();
  auto groups = mergeable(op);
  if (!contiguous || !projected || indexed || groups.size() == op.getNumLoops())
    return op;
  rewriter.setInsertionPoint(op);
  auto collapsed = linalg::collapseOpIterationDims(op, groups, rewriter);
  if (failed(collapsed))
    return op;
  rewriter.eraseOp(op);
  return cast<linalg::GenericOp>(collapsed->collapsedOp);
}

static int64_t lower(linalg::GenericOp op, func::FuncOp kernel, bool isSimt) {
  if (isSimt && isRowReduction(op))
    return lowerRowReduction(op, kernel);
  Emitter b(op.getLoc(), op.getContext());
  return LoopNest(op, b).emit(kernel, isSimt);
}

namespace {
struct LowerLinalg : lowering::impl::LowerLinalgBase<LowerLinalg> {
  void runOnOperation() override {
    Kernels kernels(getOperation());
    IRRewriter rewriter(&getContext());
    bool isSimt = getVectorShape(getOperation()->getAttrOfType<ir::TargetAttr>(
                                     "tern.target"))
                      .isSimt;
    for (func::FuncOp kernel : kernels.get()) {
      Operation *step = nullptr;
      for (Operation &op : kernel.front())
        if (isa<linalg::LinalgOp, memref::CopyOp, ir::InsertOp>(op))
          step = &op;
      if (!step)
        continue;
      if (auto insert = dyn_cast<ir::InsertOp>(step)) {
        kernels.setGrid(kernel, lowerInsert(kernel, insert, isSimt));
        continue;
      }
      linalg::GenericOp op = collapse(toGeneric(step, rewriter), rewriter);
      kernels.setGrid(kernel, lower(op, kernel, isSimt));
    }
  }
};
} // namespace
