//===- GridSample.cpp - Samples at positions that a grid says -------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Normalize.h"
#include "passes/Graph/Ops/ScalarMath.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using arith::CmpFPredicate;

namespace {
enum class SampleMode { Nearest, Linear, Cubic };
enum class Outside { Zeros, Border, Reflection };

/// How a grid's numbers become positions, and positions samples.
struct Sampling {
  SampleMode mode;
  Outside outside;
  bool alignCorners;
};

/// One element of the input along one dimension, with its weight, which is 0
/// for elements outside.
struct Tap {
  Value index, weight;
};

/// The samples along one dimension of `size` elements.
struct Axis {
  const Sampling &sampling;
  double size;

  double first() const { return sampling.alignCorners ? 0 : -0.5; }
  double last() const { return sampling.alignCorners ? size - 1 : size - 0.5; }
  Scalar position(Scalar x) const;
  Scalar reflect(Scalar x) const;
  Tap tap(Scalar at, Scalar weight) const;
  SmallVector<Tap> taps(Scalar x) const;
};
} // namespace

static Scalar choose(Value condition, Scalar yes, Scalar no) {
  return {yes.b, yes.b.create<arith::SelectOp>(condition, yes.v, no.v)};
}

static Value compare(CmpFPredicate predicate, Scalar x, double bound) {
  return x.b.create<arith::CmpFOp>(predicate, x.v, x.like(bound).v);
}

/// x mirrored at the first and the last position until it lies between them.
Scalar Axis::reflect(Scalar x) const {
  double range = last() - first();
  Value isBefore = compare(CmpFPredicate::OLT, x, first());
  Value isAfter = compare(CmpFPredicate::OGT, x, last());
  Scalar beyond = choose(isBefore, x.like(first()) - x, x - last());
  Scalar times = (beyond / range).call<math::FloorOp>();
  Scalar rest = beyond - times * range;
  Scalar odd = times - (times / 2).call<math::FloorOp>() * 2;
  Value isOdd = compare(CmpFPredicate::OGT, odd, 0.5);
  Scalar fromFirst = rest + first(), fromLast = rest.like(last()) - rest;
  Scalar before = choose(isOdd, fromLast, fromFirst);
  Scalar after = choose(isOdd, fromFirst, fromLast);
  return choose(isBefore, before, choose(isAfter, after, x));
}

/// A grid's number from -1 to 1 as a position among the elements.
Scalar Axis::position(Scalar x) const {
  Scalar at = sampling.alignCorners ? (x + 1) / 2 * (size - 1)
                                    : ((x + 1) * size - 1) / 2;
  if (sampling.mode == SampleMode::Nearest)
    return at.call<math::RoundEvenOp>();
  return at;
}

Tap Axis::tap(Scalar at, Scalar weight) const {
  LocBuilder &b = at.b;
  if (sampling.outside == Outside::Zeros) {
    Value isInside =
        b.create<arith::AndIOp>(compare(CmpFPredicate::OGE, at, 0),
                                compare(CmpFPredicate::OLE, at, size - 1));
    Scalar kept = choose(isInside, weight, weight.like(0));
    return {indexInto(b, floatToInt(b, at.max(0).v, b.getI64Type(), false),
                      int64_t(size)),
            kept.v};
  }
  Value place = sampling.outside == Outside::Reflection ? reflect(at).v : at.v;
  place = Scalar{b, place}.max(0).v;
  return {
      indexInto(b, floatToInt(b, place, b.getI64Type(), false), int64_t(size)),
      weight.v};
}

/// The weights of four neighbours, with a = -0.75.
static SmallVector<Value> cubicWeights(Scalar f) {
  const double a = -0.75;
  auto near = [&](Scalar d) {
    return (((d * (a + 2)) - (a + 3)) * d * d + 1).v;
  };
  auto far = [&](Scalar d) {
    return (((d * a - 5 * a) * d + 8 * a) * d - 4 * a).v;
  };
  return {far(f + 1), near(f), near(-f + 1), far(-f + 2)};
}

SmallVector<Tap> Axis::taps(Scalar x) const {
  LocBuilder &b = x.b;
  Value at = position(x).v;
  Scalar place{b, at};
  if (sampling.outside != Outside::Zeros) {
    Value isOut =
        b.create<arith::OrIOp>(compare(CmpFPredicate::OLT, place, first()),
                               compare(CmpFPredicate::OGT, place, last()));
    Scalar moved = sampling.outside == Outside::Border
                       ? place.max(0).min(size - 1)
                       : reflect(place);
    at = choose(isOut, moved, place).v;
  }
  Scalar exact{b, at};
  if (sampling.mode == SampleMode::Nearest)
    return {tap(exact, exact.like(1))};
  Scalar base = exact.call<math::FloorOp>(), f = exact - base;
  if (sampling.mode == SampleMode::Linear)
    return {tap(base, -f + 1), tap(base + 1, f)};
  SmallVector<Tap> result;
  for (auto [i, weight] : llvm::enumerate(cubicWeights(f)))
    result.push_back(tap(base + (double(i) - 1), {b, weight}));
  return result;
}

/// The sum over all combinations of one tap of each dimension.
static Value sumTaps(LocBuilder &b, Value input, SmallVector<Value> &at,
                     ArrayRef<SmallVector<Tap>> taps) {
  if (taps.empty())
    return b.create<tensor::ExtractOp>(input, at);
  Value sum;
  for (const Tap &tap : taps.front()) {
    at.push_back(tap.index);
    Value part = sumTaps(b, input, at, taps.drop_front());
    at.pop_back();
    Scalar term = Scalar{b, part} * Scalar{b, tap.weight};
    sum = sum ? (Scalar{b, sum} + term).v : term.v;
  }
  return sum;
}

static FailureOr<Sampling> readSampling(Expansion &e) {
  Sampling s;
  s.alignCorners = e.intAttr("align_corners", 0) != 0;
  std::string mode = e.stringAttr("mode", "linear");
  std::string padding = e.stringAttr("padding_mode", "zeros");
  if (mode == "nearest")
    s.mode = SampleMode::Nearest;
  else if (mode == "linear" || mode == "bilinear")
    s.mode = SampleMode::Linear;
  else if (mode == "cubic" || mode == "bicubic")
    s.mode = SampleMode::Cubic;
  else
    return e.refuse("expected mode linear, nearest or cubic, but got '" + mode +
                    "'");
  if (padding == "zeros")
    s.outside = Outside::Zeros;
  else if (padding == "border")
    s.outside = Outside::Border;
  else if (padding == "reflection")
    s.outside = Outside::Reflection;
  else
    return e.refuse("expected padding_mode zeros, border or reflection, but "
                    "got '" +
                    padding + "'");
  return s;
}

static LogicalResult expandGridSample(Expansion &e) {
  FailureOr<Sampling> sampling = readSampling(e);
  FailureOr<Value> x = wideOperand(e, 0), grid = failure();
  if (failed(sampling) || failed(x) || failed(grid = wideOperand(e, 1)))
    return failure();
  int64_t rank = e.rank(0), spatial = rank - 2;
  if (spatial < 1 || e.rank(1) != rank || e.shape(1).back() != spatial ||
      e.shape(1)[0] != e.shape(0)[0])
    return e.refuse("expected a grid of " + Twine(spatial) +
                    " numbers for each position");
  Type type = elementOf(*x);
  Value positions = convert(e.b, *grid, type);
  Shape shape = {e.shape(0)[0], e.shape(0)[1]};
  shape.append(e.shape(1).begin() + 1, e.shape(1).end() - 1);
  Value y = generate(
      e.b, shape, type, [&](LocBuilder &b, ValueRange indices) -> Value {
        SmallVector<SmallVector<Tap>> taps;
        for (int64_t d = 0; d < spatial; ++d) {
          SmallVector<Value> at = {indices[0]};
          at.append(indices.begin() + 2, indices.end());
          // The last dimension comes first.
          at.push_back(indexConstant(b, spatial - 1 - d));
          Scalar number{b, b.create<tensor::ExtractOp>(positions, at)};
          Axis axis{*sampling, double(e.shape(0)[2 + d])};
          taps.push_back(axis.taps(number));
        }
        SmallVector<Value> at = {indices[0], indices[1]};
        return sumTaps(b, *x, at, taps);
      });
  e.result(0, convert(e.b, y, e.elementType(0)));
  return success();
}

ArrayRef<OperatorRow> graph::gridSampleOperators() {
  static const OperatorRow rows[] = {
      {"", "GridSample", 16, 0, expandGridSample, first(2)},
  };
  return rows;
}
