//===- Insert.cpp - tern.insert as loops ----------------------------------===//
#include "passes/Lowering/Insert.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Lowering/Emit.h"
#include <numeric>

using namespace mlir;
using namespace tern;
using namespace tern::lowering;
using arith::CmpIPredicate;

/// The place along the axis where the update of batch `batch` starts.
static Value startOf(Emitter &b, ir::InsertOp op, Value batch, int64_t size) {
  if (!op.getStarts())
    return b.index(0);
  Value given = b.create<memref::LoadOp>(op.getStarts(), batch);
  Value start = b.create<arith::IndexCastOp>(b.getIndexType(), given);
  Value isNegative =
      b.create<arith::CmpIOp>(CmpIPredicate::slt, start, b.index(0));
  start = b.create<arith::SelectOp>(isNegative, b.add(start, size), start);
  start = b.create<arith::MaxSIOp>(start, b.index(0));
  return b.named("start", b.create<arith::MinSIOp>(start, b.index(size - 1)));
}

/// Copies the element at `at` of the update to its place.
static void insertElement(Emitter &b, ir::InsertOp op, ArrayRef<Value> at) {
  int64_t axis = op.getAxis();
  int64_t size = cast<MemRefType>(op.getInit().getType()).getDimSize(axis);
  Value place = b.named("place", b.add(startOf(b, op, at[0], size), at[axis]));
  Value isInside =
      b.create<arith::CmpIOp>(CmpIPredicate::slt, place, b.index(size));
  if (op.getCircular())
    place =
        b.create<arith::SelectOp>(isInside, place, b.sub(place, b.index(size)));
  auto store = [&] {
    SmallVector<Value> to(at);
    to[axis] = place;
    Value element = b.create<memref::LoadOp>(op.getUpdate(), at);
    b.create<memref::StoreOp>(element, op.getInit(), to);
  };
  if (op.getCircular())
    return store();
  auto when = b.create<scf::IfOp>(isInside, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(when.thenBlock());
  store();
}

int64_t lowering::lowerInsert(func::FuncOp kernel, ir::InsertOp op,
                              bool allParallel) {
  Emitter b(op.getLoc(), op.getContext());
  b.setInsertionPoint(op);
  ArrayRef<int64_t> shape =
      cast<MemRefType>(op.getUpdate().getType()).getShape();
  ArrayRef<int64_t> grid = allParallel ? shape : shape.drop_back();
  b.loop(kernel.getArgument(0), kernel.getArgument(1), [&](Value point) {
    SmallVector<Value> at = b.delinearize(b.named("point", point), grid);
    if (allParallel)
      return insertElement(b, op, at);
    b.loop(0, shape.back(), [&](Value last) {
      at.push_back(b.named("element", last));
      insertElement(b, op, at);
      at.pop_back();
    });
  });
  op.erase();
  return std::accumulate(grid.begin(), grid.end(), int64_t(1),
                         std::multiplies<>());
}
