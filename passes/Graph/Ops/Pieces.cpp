//===- Pieces.cpp - Concat, Split, Slice, Pad, Tile -----------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Support.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

static LogicalResult expandConcat(Expansion &e) {
  int64_t rank = e.rank(0);
  FailureOr<int64_t> axis = axisAttr(e, "axis", 1, rank);
  if (failed(axis))
    return failure();
  SmallVector<Value> values;
  for (unsigned i = 0; i < e.numOperands(); ++i) {
    Shape shape(e.shape(i)), first(e.shape(0));
    if (e.rank(i) == rank)
      shape[*axis] = first[*axis];
    if (shape != first || e.elementType(i) != e.elementType(0))
      return e.refuse("expected inputs of one type that differ only along "
                      "axis " +
                      Twine(*axis) + ", but input " + Twine(i) + " is another");
    values.push_back(e.operand(i));
  }
  e.result(0, concat(e.b, values, *axis), e.onnxElementType(0));
  return success();
}

/// The lengths of a Split's results.
static FailureOr<Shape> splitLengths(Expansion &e, int64_t size) {
  if (auto lengths = e.intsAttr("split"); lengths && e.version() < 13)
    return *lengths;
  if (e.version() >= 13 && e.has(1))
    return constantInts(e, 1, "the lengths");
  if (e.version() < 13 && e.has(1)) // opset 1
    return constantInts(e, 1, "the lengths");
  int64_t count = e.intAttr("num_outputs", e.numResults());
  int64_t chunk = llvm::divideCeil(size, std::max<int64_t>(count, 1));
  Shape lengths;
  for (int64_t i = 0; i < count; ++i)
    lengths.push_back(std::clamp<int64_t>(size - i * chunk, 0, chunk));
  return lengths;
}

static LogicalResult expandSplit(Expansion &e) {
  FailureOr<int64_t> axis = axisAttr(e, "axis", 0, e.rank(0));
  if (failed(axis))
    return failure();
  Shape sizes(e.shape(0)), offsets(sizes.size(), 0);
  int64_t whole = sizes[*axis], sum = 0;
  FailureOr<Shape> lengths = splitLengths(e, whole);
  if (failed(lengths))
    return failure();
  for (int64_t length : *lengths)
    sum += length;
  if (sum != whole || lengths->size() != e.numResults())
    return e.refuse("expected " + Twine(e.numResults()) +
                    " lengths that sum up to " + Twine(whole) + ", but got " +
                    Twine(lengths->size()) + " of sum " + Twine(sum));
  for (auto [i, length] : llvm::enumerate(*lengths)) {
    sizes[*axis] = length;
    e.result(i, slice(e.b, e.operand(0), offsets, sizes), e.onnxElementType(0));
    offsets[*axis] += length;
  }
  return success();
}

namespace {
/// Where a Slice takes its elements: offset + i * step.
struct SliceSpec {
  Shape starts, ends, axes, steps;
};
} // namespace

static FailureOr<SliceSpec> readSlice(Expansion &e) {
  SliceSpec spec;
  if (e.version() < 10) {
    spec.starts = e.intsAttr("starts").value_or(Shape());
    spec.ends = e.intsAttr("ends").value_or(Shape());
    if (auto axes = e.intsAttr("axes"))
      spec.axes = *axes;
  } else {
    Shape *fields[] = {&spec.starts, &spec.ends, &spec.axes, &spec.steps};
    const char *names[] = {"starts", "ends", "axes", "steps"};
    for (unsigned i = 0; i < 4; ++i) {
      if (i >= 2 && !e.has(i + 1))
        continue;
      FailureOr<Shape> values = constantInts(e, i + 1, names[i]);
      if (failed(values))
        return failure();
      *fields[i] = *values;
    }
  }
  size_t count = spec.starts.size();
  if (spec.axes.empty())
    for (size_t i = 0; i < count; ++i)
      spec.axes.push_back(i);
  if (spec.steps.empty())
    spec.steps.assign(count, 1);
  if (spec.ends.size() != count || spec.axes.size() != count ||
      spec.steps.size() != count || llvm::is_contained(spec.steps, 0))
    return e.refuse("expected as many starts, ends, axes and steps other than "
                    "0");
  return spec;
}

static LogicalResult expandSlice(Expansion &e) {
  FailureOr<SliceSpec> spec = readSlice(e);
  if (failed(spec))
    return failure();
  Shape sizes(e.shape(0)), offsets(sizes.size(), 0), steps(sizes.size(), 1);
  bool isForward = true;
  for (size_t i = 0; i < spec->axes.size(); ++i) {
    auto axis = normalizeAxis(spec->axes[i], sizes.size());
    if (!axis)
      return e.refuse("expected axes of a tensor of rank " +
                      Twine(sizes.size()) + ", but got " +
                      Twine(spec->axes[i]));
    int64_t size = e.shape(0)[*axis], step = spec->steps[i];
    auto bound = [&](int64_t at, int64_t low, int64_t high) {
      return std::clamp(at < 0 ? at + size : at, low, high);
    };
    int64_t first = step > 0 ? bound(spec->starts[i], 0, size)
                             : bound(spec->starts[i], 0, size - 1);
    int64_t last =
        step > 0 ? bound(spec->ends[i], 0, size)
                 : bound(std::max(spec->ends[i], -size - 1), -1, size - 1);
    int64_t span = step > 0 ? last - first : first - last;
    int64_t stride = step > 0 ? step : -step;
    sizes[*axis] = span > 0 ? (span - 1) / stride + 1 : 0;
    offsets[*axis] = first;
    steps[*axis] = step;
    isForward &= step > 0;
  }
  Value result;
  if (product(sizes) == 0)
    result = emptyTensor(e.b, sizes, e.elementType(0));
  else if (isForward)
    result = slice(e.b, e.operand(0), offsets, sizes, steps);
  else
    result = gatherBy(
        e.b, e.operand(0), sizes,
        [&](LocBuilder &b, ValueRange at, SmallVectorImpl<Value> &out) {
          for (auto [i, index] : llvm::enumerate(at)) {
            Value scaled =
                b.create<arith::MulIOp>(index, indexConstant(b, steps[i]));
            out.push_back(
                b.create<arith::AddIOp>(scaled, indexConstant(b, offsets[i])));
          }
        });
  e.result(0, result, e.onnxElementType(0));
  return success();
}

namespace {
/// Elements added before and after each dimension; removed where negative.
struct Padding {
  Shape low, high;
};
} // namespace

static FailureOr<Padding> readPadding(Expansion &e) {
  int64_t rank = e.rank(0);
  Shape pads, axes;
  if (e.version() < 11) {
    auto attribute = e.intsAttr(e.version() < 2 ? "paddings" : "pads");
    pads = attribute.value_or(Shape());
  } else {
    FailureOr<Shape> values = constantInts(e, 1, "the pads");
    if (failed(values))
      return failure();
    pads = *values;
  }
  if (e.version() >= 18 && e.has(3)) {
    FailureOr<Shape> values = constantInts(e, 3, "the axes");
    if (failed(values))
      return failure();
    axes = *values;
  } else {
    for (int64_t i = 0; i < rank; ++i)
      axes.push_back(i);
  }
  if (pads.size() != 2 * axes.size())
    return e.refuse("expected " + Twine(2 * axes.size()) + " pads, but got " +
                    Twine(pads.size()));
  Padding padding{Shape(rank, 0), Shape(rank, 0)};
  for (size_t i = 0; i < axes.size(); ++i) {
    auto axis = normalizeAxis(axes[i], rank);
    if (!axis)
      return e.refuse("expected axes of a tensor of rank " + Twine(rank));
    padding.low[*axis] = pads[i];
    padding.high[*axis] = pads[axes.size() + i];
  }
  return padding;
}

/// The source of position `index` - low of a dimension of `size`, by mode.
static Value paddedIndex(LocBuilder &b, Value index, int64_t low, int64_t size,
                         StringRef mode) {
  Value at = b.create<arith::SubIOp>(index, indexConstant(b, low));
  Value zero = indexConstant(b, 0);
  if (mode == "edge") {
    at = b.create<arith::MaxSIOp>(at, zero);
    return b.create<arith::MinSIOp>(at, indexConstant(b, size - 1));
  }
  // Both other modes repeat: wrap every size, reflect every 2 (size - 1).
  int64_t period = mode == "wrap" ? size : std::max<int64_t>(2 * size - 2, 1);
  Value length = indexConstant(b, period);
  Value rest = b.create<arith::RemSIOp>(at, length);
  Value moved = b.create<arith::AddIOp>(rest, length);
  Value below = b.create<arith::CmpIOp>(arith::CmpIPredicate::slt, rest, zero);
  rest = b.create<arith::SelectOp>(below, moved, rest);
  if (mode == "wrap")
    return rest;
  Value mirrored = b.create<arith::SubIOp>(length, rest);
  return b.create<arith::MinSIOp>(rest, mirrored);
}

/// The constant that surrounds the input, as a scalar element.
static FailureOr<Value> paddingScalar(Expansion &e) {
  Type element = e.elementType(0);
  LocBuilder &b = e.b;
  if (e.version() < 11) {
    Value value = scalarConstant(b, computeType(element),
                                 double(e.floatAttr("value", 0)));
    return fromCompute(b, value, element);
  }
  if (!e.has(2))
    return fromCompute(b, scalarConstant(b, computeType(element), 0), element);
  std::optional<eval::Tensor> value = e.constant(2);
  if (!value || value->size() != 1)
    return e.refuse("expected a constant value that is known at compile time");
  Type type = computeType(element);
  Value scalar = isa<FloatType>(type)
                     ? scalarConstant(b, type, value->getFloat(0))
                     : scalarConstant(b, type, value->getInt(0));
  return fromCompute(b, scalar, element);
}

static LogicalResult expandPad(Expansion &e) {
  FailureOr<Padding> padding = readPadding(e);
  if (failed(padding))
    return failure();
  std::string mode = e.stringAttr("mode", "constant");
  // Negative pads crop first.
  Shape offsets, sizes, result;
  for (auto [i, size] : llvm::enumerate(e.shape(0))) {
    int64_t &low = padding->low[i], &high = padding->high[i];
    offsets.push_back(std::max<int64_t>(-low, 0));
    sizes.push_back(size + std::min<int64_t>(low, 0) +
                    std::min<int64_t>(high, 0));
    low = std::max<int64_t>(low, 0);
    high = std::max<int64_t>(high, 0);
    if (sizes.back() < 0 || (sizes.back() == 0 && mode != "constant"))
      return e.refuse("expected pads that leave something of dimension " +
                      Twine(i));
    result.push_back(sizes.back() + low + high);
  }
  Value inner = slice(e.b, e.operand(0), offsets, sizes);
  if (mode == "constant") {
    FailureOr<Value> scalar = paddingScalar(e);
    if (failed(scalar))
      return failure();
    inner = padScalar(e.b, inner, padding->low, padding->high, *scalar);
  } else if (mode == "edge" || mode == "reflect" || mode == "wrap") {
    inner = gatherBy(
        e.b, inner, result,
        [&](LocBuilder &b, ValueRange at, SmallVectorImpl<Value> &out) {
          for (auto [i, index] : llvm::enumerate(at))
            out.push_back(
                paddedIndex(b, index, padding->low[i], sizes[i], mode));
        });
  } else {
    return e.refuse("expected mode constant, edge, reflect or wrap, but got '" +
                    mode + "'");
  }
  e.result(0, inner, e.onnxElementType(0));
  return success();
}

static LogicalResult expandTile(Expansion &e) {
  FailureOr<Shape> repeats = constantInts(e, 1, "the repeats");
  if (failed(repeats))
    return failure();
  ArrayRef<int64_t> shape = e.shape(0);
  if (repeats->size() != shape.size())
    return e.refuse("expected " + Twine(shape.size()) + " repeats, but got " +
                    Twine(repeats->size()));
  // Repetition is broadcasting along a new dimension before each one.
  Shape before, repeated, result;
  for (auto [size, count] : llvm::zip(shape, *repeats)) {
    if (count < 0)
      return e.refuse("expected repeats of at least 0, but got " +
                      Twine(count));
    before.append({1, size});
    repeated.append({count, size});
    result.push_back(size * count);
  }
  Value wide = broadcastTo(e.b, reshape(e.b, e.operand(0), before), repeated);
  e.result(0, reshape(e.b, wide, result), e.onnxElementType(0));
  return success();
}

ArrayRef<OperatorRow> graph::pieceOperators() {
  static const OperatorRow rows[] = {
      {"", "Concat", 1, 0, expandConcat, allOperands},
      {"", "Split", 1, 0, expandSplit},
      {"", "Slice", 1, 0, expandSlice},
      {"", "Pad", 1, 0, expandPad},
      {"", "Tile", 6, 0, expandTile},
  };
  return rows;
}
