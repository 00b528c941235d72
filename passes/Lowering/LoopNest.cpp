//===- LoopNest.cpp - The loops of one linalg operation -------------------===//
#include "passes/Lowering/LoopNest.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

LoopNest::LoopNest(linalg::GenericOp op, Emitter &b)
    : op(op), b(b), sizes(op.getStaticLoopRanges()), position(sizes.size()) {
  auto kinds = op.getIteratorTypesArray();
  for (auto [d, kind] : llvm::enumerate(kinds))
    (kind == utils::IteratorType::parallel ? parallel : reduction).push_back(d);
}

/// Leading parallel loops, until there are points enough for any number of
/// threads; the last one stays inside, for vectors.
unsigned LoopNest::countGridDims() const {
  constexpr int64_t enough = 256;
  if (parallel.size() < 2)
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

int64_t LoopNest::emit(func::FuncOp kernel, bool allParallel) {
  b.setInsertionPoint(op);
  unsigned count = allParallel ? parallel.size() : countGridDims();
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
