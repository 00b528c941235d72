//===- Finish.cpp - Corrections, epilogue and store of a tile -------------===//
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Lowering/Epilogue.h"
#include "passes/Lowering/Simd/PackedKernel.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

/// The exact accumulator: every zero point put right. Group scales have been
/// applied in the tile, and nothing is left to do then.
static Value corrected(Emitter &b, const PackedOp &p, const Scratch &scratch,
                       Value acc, Value tile, Value inTile, Value inBlock,
                       Value inputRow) {
  if (!p.isInteger || p.scalesInTile())
    return acc;
  Value none = b.index(0);
  auto perRow = [&](Value operand) -> Value {
    auto [at, differ] = perRowIndex(b, p, operand, tile, none);
    return b.loadFlat(operand, differ ? b.add(at, inTile) : at);
  };
  if (p.factor != 1)
    acc = b.mul(acc, p.factor);
  if (p.needsSums()) {
    Value zero = b.constant(b.getI32Type(), p.offset);
    if (p.rhsZp)
      zero = b.add(zero, perRow(p.rhsZp));
    Value sum = b.create<memref::LoadOp>(scratch.sums, inBlock);
    acc = b.sub(acc, b.mul(sum, zero));
  }
  if (Value zp = inputZeroPoint(b, p, inputRow))
    acc = b.sub(acc, b.mul(zp, perRow(p.rowSums)));
  return acc;
}

/// The result's coordinates of input row `row`, without the weights' row.
static SmallVector<Value> place(Emitter &b, const PackedOp &p, Value row) {
  ArrayRef<int64_t> result = cast<MemRefType>(p.init.getType()).getShape();
  if (!p.isConv)
    return b.delinearize(row, result.drop_back());
  SmallVector<int64_t> pixels = {result[0]};
  llvm::append_range(pixels, result.drop_front(2));
  return b.delinearize(row, pixels);
}

void lowering::emitFinish(Emitter &b, const PackedOp &p, const Scratch &scratch,
                          Value tile, Value first) {
  Value firstRow = b.mul(tile, p.rows());
  Value rows = b.index(p.rows());
  if (p.n % p.rows())
    rows = b.min(b.sub(b.index(p.n), firstRow), p.rows());
  Value inputs = b.index(p.blockM);
  if (p.m % p.blockM)
    inputs = b.min(b.sub(b.index(p.m), first), p.blockM);
  b.loop(b.index(0), inputs, [&](Value i) {
    Value inputRow = b.add(first, i);
    SmallVector<Value> indices = place(b, p, inputRow);
    size_t channel = p.isConv ? 1 : indices.size();
    indices.insert(indices.begin() + channel, Value());
    b.loop(b.index(0), rows, [&](Value r) {
      Value at = b.add(b.mul(i, p.rows()), r);
      Value acc = b.create<memref::LoadOp>(scratch.acc, at);
      acc = corrected(b, p, scratch, acc, tile, r, i, inputRow);
      indices[channel] = b.add(firstRow, r);
      Value result = emitEpilogue(b, p.op, acc, indices);
      b.create<memref::StoreOp>(result, p.init, indices);
    });
  });
}
