//===- MmaStage.cpp - Blocks of K into shared memory ----------------------===//
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Lowering/Simt/Mma.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;
using arith::CmpIPredicate;

static constexpr int64_t copyBytes = 16;

/// Chunks of 16 bytes; beyond the inputs there are zeros, which add nothing.
static void copyInputs(SimtEmitter &b, const MmaTile &t, const MmaPlace &at,
                       Value block, Value target) {
  Value source = b.asBytes(t.lhs);
  int64_t each = t.inputBytesEach(), perChunk = copyBytes / each;
  int64_t chunks = t.blockK() / perChunk;
  b.strided(at.thread, t.blockM * chunks, t.threads(), [&](Value chunk) {
    Value row = b.named("row", b.div(b.named("chunk", chunk), chunks));
    Value column = b.named("column", b.mul(b.mod(chunk, chunks), perChunk));
    Value m = b.named("m", b.add(b.mul(at.tileM, t.blockM), row));
    Value k = b.named("k", b.add(b.mul(block, t.blockK()), column));
    Value inside =
        b.named("inside", b.create<arith::AndIOp>(
                              b.compare(CmpIPredicate::ult, m, b.index(t.m)),
                              b.compare(CmpIPredicate::ult, k, b.index(t.k))));
    Value from =
        b.create<arith::SelectOp>(inside, b.add(b.mul(m, t.k), k), b.index(0));
    Value to =
        b.add(target, b.add(b.mul(row, t.inputStride()), b.mul(column, each)));
    b.create<kern::CopyAsyncOp>(source, from, at.inputs, to, inside, copyBytes,
                                /*streaming=*/false);
  });
}

/// An input as the bytes that are multiplied.
static void storeInput(SimtEmitter &b, const MmaPlace &at, Value number,
                       Value to) {
  Type byte = b.getI8Type();
  if (number.getType().isInteger(32)) {
    b.create<memref::StoreOp>(b.create<arith::TruncIOp>(byte, number),
                              at.inputs, to);
    return;
  }
  Value half = b.create<arith::TruncFOp>(b.getF16Type(), number);
  Value bits = b.create<arith::BitcastOp>(b.getI16Type(), half);
  Value high = b.create<arith::ShRUIOp>(bits, b.constant(b.getI16Type(), 8));
  b.create<memref::StoreOp>(b.create<arith::TruncIOp>(byte, bits), at.inputs,
                            to);
  b.create<memref::StoreOp>(b.create<arith::TruncIOp>(byte, high), at.inputs,
                            b.add(to, 1));
}

/// Byte by byte, through the index arithmetic of the im2col matrix. Neighbours
/// in memory are neighbouring pixels, or neighbours along K.
static void gatherInputs(SimtEmitter &b, const MmaTile &t, const MmaPlace &at,
                         Value block, Value target) {
  b.strided(at.thread, t.blockM * t.blockK(), t.threads(), [&](Value e) {
    b.named("element", e);
    Value row =
        b.named("row", t.isConv ? b.mod(e, t.blockM) : b.div(e, t.blockK()));
    Value column =
        b.named("column", t.isConv ? b.div(e, t.blockM) : b.mod(e, t.blockK()));
    Value m = b.named("m", b.add(b.mul(at.tileM, t.blockM), row));
    Value k = b.named("k", b.add(b.mul(block, t.blockK()), column));
    InputReader reader(b, t, b.min(m, t.m - 1));
    Value number = reader.read(b.min(k, t.k - 1));
    Value inside = b.compare(CmpIPredicate::ult, k, b.index(t.k));
    number = b.create<arith::SelectOp>(inside, number,
                                       b.constant(number.getType(), 0));
    storeInput(b, at, number,
               b.add(target, b.add(b.mul(row, t.inputStride()),
                                   b.mul(column, t.inputBytesEach()))));
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
  Value source = b.named("packed", b.expand(first, {at.tileN, block}));
  Value always = b.create<arith::ConstantOp>(b.getBoolAttr(true));
  int64_t depth = t.matrix.getDepth();
  b.strided(at.thread, t.rows() * depth / copyBytes, t.threads(),
            [&](Value chunk) {
              Value byte =
                  b.named("byte", b.mul(b.named("chunk", chunk), copyBytes));
              Value row = b.div(byte, depth), column = b.mod(byte, depth);
              Value to = b.add(b.mul(row, t.weightStride()), column);
              b.create<kern::CopyAsyncOp>(t.weights, b.add(source, byte),
                                          at.weights, b.add(target, to), always,
                                          copyBytes, /*streaming=*/true);
            });
}

/// The fragments of every 8 rows, each in one piece.
static void copyFragments(SimtEmitter &b, const MmaTile &t, const MmaPlace &at,
                          Value block, Value target) {
  int64_t pieces = t.blockN / 8;
  MLIRContext *context = b.getContext();
  AffineExpr eight = getAffineDimExpr(0, context),
             kb = getAffineDimExpr(1, context);
  AffineMap origin =
      AffineMap::get(2, 0, {eight * 8, kb * t.blockK()}, context);
  AffineExpr first =
      simplifyAffineMap(t.matrix.getMap().compose(origin)).getResult(0);
  b.strided(at.thread, pieces * warpLanes, t.threads(), [&](Value chunk) {
    b.named("chunk", chunk);
    Value rows = b.named(
        "rows", b.add(b.mul(at.tileN, pieces), b.div(chunk, warpLanes)));
    Value inside = b.named("inside", b.compare(CmpIPredicate::ult, rows,
                                               b.index(t.matrix.getTiles())));
    rows = b.create<arith::SelectOp>(inside, rows, b.index(0));
    Value from = b.add(b.expand(first, {rows, block}),
                       b.mul(b.mod(chunk, warpLanes), copyBytes));
    b.create<kern::CopyAsyncOp>(t.weights, from, at.weights,
                                b.add(target, b.mul(chunk, copyBytes)), inside,
                                copyBytes, /*streaming=*/true);
  });
}

void lowering::emitStage(SimtEmitter &b, const MmaTile &t, const MmaPlace &at,
                         Value block, Value stage) {
  Value inputs = b.named("inputs_stage", b.mul(stage, t.inputStage()));
  if (t.copiesInputs)
    copyInputs(b, t, at, block, inputs);
  else
    gatherInputs(b, t, at, block, inputs);
  Value weights = b.named("weights_stage", b.mul(stage, t.weightStage()));
  if (t.isInteger)
    copyWeights(b, t, at, block, weights);
  else
    copyFragments(b, t, at, block, weights);
}
