//===- Select.cpp - ArgMax, ArgMin, TopK, CumSum, Hardmax -----------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Support.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using arith::CmpFPredicate;
using arith::CmpIPredicate;
using utils::IteratorType;

namespace {
/// Which of two elements comes first.
struct Order {
  bool greatestFirst;
  bool isUnsigned;

  Value before(LocBuilder &b, Value x, Value y) const {
    if (isa<FloatType>(x.getType()))
      return b.create<arith::CmpFOp>(
          greatestFirst ? CmpFPredicate::OGT : CmpFPredicate::OLT, x, y);
    if (isUnsigned)
      return b.create<arith::CmpIOp>(
          greatestFirst ? CmpIPredicate::ugt : CmpIPredicate::ult, x, y);
    return b.create<arith::CmpIOp>(
        greatestFirst ? CmpIPredicate::sgt : CmpIPredicate::slt, x, y);
  }
  static Value equal(LocBuilder &b, Value x, Value y) {
    if (isa<FloatType>(x.getType()))
      return b.create<arith::CmpFOp>(CmpFPredicate::OEQ, x, y);
    return b.create<arith::CmpIOp>(CmpIPredicate::eq, x, y);
  }
  Value worst(LocBuilder &b, Type type) const {
    return greatestFirst ? lowestOf(b, type, isUnsigned)
                         : greatestOf(b, type, isUnsigned);
  }
};
} // namespace

/// The position along `axis` of the first (or last) best element, i64, without
/// that dimension.
static Value argBest(LocBuilder &b, Value input, int64_t axis, Order order,
                     bool last) {
  Shape kept(shapeOf(input));
  int64_t rank = kept.size();
  kept.erase(kept.begin() + axis);
  Type type = computeType(elementOf(input)), i64 = b.getI64Type();
  Value best = filled(b, kept, order.worst(b, type));
  Value where = filled(b, kept, scalarConstant(b, i64, 0));
  SmallVector<AffineExpr> outer;
  for (int64_t i = 0; i < rank; ++i)
    if (i != axis)
      outer.push_back(b.getAffineDimExpr(i));
  AffineMap outMap = AffineMap::get(rank, 0, outer, b.getContext());
  SmallVector<IteratorType> iterators(rank, IteratorType::parallel);
  iterators[axis] = IteratorType::reduction;
  auto op = b.create<linalg::GenericOp>(
      TypeRange{best.getType(), where.getType()}, ValueRange{input},
      ValueRange{best, where},
      ArrayRef<AffineMap>{b.getMultiDimIdentityMap(rank), outMap, outMap},
      iterators, [&](OpBuilder &nested, Location loc, ValueRange args) {
        LocBuilder inner(loc, nested);
        Value x = toCompute(inner, args[0]);
        Value here = inner.create<arith::IndexCastOp>(
            i64, inner.create<linalg::IndexOp>(axis));
        Value better = order.before(inner, x, args[1]);
        if (last)
          better = inner.create<arith::OrIOp>(better,
                                              Order::equal(inner, x, args[1]));
        Value value = inner.create<arith::SelectOp>(better, x, args[1]);
        Value index = inner.create<arith::SelectOp>(better, here, args[2]);
        inner.create<linalg::YieldOp>(ValueRange{value, index});
      });
  return op.getResult(1);
}

template <bool isMax> static LogicalResult expandArg(Expansion &e) {
  FailureOr<int64_t> axis = axisAttr(e, "axis", 0, e.rank(0));
  if (failed(axis))
    return failure();
  Value result = argBest(e.b, e.operand(0), *axis, {isMax, e.isUnsigned(0)},
                         e.intAttr("select_last_index", 0) != 0);
  if (e.intAttr("keepdims", 1)) {
    Shape shape(e.shape(0));
    shape[*axis] = 1;
    result = reshape(e.b, result, shape);
  }
  e.result(0, result);
  return success();
}

static LogicalResult expandHardmax(Expansion &e) {
  int64_t rank = e.rank(0);
  FailureOr<int64_t> axis =
      axisAttr(e, "axis", e.version() < 13 ? 1 : -1, rank);
  if (failed(axis))
    return failure();
  Shape shape(e.shape(0)), view = shape;
  Value input = e.operand(0);
  if (e.version() < 13) { // everything from the axis on is one dimension
    view = {product(ArrayRef<int64_t>(shape).take_front(*axis)),
            product(ArrayRef<int64_t>(shape).drop_front(*axis))};
    input = reshape(e.b, input, view);
    axis = 1;
  }
  Value best = argBest(e.b, input, *axis, {true, false}, false);
  Shape kept = view;
  kept[*axis] = 1;
  Type element = e.elementType(0);
  Value result = elementwise(
      e.b, reshape(e.b, best, kept), element,
      [&](LocBuilder &b, ValueRange args) -> Value {
        Value here = b.create<arith::IndexCastOp>(
            b.getI64Type(), b.create<linalg::IndexOp>(*axis));
        Value isBest =
            b.create<arith::CmpIOp>(CmpIPredicate::eq, here, args[0]);
        Type type = computeType(element);
        Value value = b.create<arith::SelectOp>(
            isBest, scalarConstant(b, type, 1), scalarConstant(b, type, 0));
        return fromCompute(b, value, element);
      },
      view);
  e.result(0, reshape(e.b, result, shape), e.onnxElementType(0));
  return success();
}

/// For each element the number of elements along `axis` that come before it:
/// its place in the sorted order, equal ones in the order of their indices.
static Value ranks(LocBuilder &b, Value input, int64_t axis, Order order) {
  int64_t rank = shapeOf(input).size();
  Type i64 = b.getI64Type();
  Value init = filled(b, shapeOf(input), scalarConstant(b, i64, 0));
  AffineMap own = AffineMap::getMultiDimIdentityMap(rank + 1, b.getContext())
                      .dropResult(rank);
  SmallVector<AffineExpr> exprs(own.getResults());
  exprs[axis] = b.getAffineDimExpr(rank);
  AffineMap other = AffineMap::get(rank + 1, 0, exprs, b.getContext());
  SmallVector<IteratorType> iterators(rank + 1, IteratorType::parallel);
  iterators[rank] = IteratorType::reduction;
  auto op = b.create<linalg::GenericOp>(
      TypeRange{init.getType()}, ValueRange{input, input}, ValueRange{init},
      ArrayRef<AffineMap>{own, other, own}, iterators,
      [&](OpBuilder &nested, Location loc, ValueRange args) {
        LocBuilder inner(loc, nested);
        Value mine = toCompute(inner, args[0]);
        Value theirs = toCompute(inner, args[1]);
        Value earlier = inner.create<arith::CmpIOp>(
            CmpIPredicate::ult, inner.create<linalg::IndexOp>(rank),
            inner.create<linalg::IndexOp>(axis));
        Value tie = inner.create<arith::AndIOp>(
            Order::equal(inner, theirs, mine), earlier);
        Value comesBefore =
            inner.create<arith::OrIOp>(order.before(inner, theirs, mine), tie);
        Value one = inner.create<arith::ExtUIOp>(i64, comesBefore);
        inner.create<linalg::YieldOp>(
            Value(inner.create<arith::AddIOp>(args[2], one)));
      });
  return op.getResult(0);
}

/// Values and indices of the first `count` in the order that `places` says.
static std::pair<Value, Value> pick(LocBuilder &b, Value input, Value places,
                                    int64_t axis, int64_t count) {
  Shape shape(shapeOf(input));
  int64_t rank = shape.size();
  Type type = computeType(elementOf(input)), i64 = b.getI64Type();
  shape[axis] = count;
  Value values = filled(b, shape, scalarConstant(b, type, 0));
  Value indices = filled(b, shape, scalarConstant(b, i64, 0));
  AffineMap out = AffineMap::getMultiDimIdentityMap(rank + 1, b.getContext())
                      .dropResult(rank);
  SmallVector<AffineExpr> exprs(out.getResults());
  exprs[axis] = b.getAffineDimExpr(rank);
  AffineMap in = AffineMap::get(rank + 1, 0, exprs, b.getContext());
  SmallVector<IteratorType> iterators(rank + 1, IteratorType::parallel);
  iterators[rank] = IteratorType::reduction;
  auto op = b.create<linalg::GenericOp>(
      TypeRange{values.getType(), indices.getType()}, ValueRange{input, places},
      ValueRange{values, indices}, ArrayRef<AffineMap>{in, in, out, out},
      iterators, [&](OpBuilder &nested, Location loc, ValueRange args) {
        LocBuilder inner(loc, nested);
        Value place = inner.create<arith::IndexCastOp>(
            i64, inner.create<linalg::IndexOp>(axis));
        Value from = inner.create<arith::IndexCastOp>(
            i64, inner.create<linalg::IndexOp>(rank));
        Value hit =
            inner.create<arith::CmpIOp>(CmpIPredicate::eq, args[1], place);
        Value x = toCompute(inner, args[0]);
        Value value = inner.create<arith::SelectOp>(hit, x, args[2]);
        Value index = inner.create<arith::SelectOp>(hit, from, args[3]);
        inner.create<linalg::YieldOp>(ValueRange{value, index});
      });
  return {op.getResult(0), op.getResult(1)};
}

static LogicalResult expandTopK(Expansion &e) {
  FailureOr<int64_t> axis = axisAttr(e, "axis", -1, e.rank(0));
  if (failed(axis))
    return failure();
  int64_t count = e.intAttr("k", 0);
  if (e.version() >= 10) {
    FailureOr<int64_t> k = constantInt(e, 1, "k");
    if (failed(k))
      return failure();
    count = *k;
  }
  if (count < 0 || count > e.shape(0)[*axis])
    return e.refuse("expected k from 0 to " + Twine(e.shape(0)[*axis]) +
                    ", but got " + Twine(count));
  Order order{e.intAttr("largest", 1) != 0, e.isUnsigned(0)};
  Value places = ranks(e.b, e.operand(0), *axis, order);
  auto [values, indices] = pick(e.b, e.operand(0), places, *axis, count);
  Type element = e.elementType(0);
  if (elementOf(values) != element)
    values =
        elementwise(e.b, values, element, [&](LocBuilder &b, ValueRange args) {
          return fromCompute(b, args[0], element);
        });
  e.result(0, values, e.onnxElementType(0));
  e.result(1, indices, e.b.getI64Type());
  return success();
}

/// Running sum or product: one reduction over the positions not after (with
/// `exclusive`: before) each one.
template <bool isSum> static LogicalResult expandCumulative(Expansion &e) {
  FailureOr<int64_t> axisValue = constantInt(e, 1, "the axis");
  if (failed(axisValue))
    return failure();
  int64_t rank = e.rank(0);
  auto axis = normalizeAxis(*axisValue, rank);
  if (!axis)
    return e.refuse("expected an axis of a tensor of rank " + Twine(rank) +
                    ", but got " + Twine(*axisValue));
  bool exclusive = e.intAttr("exclusive", 0) != 0;
  bool reverse = e.intAttr("reverse", 0) != 0;
  CmpIPredicate predicate =
      reverse ? (exclusive ? CmpIPredicate::ugt : CmpIPredicate::uge)
              : (exclusive ? CmpIPredicate::ult : CmpIPredicate::ule);
  LocBuilder &b = e.b;
  Type element = e.elementType(0), type = computeType(element);
  bool isFloat = isa<FloatType>(type);
  Value neutral = scalarConstant(b, type, isSum ? 0 : 1);
  Value init = filled(b, e.shape(0), neutral);
  AffineMap out = AffineMap::getMultiDimIdentityMap(rank + 1, b.getContext())
                      .dropResult(rank);
  SmallVector<AffineExpr> exprs(out.getResults());
  exprs[*axis] = b.getAffineDimExpr(rank);
  AffineMap in = AffineMap::get(rank + 1, 0, exprs, b.getContext());
  SmallVector<IteratorType> iterators(rank + 1, IteratorType::parallel);
  iterators[rank] = IteratorType::reduction;
  auto op = b.create<linalg::GenericOp>(
      TypeRange{init.getType()}, ValueRange{e.operand(0)}, ValueRange{init},
      ArrayRef<AffineMap>{in, out}, iterators,
      [&](OpBuilder &nested, Location loc, ValueRange args) {
        LocBuilder inner(loc, nested);
        Value counts = inner.create<arith::CmpIOp>(
            predicate, inner.create<linalg::IndexOp>(rank),
            inner.create<linalg::IndexOp>(*axis));
        Value x = toCompute(inner, args[0]), next;
        if (isSum)
          next = isFloat ? Value(inner.create<arith::AddFOp>(args[1], x))
                         : Value(inner.create<arith::AddIOp>(args[1], x));
        else
          next = isFloat ? Value(inner.create<arith::MulFOp>(args[1], x))
                         : Value(inner.create<arith::MulIOp>(args[1], x));
        inner.create<linalg::YieldOp>(
            Value(inner.create<arith::SelectOp>(counts, next, args[1])));
      });
  Value result = op.getResult(0);
  if (type != element)
    result = elementwise(b, result, element,
                         [&](LocBuilder &inner, ValueRange args) {
                           return fromCompute(inner, args[0], element);
                         });
  e.result(0, result, e.onnxElementType(0));
  return success();
}

ArrayRef<OperatorRow> graph::selectOperators() {
  static const OperatorRow rows[] = {
      {"", "ArgMax", 1, 0, expandArg<true>},
      {"", "ArgMin", 1, 0, expandArg<false>},
      {"", "Hardmax", 1, 0, expandHardmax},
      {"", "TopK", 1, 0, expandTopK},
      {"", "CumSum", 11, 0, expandCumulative<true>, first(2)},
      {"", "CumProd", 26, 0, expandCumulative<false>, first(2)},
  };
  return rows;
}
