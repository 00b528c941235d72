//===- Reduce.cpp - ReduceSum and its relatives ---------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Support.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

namespace {
/// What to reduce, as the node says.
struct Reduction {
  Value input;
  Shape axes;
  bool keepDims;
  bool isUnsigned;
  /// The element type that results are given in.
  Type element;
  /// The accumulator's type.
  Type type;
  int64_t count;

  bool isFloat() const { return isa<FloatType>(type); }
};
} // namespace

static bool isFloat(Value scalar) { return isa<FloatType>(scalar.getType()); }

/// Reads the axes; an empty list means all of them unless the node says that
/// it means none (`noop` set then).
static FailureOr<Reduction> readReduction(Expansion &e, int64_t inputSince,
                                          bool &noop) {
  FailureOr<std::optional<Shape>> axes = axesOf(e, e.rank(0), inputSince);
  if (failed(axes))
    return failure();
  Reduction r;
  r.input = e.operand(0);
  r.axes = axes->value_or(Shape());
  noop = r.axes.empty() && e.intAttr("noop_with_empty_axes", 0) != 0;
  if (r.axes.empty() && !noop)
    for (int64_t i = 0; i < e.rank(0); ++i)
      r.axes.push_back(i);
  r.keepDims = e.intAttr("keepdims", 1) != 0;
  r.isUnsigned = e.isUnsigned(0);
  r.element = e.elementType(0);
  r.type = computeType(r.element);
  r.count = 1;
  for (int64_t axis : r.axes)
    r.count *= e.shape(0)[axis];
  return r;
}

static Value addScalars(LocBuilder &b, Value x, Value y) {
  return isFloat(x) ? Value(b.create<arith::AddFOp>(x, y))
                    : Value(b.create<arith::AddIOp>(x, y));
}

static Value mulScalars(LocBuilder &b, Value x, Value y) {
  return isFloat(x) ? Value(b.create<arith::MulFOp>(x, y))
                    : Value(b.create<arith::MulIOp>(x, y));
}

static Value absScalar(LocBuilder &b, Value x, bool isUnsigned) {
  if (isFloat(x))
    return b.create<math::AbsFOp>(x);
  if (isUnsigned)
    return x;
  Value zero = scalarConstant(b, x.getType(), 0);
  return b.create<arith::MaxSIOp>(x, b.create<arith::SubIOp>(zero, x));
}

/// Sum of what `term` makes of each element.
static Value sumOf(LocBuilder &b, const Reduction &r, ScalarFn term) {
  Value zero = scalarConstant(b, r.type, 0);
  return reduce(b, r.input, r.axes, r.keepDims, zero,
                [&](LocBuilder &inner, ValueRange args) {
                  return addScalars(inner, args[0], term(inner, args[1]));
                });
}

static Value sum(LocBuilder &b, const Reduction &r) {
  return sumOf(b, r, [](LocBuilder &, ValueRange args) { return args[0]; });
}

static Value sumSquare(LocBuilder &b, const Reduction &r) {
  return sumOf(b, r, [](LocBuilder &inner, ValueRange args) {
    return mulScalars(inner, args[0], args[0]);
  });
}

static Value sumAbs(LocBuilder &b, const Reduction &r) {
  return sumOf(b, r, [&](LocBuilder &inner, ValueRange args) {
    return absScalar(inner, args[0], r.isUnsigned);
  });
}

static Value prod(LocBuilder &b, const Reduction &r) {
  return reduce(b, r.input, r.axes, r.keepDims, scalarConstant(b, r.type, 1),
                [](LocBuilder &inner, ValueRange args) {
                  return mulScalars(inner, args[0], args[1]);
                });
}

template <bool isMax> static Value extremum(LocBuilder &b, const Reduction &r) {
  bool isUnsigned = r.isUnsigned || r.type.isInteger(1);
  Value init = isMax ? lowestOf(b, r.type, isUnsigned)
                     : greatestOf(b, r.type, isUnsigned);
  return reduce(b, r.input, r.axes, r.keepDims, init,
                [&](LocBuilder &inner, ValueRange args) -> Value {
                  Value x = args[0], y = args[1];
                  if (isFloat(x))
                    return isMax ? Value(inner.create<arith::MaximumFOp>(x, y))
                                 : Value(inner.create<arith::MinimumFOp>(x, y));
                  if (isUnsigned)
                    return isMax ? Value(inner.create<arith::MaxUIOp>(x, y))
                                 : Value(inner.create<arith::MinUIOp>(x, y));
                  return isMax ? Value(inner.create<arith::MaxSIOp>(x, y))
                               : Value(inner.create<arith::MinSIOp>(x, y));
                });
}

static Value mean(LocBuilder &b, const Reduction &r) {
  return compute(
      b, sum(b, r), r.type, [&](LocBuilder &inner, ValueRange args) -> Value {
        Value count = scalarConstant(
            inner, r.type,
            r.isFloat() ? r.count : std::max<int64_t>(r.count, 1));
        if (r.isFloat())
          return inner.create<arith::DivFOp>(args[0], count);
        return r.isUnsigned
                   ? Value(inner.create<arith::DivUIOp>(args[0], count))
                   : Value(inner.create<arith::DivSIOp>(args[0], count));
      });
}

/// A float function of each element; integers go through f64 and back.
template <typename Op>
static Value mapFloat(LocBuilder &b, const Reduction &r, Value value) {
  return compute(
      b, value, r.type, [&](LocBuilder &inner, ValueRange args) -> Value {
        if (r.isFloat())
          return inner.create<Op>(args[0]);
        Type f64 = inner.getF64Type();
        Value x = r.isUnsigned
                      ? Value(inner.create<arith::UIToFPOp>(f64, args[0]))
                      : Value(inner.create<arith::SIToFPOp>(f64, args[0]));
        return floatToInt(inner, inner.create<Op>(x), cast<IntegerType>(r.type),
                          r.isUnsigned);
      });
}

static Value norm2(LocBuilder &b, const Reduction &r) {
  return mapFloat<math::SqrtOp>(b, r, sumSquare(b, r));
}

static Value logSum(LocBuilder &b, const Reduction &r) {
  return mapFloat<math::LogOp>(b, r, sum(b, r));
}

/// log(sum(exp(x - max))) + max; an infinite maximum is not subtracted.
static Value logSumExp(LocBuilder &b, const Reduction &r) {
  Reduction kept = r;
  kept.keepDims = true;
  auto finite = [](LocBuilder &inner, Value x) -> Value {
    Value size = inner.create<math::AbsFOp>(x);
    Value isFinite = inner.create<arith::CmpFOp>(
        arith::CmpFPredicate::OLT, size, greatestOf(inner, x.getType()));
    return inner.create<arith::SelectOp>(isFinite, x,
                                         scalarConstant(inner, x.getType(), 0));
  };
  Value most = compute(b, extremum<true>(b, kept), r.type,
                       [&](LocBuilder &inner, ValueRange args) {
                         return finite(inner, args[0]);
                       });
  Reduction exps = kept;
  exps.input = compute(b, {r.input, most}, r.type,
                       [](LocBuilder &inner, ValueRange args) -> Value {
                         Value x =
                             inner.create<arith::SubFOp>(args[0], args[1]);
                         return inner.create<math::ExpOp>(x);
                       });
  Value result = compute(b, {sum(b, exps), most}, r.type,
                         [](LocBuilder &inner, ValueRange args) -> Value {
                           Value x = inner.create<math::LogOp>(args[0]);
                           return inner.create<arith::AddFOp>(x, args[1]);
                         });
  if (r.keepDims)
    return result;
  Shape shape;
  for (auto [i, size] : llvm::enumerate(shapeOf(result)))
    if (!llvm::is_contained(r.axes, int64_t(i)))
      shape.push_back(size);
  return reshape(b, result, shape);
}

using ReduceFn = Value (*)(LocBuilder &, const Reduction &);

/// `inputSince` is the opset that made the axes an operand.
template <ReduceFn fn, int inputSince, bool floatOnly, bool bools>
static LogicalResult expandReduce(Expansion &e) {
  if (e.elementType(0).isInteger(1) && !bools)
    return refuseType(e, 0, "numbers");
  bool noop = false;
  FailureOr<Reduction> r = readReduction(e, inputSince, noop);
  if (failed(r))
    return failure();
  if (floatOnly && !r->isFloat())
    return refuseType(e, 0, "a float tensor");
  // Without axes the reduction is over none: each element by itself.
  Value value = fn(e.b, *r);
  if (r->element != r->type)
    value = elementwise(e.b, value, r->element,
                        [&](LocBuilder &b, ValueRange args) {
                          return fromCompute(b, args[0], r->element);
                        });
  e.result(0, value, e.onnxElementType(0));
  return success();
}

ArrayRef<OperatorRow> graph::reduceOperators() {
  static const OperatorRow rows[] = {
      {"", "ReduceSum", 1, 0, expandReduce<sum, 13, false, false>},
      {"", "ReduceMean", 1, 0, expandReduce<mean, 18, false, false>},
      {"", "ReduceProd", 1, 0, expandReduce<prod, 18, false, false>},
      {"", "ReduceMax", 1, 0, expandReduce<extremum<true>, 18, false, true>},
      {"", "ReduceMin", 1, 0, expandReduce<extremum<false>, 18, false, true>},
      {"", "ReduceL1", 1, 0, expandReduce<sumAbs, 18, false, false>},
      {"", "ReduceL2", 1, 0, expandReduce<norm2, 18, false, false>},
      {"", "ReduceSumSquare", 1, 0, expandReduce<sumSquare, 18, false, false>},
      {"", "ReduceLogSum", 1, 0, expandReduce<logSum, 18, false, false>},
      {"", "ReduceLogSumExp", 1, 0, expandReduce<logSumExp, 18, true, false>},
  };
  return rows;
}
