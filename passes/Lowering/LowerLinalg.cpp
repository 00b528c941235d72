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
#include "mlir/IR/IRMapping.h"
#include "passes/Lowering/Emit.h"
#include "passes/Lowering/Kernels.h"
#include "passes/Lowering/Passes.h"

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

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

namespace {
/// Writes the loops of one operation.
class LoopNest {
public:
  LoopNest(linalg::GenericOp op, func::FuncOp kernel, bool isSimt)
      : op(op), kernel(kernel), isSimt(isSimt),
        b(op.getLoc(), op.getContext()),
        sizes(op.getStaticLoopRanges()), position(sizes.size()) {
    auto kinds = op.getIteratorTypesArray();
    for (auto [d, kind] : llvm::enumerate(kinds))
      (kind == utils::IteratorType::parallel ? parallel : reduction)
          .push_back(d);
  }
  /// Returns the number of grid points.
  int64_t emit();

private:
  unsigned countGridDims() const;
  void emitParallel(ArrayRef<unsigned> dims);
  void emitPoint();
  SmallVector<Value> emitReduction(ArrayRef<unsigned> dims, ValueRange carried);
  SmallVector<Value> emitBody(ValueRange accumulators);
  SmallVector<Value> indicesOf(OpOperand &operand);
  Value load(OpOperand &operand) {
    return b.create<memref::LoadOp>(operand.get(), indicesOf(operand));
  }
  void store(ValueRange values);

  linalg::GenericOp op;
  func::FuncOp kernel;
  bool isSimt;
  Emitter b;
  SmallVector<int64_t> sizes;
  /// The loops' induction variables, by dimension.
  SmallVector<Value> position;
  SmallVector<unsigned> parallel, reduction;
};
} // namespace

/// Leading parallel loops, until there are points enough for any number of
/// threads; the last one stays inside, for vectors. A GPU has a thread for each
/// point, and neighbours along the last dimension read neighbours in memory.
unsigned LoopNest::countGridDims() const {
  constexpr int64_t enough = 256;
  if (isSimt || parallel.size() < 2)
    return parallel.size();
  int64_t points = 1;
  unsigned count = 0;
  while (count + 1 < parallel.size() && points < enough)
    points *= sizes[parallel[count++]];
  return count;
}

SmallVector<Value> LoopNest::indicesOf(OpOperand &operand) {
  SmallVector<Value> indices;
  for (AffineExpr expr : op.getMatchingIndexingMap(&operand).getResults())
    indices.push_back(b.expand(expr, position));
  return indices;
}

SmallVector<Value> LoopNest::emitBody(ValueRange accumulators) {
  IRMapping mapping;
  for (OpOperand *input : op.getDpsInputOperands()) {
    BlockArgument argument = op.getMatchingBlockArgument(input);
    if (argument.use_empty())
      continue;
    mapping.map(argument, isa<MemRefType>(input->get().getType())
                              ? load(*input)
                              : input->get());
  }
  for (auto [i, init] : llvm::enumerate(op.getDpsInitsMutable())) {
    BlockArgument argument = op.getMatchingBlockArgument(&init);
    if (!accumulators.empty())
      mapping.map(argument, accumulators[i]);
    else if (!argument.use_empty())
      mapping.map(argument, load(init));
  }
  for (Operation &inner : op.getBody()->without_terminator())
    if (auto index = dyn_cast<linalg::IndexOp>(inner))
      mapping.map(index.getResult(), position[index.getDim()]);
    else
      b.clone(inner, mapping);
  SmallVector<Value> results;
  for (Value result : op.getBody()->getTerminator()->getOperands())
    results.push_back(mapping.lookupOrDefault(result));
  return results;
}

SmallVector<Value> LoopNest::emitReduction(ArrayRef<unsigned> dims,
                                           ValueRange carried) {
  if (dims.empty())
    return emitBody(carried);
  return b.loop(b.index(0), b.index(sizes[dims[0]]), carried,
                [&](Value at, ValueRange inner) {
                  position[dims[0]] = at;
                  return emitReduction(dims.drop_front(), inner);
                });
}

void LoopNest::store(ValueRange values) {
  for (auto [init, value] : llvm::zip(op.getDpsInitsMutable(), values))
    b.create<memref::StoreOp>(value, init.get(), indicesOf(init));
}

void LoopNest::emitPoint() {
  if (reduction.empty())
    return store(emitBody({}));
  SmallVector<Value> inits;
  for (OpOperand &init : op.getDpsInitsMutable())
    inits.push_back(load(init));
  store(emitReduction(reduction, inits));
}

void LoopNest::emitParallel(ArrayRef<unsigned> dims) {
  if (dims.empty())
    return emitPoint();
  b.loop(0, sizes[dims[0]], [&](Value at) {
    position[dims[0]] = at;
    emitParallel(dims.drop_front());
  });
}

int64_t LoopNest::emit() {
  b.setInsertionPoint(op);
  unsigned count = countGridDims();
  SmallVector<int64_t> grid;
  int64_t points = 1;
  for (unsigned d : ArrayRef(parallel).take_front(count)) {
    grid.push_back(sizes[d]);
    points *= sizes[d];
  }
  b.loop(kernel.getArgument(0), kernel.getArgument(1), [&](Value point) {
    for (auto [i, at] : llvm::enumerate(b.delinearize(point, grid)))
      position[parallel[i]] = at;
    emitParallel(ArrayRef(parallel).drop_front(count));
  });
  op.erase();
  return points;
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
        if (isa<linalg::LinalgOp, memref::CopyOp>(op))
          step = &op;
      if (!step)
        continue;
      linalg::GenericOp op = collapse(toGeneric(step, rewriter), rewriter);
      kernels.setGrid(kernel, LoopNest(op, kernel, isSimt).emit());
    }
  }
};
} // namespace
