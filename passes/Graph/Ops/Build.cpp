//===- Build.cpp - Tensor-level building blocks of the expansions ---------===//
#include "passes/Graph/Ops/Build.h"
#include "dialects/Tern/Tern.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using tern::ir::QType;
using utils::IteratorType;

namespace tern::graph {

ArrayRef<int64_t> shapeOf(Value tensor) {
  return cast<RankedTensorType>(tensor.getType()).getShape();
}

Type elementOf(Value tensor) {
  return cast<RankedTensorType>(tensor.getType()).getElementType();
}

RankedTensorType tensorOf(ArrayRef<int64_t> shape, Type element) {
  return RankedTensorType::get(shape, element);
}

std::optional<Shape> broadcastShape(ValueRange values) {
  Shape result;
  for (Value value : values) {
    ArrayRef<int64_t> shape = shapeOf(value);
    if (shape.size() > result.size())
      result.insert(result.begin(), shape.size() - result.size(), 1);
    size_t skipped = result.size() - shape.size();
    for (size_t i = 0; i < shape.size(); ++i) {
      int64_t &size = result[skipped + i];
      if (size == 1)
        size = shape[i];
      else if (shape[i] != 1 && shape[i] != size)
        return std::nullopt;
    }
  }
  return result;
}

/// The indexing map of an operand that broadcasts to `shape`: the constant 0
/// where it has size 1 and the result more.
static AffineMap broadcastMap(LocBuilder &b, ArrayRef<int64_t> from,
                              ArrayRef<int64_t> shape) {
  size_t skipped = shape.size() - from.size();
  SmallVector<AffineExpr> exprs;
  for (size_t i = 0; i < from.size(); ++i)
    exprs.push_back(from[i] == 1 && shape[skipped + i] != 1
                        ? b.getAffineConstantExpr(0)
                        : b.getAffineDimExpr(skipped + i));
  return AffineMap::get(shape.size(), 0, exprs, b.getContext());
}

Value elementwise(LocBuilder &b, ValueRange values, Type element, ScalarFn body,
                  ArrayRef<int64_t> atLeast) {
  SmallVector<Value> all(values);
  Value init;
  if (!atLeast.empty()) {
    init = emptyTensor(b, atLeast, element);
    all.push_back(init);
  }
  Shape shape = *broadcastShape(all);
  if (!init || shapeOf(init) != ArrayRef<int64_t>(shape))
    init = emptyTensor(b, shape, element);
  SmallVector<AffineMap> maps;
  for (Value value : values)
    maps.push_back(broadcastMap(b, shapeOf(value), shape));
  maps.push_back(b.getMultiDimIdentityMap(shape.size()));
  SmallVector<IteratorType> iterators(shape.size(), IteratorType::parallel);
  auto op = b.create<linalg::GenericOp>(
      TypeRange{init.getType()}, values, ValueRange{init}, maps, iterators,
      [&](OpBuilder &nested, Location loc, ValueRange args) {
        LocBuilder inner(loc, nested);
        Value value = body(inner, args.drop_back());
        inner.create<linalg::YieldOp>(value);
      });
  return op.getResult(0);
}

Value compute(LocBuilder &b, ValueRange values, Type element, ScalarFn body,
              ArrayRef<int64_t> shape) {
  return elementwise(
      b, values, element,
      [&](LocBuilder &inner, ValueRange args) {
        SmallVector<Value> scalars;
        for (Value arg : args)
          scalars.push_back(toCompute(inner, arg));
        return fromCompute(inner, body(inner, scalars), element);
      },
      shape);
}

Value generate(LocBuilder &b, ArrayRef<int64_t> shape, Type element,
               ScalarFn body) {
  Value init = emptyTensor(b, shape, element);
  SmallVector<IteratorType> iterators(shape.size(), IteratorType::parallel);
  auto op = b.create<linalg::GenericOp>(
      TypeRange{init.getType()}, ValueRange{}, ValueRange{init},
      ArrayRef<AffineMap>{b.getMultiDimIdentityMap(shape.size())}, iterators,
      [&](OpBuilder &nested, Location loc, ValueRange args) {
        LocBuilder inner(loc, nested);
        SmallVector<Value> indices;
        for (size_t i = 0; i < shape.size(); ++i)
          indices.push_back(inner.create<linalg::IndexOp>(i));
        Value value = body(inner, indices);
        inner.create<linalg::YieldOp>(value);
      });
  return op.getResult(0);
}

/// A scalar of a builtin type in another one; integers of the same signedness.
static Value convertScalar(LocBuilder &b, Value scalar, Type to,
                           bool isUnsigned) {
  Type from = scalar.getType();
  if (from == to)
    return scalar;
  bool wider = to.getIntOrFloatBitWidth() > from.getIntOrFloatBitWidth();
  if (isa<FloatType>(from) && isa<FloatType>(to))
    return wider ? Value(b.create<arith::ExtFOp>(to, scalar))
                 : Value(b.create<arith::TruncFOp>(to, scalar));
  if (isa<FloatType>(from))
    return floatToInt(b, scalar, cast<IntegerType>(to), isUnsigned);
  bool zeroExtend = isUnsigned || from.isInteger(1);
  if (isa<FloatType>(to))
    return zeroExtend ? Value(b.create<arith::UIToFPOp>(to, scalar))
                      : Value(b.create<arith::SIToFPOp>(to, scalar));
  if (!wider)
    return b.create<arith::TruncIOp>(to, scalar);
  return zeroExtend ? Value(b.create<arith::ExtUIOp>(to, scalar))
                    : Value(b.create<arith::ExtSIOp>(to, scalar));
}

/// Integers clamped to the range of an integer code.
static Value clampToCode(LocBuilder &b, Value value, QType code) {
  Type type = value.getType();
  value =
      b.create<arith::MaxSIOp>(value, scalarConstant(b, type, code.getMin()));
  return b.create<arith::MinSIOp>(value,
                                  scalarConstant(b, type, code.getMax()));
}

Value convert(LocBuilder &b, Value value, Type element, bool isUnsigned) {
  if (elementOf(value) == element)
    return value;
  return elementwise(
      b, value, element, [&](LocBuilder &inner, ValueRange args) {
        Value scalar = toCompute(inner, args[0]);
        bool fromFloat = isa<FloatType>(scalar.getType());
        scalar = convertScalar(inner, scalar, computeType(element), isUnsigned);
        auto code = dyn_cast<QType>(element);
        if (fromFloat && code && code.isInteger())
          scalar = clampToCode(inner, scalar, code);
        return fromCompute(inner, scalar, element);
      });
}

Value reduce(LocBuilder &b, Value value, ArrayRef<int64_t> axes, bool keepDims,
             Value init, ScalarFn body) {
  ArrayRef<int64_t> shape = shapeOf(value);
  SmallVector<IteratorType> iterators(shape.size(), IteratorType::parallel);
  for (int64_t axis : axes)
    iterators[axis] = IteratorType::reduction;
  SmallVector<AffineExpr> kept;
  Shape keptShape, fullShape;
  for (size_t i = 0; i < shape.size(); ++i) {
    bool isKept = iterators[i] == IteratorType::parallel;
    fullShape.push_back(isKept ? shape[i] : 1);
    if (!isKept)
      continue;
    kept.push_back(b.getAffineDimExpr(i));
    keptShape.push_back(shape[i]);
  }
  Value start = filled(b, keptShape, init);
  SmallVector<AffineMap> maps = {
      b.getMultiDimIdentityMap(shape.size()),
      AffineMap::get(shape.size(), 0, kept, b.getContext())};
  auto op = b.create<linalg::GenericOp>(
      TypeRange{start.getType()}, ValueRange{value}, ValueRange{start}, maps,
      iterators, [&](OpBuilder &nested, Location loc, ValueRange args) {
        LocBuilder inner(loc, nested);
        Value next = body(inner, {args[1], toCompute(inner, args[0])});
        inner.create<linalg::YieldOp>(next);
      });
  Value result = op.getResult(0);
  return keepDims ? reshape(b, result, fullShape) : result;
}

Value floatMatmul(LocBuilder &b, Value lhs, Value rhs, bool transposeB) {
  Shape shape(shapeOf(lhs));
  ArrayRef<int64_t> other = shapeOf(rhs);
  shape.back() = transposeB ? other[other.size() - 2] : other.back();
  Type type = elementOf(lhs);
  Value init = emptyTensor(b, shape, type);
  return b
      .create<ir::MatmulOp>(TypeRange{init.getType()}, lhs, rhs, Value(),
                            Value(), Value(), ValueRange(), init, transposeB,
                            IntegerAttr(), type, ArrayAttr(), ir::MethodAttr(),
                            ir::LayoutAttr())
      .getResult(0);
}

std::optional<int64_t> normalizeAxis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    return std::nullopt;
  return axis < 0 ? axis + rank : axis;
}

int64_t product(ArrayRef<int64_t> sizes) {
  int64_t result = 1;
  for (int64_t size : sizes)
    result *= size;
  return result;
}

} // namespace tern::graph
