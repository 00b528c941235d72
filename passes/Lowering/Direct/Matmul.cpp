//===- Matmul.cpp - tern.matmul on operands as they are -------------------===//
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Lowering/Direct/FloatTile.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

namespace {
class Matmul {
public:
  Matmul(func::FuncOp kernel, ir::MatmulOp op, const VectorShape &shape)
      : op(op), b(op.getLoc(), op.getContext()),
        strip(b, kernel, op, op.getAccumulator(), stripWidthFor(shape)),
        depth(shapeOf(op.getLhs()).back()) {}
  int64_t emit();

private:
  /// Numbers of `type`; `place` are the result's indices but the last.
  Value loadLhs(ValueRange place, Value k, Type type);
  Value loadRhs(ValueRange place, Value k, Value n, Type type);
  /// An entry of an N x G operand, either size of which may be 1.
  Value perRow(Value operand, Value n, Value group);
  void addTerms(ValueRange place, Columns columns);
  void addDots(ValueRange place, Columns columns);
  /// lhs[k] * rhs[n, k], scaled.
  Value termOf(ValueRange place, Value k, Value n);
  Value floatDot(ValueRange place, Value n);
  void addScaledDots(ValueRange place, Columns columns);
  bool hasIntegerLhs() const;

  ir::MatmulOp op;
  Emitter b;
  Strip strip;
  int64_t depth;
};
} // namespace

bool Matmul::hasIntegerLhs() const {
  auto code = dyn_cast<ir::QType>(
      cast<MemRefType>(ir::MatmulOp(op).getLhs().getType()).getElementType());
  return code && code.isInteger();
}

Value Matmul::perRow(Value operand, Value n, Value group) {
  if (!operand)
    return {};
  SmallVector<Value> at;
  const Value indices[] = {n, group};
  for (auto [size, index] : llvm::zip(shapeOf(operand), indices))
    at.push_back(size == 1 ? b.index(0) : index);
  return b.create<memref::LoadOp>(operand, at);
}

Value Matmul::loadLhs(ValueRange place, Value k, Type type) {
  SmallVector<Value> at(place);
  at.push_back(k);
  Value zp;
  if (Value operand = op.getLhsZp()) {
    // 1 entry, or one for each row of every batch.
    Value row = place.back();
    if (place.size() == 2)
      row = b.add(b.mul(place[0], shapeOf(op.getInit())[1]), row);
    int64_t count = cast<MemRefType>(operand.getType()).getNumElements();
    zp = b.loadFlat(operand, count == 1 ? b.index(0) : row);
  }
  return numberOf(b, b.create<memref::LoadOp>(op.getLhs(), at), zp, type);
}

Value Matmul::loadRhs(ValueRange place, Value k, Value n, Type type) {
  SmallVector<Value> at;
  if (shapeOf(op.getRhs()).size() == 3)
    at.push_back(shapeOf(op.getRhs())[0] == 1 ? b.index(0) : place[0]);
  bool byRow = op.getTransposeB();
  at.append({byRow ? n : k, byRow ? k : n});
  Value group = op.getGroup() ? b.div(k, *op.getGroup()) : b.index(0);
  Value element = b.create<memref::LoadOp>(op.getRhs(), at);
  return numberOf(b, element, perRow(op.getRhsZp(), n, group), type);
}

/// K x N: term by term over a strip, as its columns are neighbours.
void Matmul::addTerms(ValueRange place, Columns columns) {
  Type type = op.getAccumulator();
  b.loop(0, depth, [&](Value k) {
    Value lhs = loadLhs(place, k, type);
    strip.accumulate(columns, [&](Value n) {
      return product(b, lhs, loadRhs(place, k, n, type));
    });
  });
}

Value Matmul::termOf(ValueRange place, Value k, Value n) {
  Type type = op.getAccumulator();
  Value rhs = loadRhs(place, k, n, type);
  if (Value scale = op.getRhsScale())
    rhs = product(b, rhs, perRow(scale, n, b.div(k, *op.getGroup())));
  return product(b, loadLhs(place, k, type), rhs);
}

/// Sums of every 16th term beside one another, then of neighbours: in this
/// order on every machine, and in vectors where there are some.
Value Matmul::floatDot(ValueRange place, Value n) {
  constexpr int64_t width = floatLanes;
  SmallVector<Value> sums(depth < width ? 1 : width,
                          b.constant(op.getAccumulator(), 0));
  auto add = [&](Value x, Value y) -> Value {
    return b.create<arith::AddFOp>(x, y);
  };
  int64_t whole = depth / width;
  if (whole)
    sums = b.loop(b.index(0), b.index(whole), sums,
                  [&](Value step, ValueRange carried) {
                    SmallVector<Value> next;
                    for (auto [i, sum] : llvm::enumerate(carried)) {
                      Value k = b.add(b.mul(step, width), int64_t(i));
                      next.push_back(add(sum, termOf(place, k, n)));
                    }
                    return next;
                  });
  for (size_t half = sums.size() / 2; half; half /= 2) {
    for (size_t i = 0; i < half; ++i)
      sums[i] = add(sums[i], sums[i + half]);
    sums.truncate(half);
  }
  if (whole * width == depth)
    return sums[0];
  return b.loop(b.index(whole * width), b.index(depth), sums,
                [&](Value k, ValueRange sum) {
                  return SmallVector<Value>{add(sum[0], termOf(place, k, n))};
                })[0];
}

/// N x K: one dot product after the other.
void Matmul::addDots(ValueRange place, Columns columns) {
  Type type = op.getAccumulator();
  strip.accumulate(columns, [&](Value n) {
    if (isa<FloatType>(type))
      return floatDot(place, n);
    return b.loop(b.index(0), b.index(depth), b.constant(type, 0),
                  [&](Value k, ValueRange sum) {
                    return SmallVector<Value>{
                        b.add(sum[0], termOf(place, k, n))};
                  })[0];
  });
}

/// Groups of k share a scale: exact integer sums of each, then scaled.
void Matmul::addScaledDots(ValueRange place, Columns columns) {
  int64_t size = *op.getGroup();
  Type i32 = b.getI32Type();
  b.loop(0, llvm::divideCeil(depth, size), [&](Value group) {
    Value first = b.mul(group, size);
    Value last = b.min(b.add(first, size), depth);
    strip.accumulate(columns, [&](Value n) {
      Value sum =
          b.loop(first, last, b.constant(i32, 0), [&](Value k, ValueRange sum) {
            Value term =
                b.mul(loadLhs(place, k, i32), loadRhs(place, k, n, i32));
            return SmallVector<Value>{b.add(sum[0], term)};
          })[0];
      Value part = b.create<arith::SIToFPOp>(b.getF32Type(), sum);
      return product(b, part, perRow(op.getRhsScale(), n, group));
    });
  });
}

int64_t Matmul::emit() {
  return strip.emit([&](ValueRange place, Columns columns) {
    strip.clear(columns);
    if (op.getRhsScale() && hasIntegerLhs())
      addScaledDots(place, columns);
    else if (op.getTransposeB())
      addDots(place, columns);
    else
      addTerms(place, columns);
  });
}

int64_t lowering::lowerDirectMatmul(func::FuncOp kernel, ir::MatmulOp op,
                                    const VectorShape &shape) {
  std::optional<FloatTile> tile = planFloatTile(op, shape);
  if (!tile)
    return Matmul(kernel, op, shape).emit();
  Emitter b(op.getLoc(), op.getContext());
  Strip strip(b, kernel, op, op.getAccumulator(), tileStrip, tile->rows);
  return strip.emit([&](ValueRange place, Columns columns) {
    emitFloatTile(b, op, *tile, shape, strip, place, columns);
  });
}
