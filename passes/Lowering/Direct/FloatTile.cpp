//===- FloatTile.cpp - Float products, a few rows at once -----------------===//
#include "passes/Lowering/Direct/FloatTile.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

namespace {
/// One pass over K for the rows from `place` on and the columns from `column`.
class Sweep {
public:
  Sweep(Emitter &b, ir::MatmulOp op, const FloatTile &tile,
        const VectorShape &shape, ValueRange place, Value column)
      : b(b), op(op), tile(tile), shape(shape), place(place), column(column),
        floats(VectorType::get({floatLanes}, b.getF32Type())),
        depth(shapeOf(op.getLhs()).back()) {}
  void dots(Strip &strip);
  void terms(Strip &strip);

private:
  Value lhsAt(int64_t row, Value k, bool wide) {
    SmallVector<Value> at(place.drop_back());
    at.append({b.add(place.back(), row), k});
    return load(op.getLhs(), at, wide);
  }
  Value rhsAt(Value first, Value last, bool wide) {
    SmallVector<Value> at;
    if (shapeOf(op.getRhs()).size() == 3)
      at.push_back(shapeOf(op.getRhs())[0] == 1 ? b.index(0) : place[0]);
    at.append({first, last});
    return load(op.getRhs(), at, wide);
  }
  /// 16 elements, or one, as f32.
  Value load(Value memory, ValueRange at, bool wide);
  Value sumOfLanes(Value sums);
  /// Adds lhs[row, k] * rhs[column, k] for the k that fill no vector.
  Value addRest(Value sum, int64_t row, Value n);

  Emitter &b;
  ir::MatmulOp op;
  const FloatTile &tile;
  const VectorShape &shape;
  ValueRange place;
  Value column;
  VectorType floats;
  int64_t depth;
};
} // namespace

Value Sweep::load(Value memory, ValueRange at, bool wide) {
  Type element = cast<MemRefType>(memory.getType()).getElementType();
  Type type = wide ? Type(floats) : b.getF32Type();
  Value value;
  if (wide)
    value = b.create<vector::LoadOp>(floats.clone(element), memory, at);
  else
    value = b.create<memref::LoadOp>(memory, at);
  return element.isF32() ? value : b.create<arith::ExtFOp>(type, value);
}

/// Neighbours at a distance of 8, then 4, 2, 1, which memory takes apart.
Value Sweep::sumOfLanes(Value sums) {
  Value lanes =
      b.create<memref::AllocaOp>(MemRefType::get({floatLanes}, b.getF32Type()));
  Value none = b.index(0);
  for (int64_t half = floatLanes / 2; half; half /= 2) {
    b.create<vector::StoreOp>(sums, lanes, none);
    auto type = VectorType::get({half}, b.getF32Type());
    Value low = b.create<vector::LoadOp>(type, lanes, none);
    Value high = b.create<vector::LoadOp>(type, lanes, b.index(half));
    sums = b.create<arith::AddFOp>(low, high);
  }
  return b.create<vector::ExtractOp>(sums, 0);
}

Value Sweep::addRest(Value sum, int64_t row, Value n) {
  int64_t whole = depth / floatLanes * floatLanes;
  if (whole == depth)
    return sum;
  return b.loop(b.index(whole), b.index(depth), sum,
                [&](Value k, ValueRange carried) {
                  Value x = lhsAt(row, k, false), y = rhsAt(n, k, false);
                  return SmallVector<Value>{
                      b.multiplyAdd(x, y, carried[0], shape.hasFma)};
                })[0];
}

void Sweep::dots(Strip &strip) {
  SmallVector<Value> columns;
  for (int64_t c = 0; c < tile.columns; ++c)
    columns.push_back(b.add(column, c));
  SmallVector<Value> sums(tile.rows * tile.columns, b.constant(floats, 0));
  sums = b.loop(b.index(0), b.index(depth / floatLanes), sums,
                [&](Value step, ValueRange carried) {
                  SmallVector<Value> next(carried), lhs;
                  Value k = b.mul(step, floatLanes);
                  for (int64_t r = 0; r < tile.rows; ++r)
                    lhs.push_back(lhsAt(r, k, true));
                  for (int64_t c = 0; c < tile.columns; ++c) {
                    Value rhs = rhsAt(columns[c], k, true);
                    for (int64_t r = 0; r < tile.rows; ++r) {
                      Value &sum = next[c * tile.rows + r];
                      sum = b.multiplyAdd(lhs[r], rhs, sum, shape.hasFma);
                    }
                  }
                  return next;
                });
  for (int64_t c = 0; c < tile.columns; ++c)
    for (int64_t r = 0; r < tile.rows; ++r) {
      Value sum = sumOfLanes(sums[c * tile.rows + r]);
      strip.store(addRest(sum, r, columns[c]), r, columns[c]);
    }
}

void Sweep::terms(Strip &strip) {
  int64_t vectors = tile.columns / floatLanes;
  SmallVector<Value> columns;
  for (int64_t v = 0; v < vectors; ++v)
    columns.push_back(b.add(column, v * floatLanes));
  SmallVector<Value> sums(tile.rows * vectors, b.constant(floats, 0));
  sums = b.loop(
      b.index(0), b.index(depth), sums, [&](Value k, ValueRange carried) {
        SmallVector<Value> next(carried), rhs;
        for (Value n : columns)
          rhs.push_back(rhsAt(k, n, true));
        for (int64_t r = 0; r < tile.rows; ++r) {
          Value lhs = b.create<vector::BroadcastOp>(floats, lhsAt(r, k, false));
          for (int64_t v = 0; v < vectors; ++v) {
            Value &sum = next[r * vectors + v];
            sum = b.multiplyAdd(lhs, rhs[v], sum, shape.hasFma);
          }
        }
        return next;
      });
  for (int64_t r = 0; r < tile.rows; ++r)
    for (int64_t v = 0; v < vectors; ++v)
      strip.store(sums[r * vectors + v], r, columns[v]);
}

void lowering::emitFloatTile(Emitter &b, ir::MatmulOp op, const FloatTile &tile,
                             const VectorShape &shape, Strip &strip,
                             ValueRange place, Columns columns) {
  auto loop = b.create<scf::ForOp>(columns.first, columns.second,
                                   b.index(tile.columns));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Sweep sweep(b, op, tile, shape, place, loop.getInductionVar());
  op.getTransposeB() ? sweep.dots(strip) : sweep.terms(strip);
}
