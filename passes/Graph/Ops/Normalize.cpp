//===- Normalize.cpp - Layer, group, instance, RMS normalization, ... -----===//
#include "passes/Graph/Ops/Normalize.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/ScalarMath.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

//===----------------------------------------------------------------------===//
// Building blocks
//===----------------------------------------------------------------------===//

Value graph::meanOver(LocBuilder &b, Value x, ArrayRef<int64_t> axes) {
  Type type = elementOf(x);
  int64_t count = 1;
  for (int64_t axis : axes)
    count *= shapeOf(x)[axis];
  Value sum =
      reduce(b, x, axes, /*keepDims=*/true, scalarConstant(b, type, 0.0),
             [](LocBuilder &inner, ValueRange args) -> Value {
               return inner.create<arith::AddFOp>(args[0], args[1]);
             });
  return compute(b, sum, type, [&](LocBuilder &inner, ValueRange args) {
    return (Scalar{inner, args[0]} / static_cast<double>(count)).v;
  });
}

static Value multiply(LocBuilder &b, Value x, Value y) {
  return compute(b, {x, y}, elementOf(x),
                 [](LocBuilder &inner, ValueRange args) -> Value {
                   return inner.create<arith::MulFOp>(args[0], args[1]);
                 });
}

static Value subtract(LocBuilder &b, Value x, Value y) {
  return compute(b, {x, y}, elementOf(x),
                 [](LocBuilder &inner, ValueRange args) -> Value {
                   return inner.create<arith::SubFOp>(args[0], args[1]);
                 });
}

static Value add(LocBuilder &b, Value x, Value y) {
  return compute(b, {x, y}, elementOf(x),
                 [](LocBuilder &inner, ValueRange args) -> Value {
                   return inner.create<arith::AddFOp>(args[0], args[1]);
                 });
}

/// 1 / sqrt(x + epsilon).
static Value inverseRoot(LocBuilder &b, Value x, double epsilon) {
  return compute(b, x, elementOf(x), [&](LocBuilder &inner, ValueRange args) {
    Scalar root = (Scalar{inner, args[0]} + epsilon).call<math::SqrtOp>();
    return (root.like(1) / root).v;
  });
}

Normalized graph::normalizeOver(LocBuilder &b, Value x, ArrayRef<int64_t> axes,
                                double epsilon, bool centered) {
  Normalized n;
  if (centered) {
    n.mean = meanOver(b, x, axes);
    x = subtract(b, x, n.mean);
  }
  n.inverse = inverseRoot(b, meanOver(b, multiply(b, x, x), axes), epsilon);
  n.value = multiply(b, x, n.inverse);
  return n;
}

Value graph::scaleAndShift(LocBuilder &b, Value x, Value scale, Value bias) {
  if (!bias)
    return multiply(b, x, scale);
  return compute(b, {x, scale, bias}, elementOf(x),
                 [](LocBuilder &inner, ValueRange args) {
                   Scalar element{inner, args[0]}, factor{inner, args[1]},
                       shift{inner, args[2]};
                   return (element * factor + shift).v;
                 });
}

/// Operand `i` in the wide type of operand 0; null when absent.
static Value wideLike(Expansion &e, unsigned i) {
  if (!e.has(i))
    return {};
  return convert(e.b, e.operand(i), wideType(e.b, e.elementType(0)));
}

/// A tensor of one value per channel as one that broadcasts to `rank`
/// dimensions; refuses another count.
static FailureOr<Value> channelOperand(Expansion &e, unsigned i,
                                       int64_t channels, int64_t rank) {
  if (!e.has(i) || product(e.shape(i)) != channels)
    return e.refuse("expected operand " + Twine(i) + " of " + Twine(channels) +
                    " channels");
  Shape shape(rank - 1, 1);
  shape[0] = channels;
  return reshape(e.b, wideLike(e, i), shape);
}

//===----------------------------------------------------------------------===//
// Over the last dimensions
//===----------------------------------------------------------------------===//

/// Whether operand `i` is absent or broadcasts to operand 0.
static bool fitsInput(Expansion &e, unsigned i) {
  return !e.has(i) || broadcastShape({e.operand(0), e.operand(i)}) ==
                          std::optional<Shape>(Shape(e.shape(0)));
}

/// LayerNormalization (scale, bias, mean and inverse as results) and RMS
/// normalization (scale; the inverse as result 1).
template <bool centered> static LogicalResult expandLayerNorm(Expansion &e) {
  int64_t rank = e.rank(0);
  FailureOr<int64_t> axis = axisAttr(e, "axis", -1, rank);
  FailureOr<Value> x = failure();
  if (failed(axis) || failed(x = wideOperand(e, 0)))
    return failure();
  if (!e.has(1) || !fitsInput(e, 1) || !fitsInput(e, 2))
    return e.refuse("expected a scale (and bias) that broadcasts to the input");
  LocBuilder &b = e.b;
  Shape axes = llvm::to_vector(llvm::seq<int64_t>(*axis, rank));
  Normalized n =
      normalizeOver(b, *x, axes, e.floatAttr("epsilon", 1e-5f), centered);
  Value y = scaleAndShift(b, n.value, wideLike(e, 1),
                          centered ? wideLike(e, 2) : Value());
  e.result(0, convert(b, y, e.elementType(0)));
  if (centered && e.numResults() > 1)
    e.result(1, n.mean);
  unsigned inverse = centered ? 2 : 1;
  if (e.numResults() > inverse)
    e.result(inverse, n.inverse);
  return success();
}

/// com.microsoft: the input plus a skip (plus a bias), normalized.
template <bool centered> static LogicalResult expandSkipNorm(Expansion &e) {
  LocBuilder &b = e.b;
  unsigned bias = centered ? 4 : 3;
  FailureOr<Value> x = wideOperand(e, 0);
  if (failed(x))
    return failure();
  if (!e.has(1) || !e.has(2) || e.rank(0) < 1)
    return e.refuse("expected an input, a skip and a scale");
  for (unsigned i = 1; i < e.numOperands(); ++i)
    if (!fitsInput(e, i))
      return e.refuse("expected operand " + Twine(i) +
                      " to broadcast to the input");
  Value sum = add(b, *x, wideLike(e, 1));
  if (e.has(bias))
    sum = add(b, sum, wideLike(e, bias));
  Normalized n = normalizeOver(b, sum, {e.rank(0) - 1},
                               e.floatAttr("epsilon", 1e-12f), centered);
  Value y = scaleAndShift(b, n.value, wideLike(e, 2),
                          centered ? wideLike(e, 3) : Value());
  e.result(0, convert(b, y, e.elementType(0)));
  if (e.numResults() > 1 && n.mean)
    e.result(1, n.mean);
  if (e.numResults() > 2)
    e.result(2, n.inverse);
  if (e.numResults() > 3)
    e.result(3, convert(b, sum, e.elementType(0)));
  return success();
}

//===----------------------------------------------------------------------===//
// Over groups of channels, and by axes
//===----------------------------------------------------------------------===//

/// Each group of channels of each batch; then scale and bias.
static LogicalResult normalizeGroups(Expansion &e, int64_t groups,
                                     bool perGroup) {
  FailureOr<Value> x = wideOperand(e, 0);
  if (failed(x))
    return failure();
  int64_t rank = e.rank(0);
  if (rank < 2 || groups < 1 || e.shape(0)[1] % groups != 0)
    return e.refuse("expected channels that are divisible by " + Twine(groups));
  LocBuilder &b = e.b;
  int64_t batch = e.shape(0)[0], channels = e.shape(0)[1];
  int64_t inner = product(e.shape(0).drop_front(2));
  Value grouped = reshape(b, *x, {batch, groups, channels / groups * inner});
  Value y = normalizeOver(b, grouped, {2}, e.floatAttr("epsilon", 1e-5f)).value;
  // Until opset 20 scale and bias are of a group.
  int64_t entries = perGroup ? groups : channels;
  Shape view = {batch, entries, channels / entries, inner};
  FailureOr<Value> scale = channelOperand(e, 1, entries, 4);
  FailureOr<Value> bias = failure();
  if (failed(scale) || failed(bias = channelOperand(e, 2, entries, 4)))
    return failure();
  y = scaleAndShift(b, reshape(b, y, view), *scale, *bias);
  e.result(0, convert(b, reshape(b, y, e.shape(0)), e.elementType(0)));
  return success();
}

static LogicalResult expandInstanceNorm(Expansion &e) {
  if (e.rank(0) < 3)
    return e.refuse("expected an input with a spatial dimension");
  return normalizeGroups(e, e.shape(0)[1], /*perGroup=*/false);
}

static LogicalResult expandGroupNorm(Expansion &e) {
  return normalizeGroups(e, e.intAttr("num_groups", 0), e.version() < 21);
}

static LogicalResult expandMeanVariance(Expansion &e) {
  FailureOr<Value> x = wideOperand(e, 0);
  if (failed(x))
    return failure();
  Shape axes = e.intsAttr("axes").value_or(Shape{0, 2, 3});
  for (int64_t &axis : axes) {
    auto normal = normalizeAxis(axis, e.rank(0));
    if (!normal)
      return e.refuse("expected axes of the input, but got " + Twine(axis));
    axis = *normal;
  }
  llvm::sort(axes);
  LocBuilder &b = e.b;
  Value centered = subtract(b, *x, meanOver(b, *x, axes));
  Value variance = meanOver(b, multiply(b, centered, centered), axes);
  Value y = compute(b, {centered, variance}, elementOf(*x),
                    [](LocBuilder &inner, ValueRange args) {
                      Scalar element{inner, args[0]}, square{inner, args[1]};
                      return (element / (square.call<math::SqrtOp>() + 1e-9)).v;
                    });
  e.result(0, convert(b, y, e.elementType(0)));
  return success();
}

ArrayRef<OperatorRow> graph::normalizeOperators() {
  static constexpr StringRef microsoft = "com.microsoft";
  static const OperatorRow rows[] = {
      {"", "LayerNormalization", 1, 0, expandLayerNorm<true>, first(2)},
      {"", "RMSNormalization", 23, 0, expandLayerNorm<false>, first(2)},
      {"", "SimplifiedLayerNormalization", 1, 0, expandLayerNorm<false>,
       first(2)},
      {microsoft, "SimplifiedLayerNormalization", 1, 0, expandLayerNorm<false>,
       first(2)},
      {microsoft, "SkipLayerNormalization", 1, 0, expandSkipNorm<true>,
       first(3)},
      {microsoft, "SkipSimplifiedLayerNormalization", 1, 0,
       expandSkipNorm<false>, first(3)},
      {"", "InstanceNormalization", 1, 0, expandInstanceNorm, first(3)},
      {"", "GroupNormalization", 18, 0, expandGroupNorm, first(3)},
      {"", "MeanVarianceNormalization", 9, 0, expandMeanVariance},
  };
  return rows;
}
