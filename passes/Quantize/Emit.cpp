//===- Emit.cpp - The quantized form of a contraction ---------------------===//
#include "passes/Quantize/Emit.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace tern;
using namespace tern::quantize;

using Shape = SmallVector<int64_t>;
using Body = llvm::function_ref<Value(LocBuilder &, ValueRange)>;

static Shape shapeOf(Value value) {
  return Shape(cast<RankedTensorType>(value.getType()).getShape());
}

Value quantize::emitStatic(LocBuilder &b, ConstantMaker &constants, Value value,
                           const InputScaling &scaling) {
  Shape shape = shapeOf(value), ones(shape.size(), 1);
  eval::Tensor scale(RankedTensorType::get(ones, b.getF32Type()));
  scale.setFloat(0, scaling.scale);
  Value scales = constants.make(b, scale, "scale"), zeros;
  if (scaling.zero != 0) {
    eval::Tensor zero(RankedTensorType::get(ones, b.getI32Type()));
    zero.setInt(0, scaling.zero);
    zeros = constants.make(b, zero, "zero_point");
  }
  auto format = ir::FormatAttr::get(b.getContext(), shape);
  Value codes = b.create<ir::QuantizeOp>(
      RankedTensorType::get(shape, scaling.code), value, scales, zeros, format,
      /*saturate=*/false);
  return b.create<ir::DequantizeOp>(value.getType(), codes, scales, zeros,
                                    format);
}

/// One elementwise f32 operation; `maps` are those of `values`.
static Value elementwise(LocBuilder &b, ValueRange values,
                         ArrayRef<AffineMap> maps, ArrayRef<int64_t> shape,
                         Body body) {
  Value init = b.create<tensor::EmptyOp>(shape, b.getF32Type());
  SmallVector<AffineMap> all(maps);
  all.push_back(b.getMultiDimIdentityMap(shape.size()));
  SmallVector<utils::IteratorType> loops(shape.size(),
                                         utils::IteratorType::parallel);
  auto op = b.create<linalg::GenericOp>(
      TypeRange{init.getType()}, values, ValueRange{init}, all, loops,
      [&](OpBuilder &inner, Location loc, ValueRange args) {
        LocBuilder scalar(loc, inner);
        inner.create<linalg::YieldOp>(loc, body(scalar, args));
      });
  return op.getResult(0);
}

static Value number(LocBuilder &b, float value) {
  return b.create<arith::ConstantOp>(b.getF32FloatAttr(value));
}

/// The greatest magnitude of each row, with 1 in the last place.
static Value rowMaxima(LocBuilder &b, Value value, AffineMap perRow) {
  Shape rows = shapeOf(value);
  rows.back() = 1;
  Value empty = b.create<tensor::EmptyOp>(rows, b.getF32Type());
  Value init = b.create<linalg::FillOp>(number(b, 0), empty).getResult(0);
  SmallVector<utils::IteratorType> loops(rows.size(),
                                         utils::IteratorType::parallel);
  loops.back() = utils::IteratorType::reduction;
  auto op = b.create<linalg::GenericOp>(
      TypeRange{init.getType()}, ValueRange{value}, ValueRange{init},
      ArrayRef<AffineMap>{b.getMultiDimIdentityMap(rows.size()), perRow}, loops,
      [](OpBuilder &inner, Location loc, ValueRange args) {
        Value magnitude = inner.create<math::AbsFOp>(loc, args[0]);
        Value most = inner.create<arith::MaximumFOp>(loc, args[1], magnitude);
        inner.create<linalg::YieldOp>(loc, most);
      });
  return op.getResult(0);
}

Value quantize::emitDynamic(LocBuilder &b, Value value, unsigned bits) {
  Shape shape = shapeOf(value), rows = shape;
  rows.back() = 1;
  AffineMap identity = b.getMultiDimIdentityMap(shape.size());
  SmallVector<AffineExpr> exprs(identity.getResults());
  exprs.back() = b.getAffineConstantExpr(0);
  AffineMap perRow = AffineMap::get(shape.size(), 0, exprs, b.getContext());
  auto greatest = static_cast<float>((1 << (bits - 1)) - 1);
  // A row of zeros divides by something, and stays zeros.
  constexpr float tiny = 1e-30f;
  Value scale = elementwise(
      b, rowMaxima(b, value, perRow), identity, rows,
      [&](LocBuilder &inner, ValueRange args) -> Value {
        Value most =
            inner.create<arith::MaximumFOp>(args[0], number(inner, tiny));
        return inner.create<arith::DivFOp>(most, number(inner, greatest));
      });
  Value codes = elementwise(
      b, {value, scale}, {identity, perRow}, shape,
      [&](LocBuilder &inner, ValueRange args) -> Value {
        Value whole = inner.create<math::RoundEvenOp>(
            inner.create<arith::DivFOp>(args[0], args[1]));
        Value low =
            inner.create<arith::MaximumFOp>(whole, number(inner, -greatest));
        return inner.create<arith::MinimumFOp>(low, number(inner, greatest));
      });
  return elementwise(b, {codes, scale}, {identity, perRow}, shape,
                     [](LocBuilder &inner, ValueRange args) -> Value {
                       return inner.create<arith::MulFOp>(args[0], args[1]);
                     });
}

Value quantize::emitChannelScale(LocBuilder &b, Value value, Value factors) {
  Shape shape = shapeOf(value);
  AffineMap channel = AffineMap::get(shape.size(), 0, b.getAffineDimExpr(1));
  return elementwise(b, {value, factors},
                     {b.getMultiDimIdentityMap(shape.size()), channel}, shape,
                     [](LocBuilder &inner, ValueRange args) -> Value {
                       return inner.create<arith::MulFOp>(args[0], args[1]);
                     });
}
