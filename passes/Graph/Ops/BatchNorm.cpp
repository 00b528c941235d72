//===- BatchNorm.cpp - BatchNormalization, LRN, LpNormalization -----------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Normalize.h"
#include "passes/Graph/Ops/ScalarMath.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

/// `value` as a constant of the module where it is one.
static Value folded(Expansion &e, Value value) {
  std::optional<eval::Tensor> known = e.evaluate(value);
  return known ? e.tensorConstant(*known) : value;
}

/// Operand `i`, one value per channel, so that it broadcasts to the input.
static FailureOr<Value> channelOperand(Expansion &e, unsigned i) {
  int64_t channels = e.rank(0) < 2 ? 1 : e.shape(0)[1];
  if (!e.has(i) || product(e.shape(i)) != channels)
    return e.refuse("expected operand " + Twine(i) + " of " + Twine(channels) +
                    " channels");
  Shape shape(std::max<int64_t>(e.rank(0) - 1, 1), 1);
  shape[0] = channels;
  return convert(e.b, reshape(e.b, e.operand(i), shape),
                 wideType(e.b, e.elementType(0)));
}

/// The mean and (population) variance of each channel of the input itself.
static void measure(Expansion &e, Value x, Value &mean, Value &variance) {
  LocBuilder &b = e.b;
  Shape axes = {0};
  for (int64_t i = 2; i < e.rank(0); ++i)
    axes.push_back(i);
  Value full = meanOver(b, x, axes);
  Value squares = compute(b, {x, full}, elementOf(x),
                          [](LocBuilder &inner, ValueRange args) {
                            Scalar element{inner, args[0]};
                            Scalar off = element - Scalar{inner, args[1]};
                            return (off * off).v;
                          });
  Shape shape(shapeOf(mean));
  mean = reshape(b, full, shape);
  variance = reshape(b, meanOver(b, squares, axes), shape);
}

/// running * momentum + current * (1 - momentum), of operand `i`'s type.
static Value runningValue(Expansion &e, unsigned i, Value running,
                          Value current) {
  float momentum = e.floatAttr("momentum", 0.9f);
  Value next = compute(e.b, {running, current}, elementOf(current),
                       [&](LocBuilder &b, ValueRange args) {
                         Scalar old{b, args[0]}, fresh{b, args[1]};
                         return (old * momentum + fresh * (1.0 - momentum)).v;
                       });
  return convert(e.b, reshape(e.b, next, e.shape(i)), e.elementType(i));
}

/// x * factor + offset, both of a channel: what a preceding contraction can
/// take as its epilogue.
static LogicalResult expandBatchNorm(Expansion &e) {
  FailureOr<Value> x = wideOperand(e, 0);
  if (failed(x))
    return failure();
  if (e.version() < 9 && e.intAttr("spatial", 1) == 0)
    return e.refuse("expected spatial = 1, but got 0");
  bool training = e.version() >= 14 && e.intAttr("training_mode", 0) != 0;
  if (!training && e.numResults() > 1)
    return e.refuse("expected one result outside of training");
  FailureOr<Value> operands[5];
  for (unsigned i = 1; i < 5; ++i)
    if (failed(operands[i] = channelOperand(e, i)))
      return failure();
  LocBuilder &b = e.b;
  Value mean = *operands[3], variance = *operands[4];
  if (training) {
    measure(e, *x, mean, variance);
    if (e.numResults() > 1)
      e.result(1, runningValue(e, 3, *operands[3], mean));
    if (e.numResults() > 2)
      e.result(2, runningValue(e, 4, *operands[4], variance));
  }
  Type type = elementOf(*x);
  double epsilon = e.floatAttr("epsilon", 1e-5f);
  Value factor =
      compute(b, {*operands[1], variance}, type,
              [&](LocBuilder &inner, ValueRange args) {
                Scalar scale{inner, args[0]}, square{inner, args[1]};
                return (scale / (square + epsilon).call<math::SqrtOp>()).v;
              });
  Value offset = compute(b, {*operands[2], mean, factor}, type,
                         [](LocBuilder &inner, ValueRange args) {
                           Scalar bias{inner, args[0]}, center{inner, args[1]};
                           return (bias - center * Scalar{inner, args[2]}).v;
                         });
  Value y = scaleAndShift(b, *x, folded(e, factor), folded(e, offset));
  e.result(0, convert(b, y, e.elementType(0)));
  return success();
}

/// x / (bias + alpha / size * sum of squares over `size` channels)^beta.
static LogicalResult expandLRN(Expansion &e) {
  FailureOr<Value> x = wideOperand(e, 0);
  if (failed(x))
    return failure();
  int64_t size = e.intAttr("size", 0);
  if (size < 1 || e.rank(0) < 2)
    return e.refuse("expected a positive size and an input with channels");
  LocBuilder &b = e.b;
  Type type = elementOf(*x);
  Shape low(e.rank(0), 0), high(e.rank(0), 0), offsets(e.rank(0), 0);
  low[1] = (size - 1) / 2;
  high[1] = size - 1 - low[1];
  Value padded = padConstant(b, *x, low, high, 0.0);
  SmallVector<Value> terms = {*x};
  for (int64_t i = 0; i < size; ++i) {
    offsets[1] = i;
    terms.push_back(slice(b, padded, offsets, e.shape(0)));
  }
  double alpha = e.floatAttr("alpha", 1e-4f), beta = e.floatAttr("beta", 0.75f);
  double bias = e.floatAttr("bias", 1);
  Value y = compute(b, terms, type, [&](LocBuilder &inner, ValueRange args) {
    Value sum = scalarConstant(inner, type, 0.0);
    for (Value arg : args.drop_front())
      sum = (Scalar{inner, sum} + Scalar{inner, arg} * Scalar{inner, arg}).v;
    Scalar base = Scalar{inner, sum} * (alpha / size) + bias;
    Value power = inner.create<math::PowFOp>(base.v, base.like(beta).v);
    return (Scalar{inner, args[0]} / Scalar{inner, power}).v;
  });
  e.result(0, convert(b, y, e.elementType(0)));
  return success();
}

/// x / (sum of |x|^p over the axis)^(1/p), p being 1 or 2; 0 where that is 0.
static LogicalResult expandLpNormalization(Expansion &e) {
  FailureOr<Value> x = wideOperand(e, 0);
  FailureOr<int64_t> axis = failure();
  if (failed(x) || failed(axis = axisAttr(e, "axis", -1, e.rank(0))))
    return failure();
  int64_t p = e.intAttr("p", 2);
  if (p != 1 && p != 2)
    return e.refuse("expected p to be 1 or 2, but got " + Twine(p));
  LocBuilder &b = e.b;
  Type type = elementOf(*x);
  Value sum =
      reduce(b, *x, {*axis}, /*keepDims=*/true, scalarConstant(b, type, 0.0),
             [&](LocBuilder &inner, ValueRange args) {
               Scalar element{inner, args[1]};
               Scalar term =
                   p == 1 ? element.call<math::AbsFOp>() : element * element;
               return (Scalar{inner, args[0]} + term).v;
             });
  Value y =
      compute(b, {*x, sum}, type, [&](LocBuilder &inner, ValueRange args) {
        Scalar element{inner, args[0]}, total{inner, args[1]};
        Scalar norm = p == 1 ? total : total.call<math::SqrtOp>();
        return total
            .select(arith::CmpFPredicate::OEQ, 0, total.like(0), element / norm)
            .v;
      });
  e.result(0, convert(b, y, e.elementType(0)));
  return success();
}

ArrayRef<OperatorRow> graph::batchNormOperators() {
  static const OperatorRow rows[] = {
      {"", "BatchNormalization", 1, 0, expandBatchNorm, first(5)},
      {"", "LRN", 1, 0, expandLRN},
      {"", "LpNormalization", 1, 0, expandLpNormalization},
  };
  return rows;
}
