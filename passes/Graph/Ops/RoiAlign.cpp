//===- RoiAlign.cpp - Pooling of regions that data places -----------------===//
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
/// How regions are pooled.
struct Regions {
  int64_t height, width, samples;
  double scale, offset;
  bool isMax;
};

/// Two neighbours along a dimension and their weights; both 0 outside.
struct Neighbours {
  Value low, high, lowWeight, highWeight;
};
} // namespace

static FailureOr<Regions> readRegions(Expansion &e) {
  Regions r;
  r.height = e.intAttr("output_height", 1);
  r.width = e.intAttr("output_width", 1);
  r.samples = e.intAttr("sampling_ratio", 0);
  r.scale = e.floatAttr("spatial_scale", 1);
  std::string mode = e.stringAttr("mode", "avg");
  r.isMax = mode == "max";
  bool half = e.version() >= 16 &&
              e.stringAttr("coordinate_transformation_mode", "half_pixel") ==
                  "half_pixel";
  r.offset = half ? 0.5 : 0;
  if (mode != "avg" && mode != "max")
    return e.refuse("expected mode avg or max, but got '" + mode + "'");
  if (r.height < 1 || r.width < 1 || r.samples < 1 || r.samples > 8)
    return e.refuse("expected a sampling_ratio from 1 to 8, but got " +
                        Twine(r.samples),
                    "0 makes the number of samples depend on data");
  if (e.rank(0) != 4 || e.rank(1) != 2 || e.shape(1)[1] != 4 ||
      e.rank(2) != 1 || e.shape(2)[0] != e.shape(1)[0] ||
      !e.elementType(2).isInteger(64))
    return e.refuse("expected an input of rank 4, and four numbers and a batch "
                    "for each region");
  return r;
}

/// Around `at`, among `size` elements; positions up to one outside count.
static Neighbours neighboursOf(Scalar at, int64_t size) {
  LocBuilder &b = at.b;
  Scalar inside = at.max(0).min(double(size - 1));
  Scalar base = inside.call<math::FloorOp>(), f = inside - base;
  auto holds = [&](CmpFPredicate predicate, double bound) -> Value {
    return b.create<arith::CmpFOp>(predicate, at.v, at.like(bound).v);
  };
  Value counts = b.create<arith::AndIOp>(
      holds(CmpFPredicate::OGE, -1), holds(CmpFPredicate::OLE, double(size)));
  auto indexOf = [&](Scalar place) {
    return indexInto(b, floatToInt(b, place.v, b.getI64Type(), false), size);
  };
  auto weight = [&](Scalar w) -> Value {
    return b.create<arith::SelectOp>(counts, w.v, w.like(0).v);
  };
  return {indexOf(base), indexOf(base + 1), weight(-f + 1), weight(f)};
}

/// The sample's four weighted elements, summed, or the greatest of them.
static Value sampleAt(LocBuilder &b, Value x, ValueRange outer,
                      const Neighbours &row, const Neighbours &column,
                      bool isMax) {
  Value result;
  for (bool lower : {false, true})
    for (bool right : {false, true}) {
      Scalar element{
          b, b.create<tensor::ExtractOp>(
                 x, ValueRange{outer[0], outer[1], lower ? row.high : row.low,
                               right ? column.high : column.low})};
      Scalar weight = Scalar{b, lower ? row.highWeight : row.lowWeight} *
                      Scalar{b, right ? column.highWeight : column.lowWeight};
      Value term = (element * weight).v;
      if (!result)
        result = term;
      else if (isMax)
        result = b.create<arith::MaximumFOp>(result, term);
      else
        result = b.create<arith::AddFOp>(result, term);
    }
  return result;
}

/// Positions of the samples of bin `bin` between two ends of a region.
static SmallVector<Value> samplePositions(const Regions &r, Scalar start,
                                          Scalar end, Value bin, int64_t bins) {
  LocBuilder &b = start.b;
  Scalar first = start * r.scale - r.offset;
  Scalar extent = end * r.scale - r.offset - first;
  Value size = r.offset == 0 ? extent.max(1).v : extent.v;
  Scalar step = Scalar{b, size} / double(bins);
  Value integer = b.create<arith::IndexCastOp>(b.getI64Type(), bin);
  Scalar number{b, b.create<arith::SIToFPOp>(step.v.getType(), integer)};
  SmallVector<Value> positions;
  for (int64_t i = 0; i < r.samples; ++i)
    positions.push_back(
        (first + number * step + step * ((double(i) + 0.5) / double(r.samples)))
            .v);
  return positions;
}

static LogicalResult expandRoiAlign(Expansion &e) {
  FailureOr<Regions> regions = readRegions(e);
  FailureOr<Value> x = failure(), rois = failure();
  if (failed(regions) || failed(x = wideOperand(e, 0)) ||
      failed(rois = wideOperand(e, 1)))
    return failure();
  const Regions &r = *regions;
  Type type = elementOf(*x);
  Value boxes = convert(e.b, *rois, type), batches = e.operand(2);
  ArrayRef<int64_t> shape = e.shape(0);
  auto body = [&](LocBuilder &b, ValueRange at) -> Value {
    auto corner = [&](int64_t i) {
      return Scalar{b, b.create<tensor::ExtractOp>(
                           boxes, ValueRange{at[0], indexConstant(b, i)})};
    };
    Value batch =
        indexInto(b, b.create<tensor::ExtractOp>(batches, at[0]), shape[0]);
    SmallVector<Value> rows =
        samplePositions(r, corner(1), corner(3), at[2], r.height);
    SmallVector<Value> columns =
        samplePositions(r, corner(0), corner(2), at[3], r.width);
    Value result;
    for (Value row : rows)
      for (Value column : columns) {
        Value sample =
            sampleAt(b, *x, {batch, at[1]}, neighboursOf({b, row}, shape[2]),
                     neighboursOf({b, column}, shape[3]), r.isMax);
        if (!result)
          result = sample;
        else if (r.isMax)
          result = b.create<arith::MaximumFOp>(result, sample);
        else
          result = b.create<arith::AddFOp>(result, sample);
      }
    if (r.isMax)
      return result;
    return (Scalar{b, result} / double(r.samples * r.samples)).v;
  };
  Value y =
      generate(e.b, {e.shape(1)[0], shape[1], r.height, r.width}, type, body);
  e.result(0, convert(e.b, y, e.elementType(0)));
  return success();
}

ArrayRef<OperatorRow> graph::roiAlignOperators() {
  static const OperatorRow rows[] = {
      {"", "RoiAlign", 10, 0, expandRoiAlign, first(3)},
  };
  return rows;
}
