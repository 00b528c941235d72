//===- MmaStage.cpp - Blocks of K into shared memory ----------------------===//
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Lowering/Simt/Mma.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;
using arith::CmpIPredicate;

static constexpr int64_t copyBytes = 16;

/// `memory` as rank-1 bytes.
static Value asBytes(SimtEmitter &b, Value memory) {
  auto type = cast<MemRefType>(memory.getType());
  if (type.getRank() == 1)
    return memory;
  ReassociationIndices all(type.getRank());
  std::iota(all.begin(), all.end(), 0);
  return b.create<memref::CollapseShapeOp>(memory,
                                           ArrayRef<ReassociationIndices>{all});
}

/// Chunks of 16 bytes; beyond the inputs there are zeros, which add nothing.
static void copyInputs(SimtEmitter &b, const MmaTile &t, const MmaPlace &at,
                       Value block, Value target) {
  Value source = asBytes(b, t.lhs);
  int64_t chunks = t.blockK() / copyBytes;
  b.strided(at.thread, t.blockM * chunks, t.threads(), [&](Value chunk) {
    Value row = b.div(chunk, chunks);
    Value column = b.mul(b.mod(chunk, chunks), copyBytes);
    Value m = b.add(b.mul(at.tileM, t.blockM), row);
    Value k = b.add(b.mul(block, t.blockK()), column);
    Value inside = b.create<arith::AndIOp>(
        b.compare(CmpIPredicate::ult, m, b.index(t.m)),
        b.compare(CmpIPredicate::ult, k, b.index(t.k)));
    Value from = b.create<arith::SelectOp>(inside, b.add(b.mul(m, t.k), k),
                                           b.index(0));
    Value to = b.add(target, b.add(b.mul(row, t.inputStride()), column));
    b.create<kern::CopyAsyncOp>(source, from, at.inputs, to, inside, copyBytes,
                                /*streaming=*/false);
  });
}

/// Byte by byte, through the index arithmetic of the im2col matrix. Neighbours
/// in memory are neighbouring pixels, or neighbours along K.
static void gatherInputs(SimtEmitter &b, const MmaTile &t, const MmaPlace &at,
                         Value block, Value target) {
  b.strided(at.thread, t.blockM * t.blockK(), t.threads(), [&](Value e) {
    Value row = t.isConv ? b.mod(e, t.blockM) : b.div(e, t.blockK());
    Value column = t.isConv ? b.div(e, t.blockM) : b.mod(e, t.blockK());
    Value m = b.add(b.mul(at.tileM, t.blockM), row);
    Value k = b.add(b.mul(block, t.blockK()), column);
    InputReader reader(b, t, b.min(m, t.m - 1));
    Value number = reader.read(b.min(k, t.k - 1));
    Value inside = b.compare(CmpIPredicate::ult, k, b.index(t.k));
    number = b.create<arith::SelectOp>(inside, number,
                                       b.constant(b.getI32Type(), 0));
    b.create<memref::StoreOp>(
        b.create<arith::TruncIOp>(b.getI8Type(), number), at.inputs,
        b.add(target, b.add(b.mul(row, t.inputStride()), column)));
  });
}

/// The packed block, which lies in one piece.
static void copyWeights(SimtEmitter &b, const MmaTile &t, const MmaPlace &at,
                        Value block, Value target) {
  // The layout's own map, at the first row of the tile and code of the block.
  MLIRContext *context = b.getContext();
  AffineExpr tile = getAffineDimExpr(0, context),
             kb = getAffineDimExpr(1, context);
  AffineMap origin =
      AffineMap::get(2, 0, {tile * t.rows(), kb * t.blockK()}, context);
  AffineExpr first =
      simplifyAffineMap(t.matrix.getMap().compose(origin)).getResult(0);
  Value source = b.expand(first, {at.tileN, block});
  Value always = b.create<arith::ConstantOp>(b.getBoolAttr(true));
  int64_t depth = t.matrix.getDepth();
  b.strided(at.thread, t.rows() * depth / copyBytes, t.threads(),
            [&](Value chunk) {
              Value byte = b.mul(chunk, copyBytes);
              Value row = b.div(byte, depth), column = b.mod(byte, depth);
              Value to = b.add(b.mul(row, t.weightStride()), column);
              b.create<kern::CopyAsyncOp>(t.weights, b.add(source, byte),
                                          at.weights, b.add(target, to), always,
                                          copyBytes, /*streaming=*/true);
            });
}

void lowering::emitStage(SimtEmitter &b, const MmaTile &t, const MmaPlace &at,
                         Value block, Value stage) {
  Value inputs = b.mul(stage, t.inputStage());
  if (t.copiesInputs)
    copyInputs(b, t, at, block, inputs);
  else
    gatherInputs(b, t, at, block, inputs);
  copyWeights(b, t, at, block, b.mul(stage, t.weightStage()));
}
