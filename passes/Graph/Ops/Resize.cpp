//===- Resize.cpp - Resize and Upsample -----------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/ResizeTables.h"
#include "passes/Graph/Ops/Support.h"
#include <cmath>

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using utils::IteratorType;

namespace {
/// The result's size along each dimension, and where it comes from.
struct ResizeShape {
  Shape sizes;
  SmallVector<double> scales, roiStart, roiEnd;
};
} // namespace

/// Weighted sums along one dimension.
static Value resizeAxis(Expansion &e, Value input, int64_t axis,
                        const ResizeTable &table) {
  LocBuilder &b = e.b;
  Shape shape(shapeOf(input));
  int64_t rank = shape.size(), size = table.outside.size();
  shape[axis] = size;
  Type element = elementOf(input), type = computeType(element);
  if (!isa<FloatType>(type))
    type = b.getF32Type();
  eval::Tensor weights(tensorOf({size, table.taps}, type));
  for (auto [i, weight] : llvm::enumerate(table.weights))
    weights.setFloat(i, weight);
  Value positions = intsConstant(e, table.positions, {size, table.taps});
  Value init = filled(b, shape, scalarConstant(b, type, 0));
  AffineMap out = AffineMap::getMultiDimIdentityMap(rank + 1, b.getContext())
                      .dropResult(rank);
  AffineMap taps = AffineMap::get(
      rank + 1, 0, {b.getAffineDimExpr(axis), b.getAffineDimExpr(rank)},
      b.getContext());
  SmallVector<IteratorType> iterators(rank + 1, IteratorType::parallel);
  iterators[rank] = IteratorType::reduction;
  auto op = b.create<linalg::GenericOp>(
      TypeRange{init.getType()},
      ValueRange{positions, e.tensorConstant(weights)}, ValueRange{init},
      ArrayRef<AffineMap>{taps, taps, out}, iterators,
      [&](OpBuilder &nested, Location loc, ValueRange args) {
        LocBuilder inner(loc, nested);
        SmallVector<Value> at;
        for (int64_t i = 0; i < rank; ++i)
          at.push_back(inner.create<linalg::IndexOp>(i));
        at[axis] =
            inner.create<arith::IndexCastOp>(inner.getIndexType(), args[0]);
        Value x = toCompute(inner, inner.create<tensor::ExtractOp>(input, at));
        if (isa<IntegerType>(x.getType()))
          x = e.isUnsigned(0) ? Value(inner.create<arith::UIToFPOp>(type, x))
                              : Value(inner.create<arith::SIToFPOp>(type, x));
        Value term = inner.create<arith::MulFOp>(x, args[1]);
        inner.create<linalg::YieldOp>(
            Value(inner.create<arith::AddFOp>(args[2], term)));
      });
  return op.getResult(0);
}

/// The element that each result position takes, along all dimensions at once.
static Value resizeNearest(Expansion &e, ArrayRef<int64_t> sizes,
                           ArrayRef<ResizeTable> tables) {
  SmallVector<Value> positions;
  for (auto [i, table] : llvm::enumerate(tables)) {
    Shape chosen;
    for (size_t o = 0; o < table.outside.size(); ++o)
      for (int64_t t = 0; t < table.taps; ++t)
        if (table.weights[o * table.taps + t] != 0)
          chosen.push_back(table.positions[o * table.taps + t]);
    positions.push_back(
        table.isIdentity(e.shape(0)[i])
            ? Value()
            : intsConstant(e, chosen, {int64_t(chosen.size())}));
  }
  return gatherBy(
      e.b, e.operand(0), sizes,
      [&](LocBuilder &b, ValueRange at, SmallVectorImpl<Value> &out) {
        for (auto [index, table] : llvm::zip(at, positions)) {
          if (!table) {
            out.push_back(index);
            continue;
          }
          Value from = b.create<tensor::ExtractOp>(table, index);
          out.push_back(b.create<arith::IndexCastOp>(b.getIndexType(), from));
        }
      });
}

/// Puts `fill` where any dimension's position lies outside the source.
static Value fillOutside(Expansion &e, Value value,
                         ArrayRef<ResizeTable> tables, double fill) {
  for (auto [axis, table] : llvm::enumerate(tables)) {
    if (!llvm::is_contained(table.outside, true))
      continue;
    Shape shape(shapeOf(value).size(), 1);
    shape[axis] = table.outside.size();
    eval::Tensor mask(tensorOf(shape, e.b.getI1Type()));
    for (auto [i, isOutside] : llvm::enumerate(table.outside))
      mask.setInt(i, isOutside);
    value = compute(e.b, {value, e.tensorConstant(mask)}, elementOf(value),
                    [&](LocBuilder &b, ValueRange args) -> Value {
                      Value other = scalarConstant(b, args[0].getType(), fill);
                      return b.create<arith::SelectOp>(args[1], other, args[0]);
                    });
  }
  return value;
}

/// Sizes by operand or attribute `scales` along all dimensions.
static LogicalResult setScales(Expansion &e, ArrayRef<double> scales,
                               ArrayRef<int64_t> axes, ResizeShape &shape) {
  if (scales.size() != axes.size())
    return e.refuse("expected " + Twine(axes.size()) + " scales, but got " +
                    Twine(scales.size()));
  for (auto [axis, scale] : llvm::zip(axes, scales)) {
    if (!(scale > 0))
      return e.refuse("expected scales above 0");
    shape.scales[axis] = scale;
    shape.sizes[axis] =
        static_cast<int64_t>(std::floor(e.shape(0)[axis] * scale));
  }
  return success();
}

static LogicalResult setSizes(Expansion &e, ArrayRef<int64_t> sizes,
                              ArrayRef<int64_t> axes, ResizeShape &shape) {
  if (sizes.size() != axes.size())
    return e.refuse("expected " + Twine(axes.size()) + " sizes, but got " +
                    Twine(sizes.size()));
  std::string policy = e.stringAttr("keep_aspect_ratio_policy", "stretch");
  double common = policy == "not_larger" ? INFINITY : 0;
  for (auto [axis, size] : llvm::zip(axes, sizes)) {
    double scale = double(size) / double(e.shape(0)[axis]);
    shape.sizes[axis] = size;
    shape.scales[axis] = scale;
    common = policy == "not_larger" ? std::min(common, scale)
                                    : std::max(common, scale);
  }
  if (policy == "stretch")
    return success();
  for (int64_t axis : axes) {
    shape.scales[axis] = common;
    shape.sizes[axis] = static_cast<int64_t>(common * e.shape(0)[axis] + 0.5);
  }
  return success();
}

static FailureOr<SmallVector<double>> constantFloats(Expansion &e, unsigned i,
                                                     StringRef what) {
  std::optional<eval::Tensor> value = e.constant(i);
  if (!value)
    return e.refuse("expected " + what + " to be known at compile time");
  SmallVector<double> result;
  for (int64_t k = 0; k < value->size(); ++k)
    result.push_back(value->getFloat(k));
  return result;
}

/// An operand that is there and not the empty tensor that stands for none.
static bool isGiven(Expansion &e, unsigned i) {
  return e.has(i) && product(e.shape(i)) != 0;
}

static LogicalResult readRoi(Expansion &e, ArrayRef<int64_t> axes,
                             ResizeShape &shape) {
  if (!isGiven(e, 1))
    return e.refuse("expected a roi for tf_crop_and_resize");
  FailureOr<SmallVector<double>> roi = constantFloats(e, 1, "the roi");
  if (failed(roi))
    return failure();
  if (roi->size() != 2 * axes.size())
    return e.refuse("expected a roi of " + Twine(2 * axes.size()) +
                    " numbers, but got " + Twine(roi->size()));
  for (auto [i, axis] : llvm::enumerate(axes)) {
    shape.roiStart[axis] = (*roi)[i];
    shape.roiEnd[axis] = (*roi)[axes.size() + i];
  }
  return success();
}

/// Reads sizes and scales; opset 10 and Upsample have scales as operand 1.
static FailureOr<ResizeShape> readShape(Expansion &e, bool hasRoi,
                                        const ResizeRules &rules) {
  int64_t rank = e.rank(0);
  ResizeShape shape{Shape(e.shape(0)), SmallVector<double>(rank, 1),
                    SmallVector<double>(rank, 0), SmallVector<double>(rank, 1)};
  Shape axes;
  for (int64_t i = 0; i < rank; ++i)
    axes.push_back(i);
  if (auto named = e.intsAttr("axes")) {
    axes.clear();
    for (int64_t axis : *named) {
      auto normal = normalizeAxis(axis, rank);
      if (!normal)
        return e.refuse("expected axes of a tensor of rank " + Twine(rank));
      axes.push_back(*normal);
    }
  }
  LogicalResult done = failure();
  unsigned scalesAt = hasRoi ? 2 : 1;
  if (auto scales = e.floatsAttr("scales")) {
    done = setScales(e, SmallVector<double>(scales->begin(), scales->end()),
                     axes, shape);
  } else if (hasRoi && isGiven(e, 3)) {
    FailureOr<Shape> sizes = constantInts(e, 3, "the sizes");
    done = failed(sizes) ? failure() : setSizes(e, *sizes, axes, shape);
  } else if (isGiven(e, scalesAt)) {
    auto scales = constantFloats(e, scalesAt, "the scales");
    done = failed(scales) ? failure() : setScales(e, *scales, axes, shape);
  } else {
    return e.refuse("expected scales or sizes");
  }
  if (failed(done))
    return failure();
  if (rules.coordinates == "tf_crop_and_resize" &&
      failed(readRoi(e, axes, shape)))
    return failure();
  return shape;
}

static LogicalResult expandWith(Expansion &e, ResizeRules rules, bool hasRoi) {
  if (!llvm::is_contained({"nearest", "linear", "cubic"}, rules.mode))
    return e.refuse("expected mode nearest, linear or cubic, but got '" +
                    rules.mode + "'");
  static const char *known[] = {"half_pixel",         "half_pixel_symmetric",
                                "align_corners",      "pytorch_half_pixel",
                                "tf_crop_and_resize", "asymmetric"};
  if (!llvm::is_contained(known, rules.coordinates))
    return e.refuse("expected a coordinate_transformation_mode that is known, "
                    "but got '" +
                    rules.coordinates + "'");
  FailureOr<ResizeShape> shape = readShape(e, hasRoi, rules);
  if (failed(shape))
    return failure();
  if (product(e.shape(0)) == 0 || product(shape->sizes) == 0)
    return e.refuse("expected sizes other than 0");
  SmallVector<ResizeTable> tables;
  for (auto [i, size] : llvm::enumerate(e.shape(0)))
    tables.push_back(makeResizeTable(rules, size, shape->sizes[i],
                                     shape->scales[i], shape->roiStart[i],
                                     shape->roiEnd[i]));
  Type element = e.elementType(0);
  Value result = e.operand(0);
  if (rules.mode == "nearest") {
    result = resizeNearest(e, shape->sizes, tables);
  } else {
    for (auto [axis, table] : llvm::enumerate(tables))
      if (!table.isIdentity(e.shape(0)[axis]))
        result = resizeAxis(e, result, axis, table);
    result = convert(e.b, result, element, e.isUnsigned(0));
  }
  result =
      fillOutside(e, result, tables, e.floatAttr("extrapolation_value", 0));
  e.result(0, result, e.onnxElementType(0));
  return success();
}

static LogicalResult expandResize(Expansion &e) {
  ResizeRules rules;
  rules.mode = e.stringAttr("mode", "nearest");
  if (e.version() < 11) {
    rules.coordinates = "asymmetric";
    rules.nearest = "floor";
    return expandWith(e, rules, /*hasRoi=*/false);
  }
  rules.coordinates =
      e.stringAttr("coordinate_transformation_mode", "half_pixel");
  rules.nearest = e.stringAttr("nearest_mode", "round_prefer_floor");
  rules.cubicA = e.floatAttr("cubic_coeff_a", -0.75f);
  rules.antialias = e.intAttr("antialias", 0) != 0;
  rules.excludeOutside = e.intAttr("exclude_outside", 0) != 0;
  return expandWith(e, rules, /*hasRoi=*/true);
}

static LogicalResult expandUpsample(Expansion &e) {
  ResizeRules rules;
  rules.mode = e.stringAttr("mode", "nearest");
  rules.coordinates = "asymmetric";
  rules.nearest = "floor";
  return expandWith(e, rules, /*hasRoi=*/false);
}

ArrayRef<OperatorRow> graph::resizeOperators() {
  static const OperatorRow rows[] = {
      {"", "Resize", 10, 0, expandResize},
      {"", "Upsample", 7, 10, expandUpsample},
  };
  return rows;
}
