//===- ConvTranspose.cpp - Transposed convolutions ------------------------===//
#include "dialects/Tern/Tern.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Normalize.h"
#include "passes/Graph/Ops/Requantize.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

namespace {
/// A transposed convolution is a convolution of stride 1 of the input with
/// zeros between its elements, by the filter turned around.
struct TransposedWindow {
  Shape strides, dilations, output;
  /// Of the convolution; negative ones crop.
  Shape low, high;
  int64_t groups = 1, channels = 0;

  size_t spatial() const { return strides.size(); }
};
} // namespace

/// Reads the attributes that every dimension has one or two of.
static LogicalResult readAttributes(Expansion &e, TransposedWindow &w,
                                    Shape &pads, Shape &outputPads) {
  int64_t rank = e.rank(0);
  if (rank < 3 || e.rank(1) != rank)
    return e.refuse("expected an input and a filter of the same rank, with a "
                    "spatial dimension");
  size_t n = rank - 2;
  w.groups = e.intAttr("group", 1);
  w.strides = e.intsAttr("strides").value_or(Shape(n, 1));
  w.dilations = e.intsAttr("dilations").value_or(Shape(n, 1));
  pads = e.intsAttr("pads").value_or(Shape(2 * n, 0));
  outputPads = e.intsAttr("output_padding").value_or(Shape(n, 0));
  auto isPositive = [](int64_t value) { return value >= 1; };
  auto isNegative = [](int64_t value) { return value < 0; };
  if (w.strides.size() != n || w.dilations.size() != n ||
      pads.size() != 2 * n || outputPads.size() != n ||
      !llvm::all_of(w.strides, isPositive) ||
      !llvm::all_of(w.dilations, isPositive) ||
      llvm::any_of(pads, isNegative) || llvm::any_of(outputPads, isNegative))
    return e.refuse(
        "expected strides, dilations, pads and output_padding for " + Twine(n) +
        " dimensions");
  if (w.groups < 1 || e.shape(0)[1] != e.shape(1)[0] ||
      e.shape(1)[0] % w.groups != 0)
    return e.refuse("expected " + Twine(e.shape(1)[0]) +
                    " channels, in groups of one size, but got " +
                    Twine(e.shape(0)[1]));
  w.channels = w.groups * e.shape(1)[1];
  return success();
}

/// Places the output: by output_shape, by auto_pad, or by pads.
static LogicalResult place(Expansion &e, TransposedWindow &w,
                           ArrayRef<int64_t> pads,
                           ArrayRef<int64_t> outputPads) {
  size_t n = w.spatial();
  std::string mode = e.stringAttr("auto_pad", "NOTSET");
  std::optional<Shape> wanted = e.intsAttr("output_shape");
  if (wanted && wanted->size() == n + 2) // some write batch and channels too
    wanted = Shape(ArrayRef(*wanted).drop_front(2));
  if (wanted && wanted->size() != n)
    return e.refuse("expected output_shape for " + Twine(n) + " dimensions");
  for (size_t i = 0; i < n; ++i) {
    int64_t size = e.shape(0)[2 + i];
    int64_t extent = w.dilations[i] * (e.shape(1)[2 + i] - 1) + 1;
    int64_t full = w.strides[i] * (size - 1) + extent + outputPads[i];
    int64_t first = mode == "VALID" ? 0 : pads[i];
    int64_t last = mode == "VALID" ? 0 : pads[n + i];
    bool isSame = mode == "SAME_UPPER" || mode == "SAME_LOWER";
    if (wanted || isSame) {
      int64_t total = full - (wanted ? (*wanted)[i] : size * w.strides[i]);
      int64_t half = std::max<int64_t>(total, 0) / 2;
      first = mode == "SAME_UPPER" ? half : std::max<int64_t>(total, 0) - half;
      last = total - first;
    }
    w.output.push_back(full - first - last);
    w.low.push_back(extent - 1 - first);
    w.high.push_back(extent - 1 - last + outputPads[i]);
    if (w.output.back() < 1)
      return e.refuse("expected an output of at least one element, but got " +
                      Twine(w.output.back()));
  }
  return success();
}

/// strides - 1 zeros between the elements of each spatial dimension.
static Value stuff(LocBuilder &b, Value x, ArrayRef<int64_t> strides) {
  Shape apart(shapeOf(x).take_front(2)), low(2, 0), high(2, 0), joined(apart),
      sizes(apart);
  for (auto [i, stride] : llvm::enumerate(strides)) {
    int64_t size = shapeOf(x)[2 + i];
    apart.append({size, 1});
    low.append({0, 0});
    high.append({0, stride - 1});
    joined.push_back(size * stride);
    sizes.push_back((size - 1) * stride + 1);
  }
  x = padConstant(b, reshape(b, x, apart), low, high, 0.0);
  return slice(b, reshape(b, x, joined), Shape(sizes.size(), 0), sizes);
}

/// Removes what negative pads crop and leaves the others.
static Value crop(LocBuilder &b, Value x, Shape &low, Shape &high) {
  Shape offsets(shapeOf(x).size(), 0), sizes(shapeOf(x));
  for (size_t i = 0; i < low.size(); ++i) {
    int64_t before = std::max<int64_t>(-low[i], 0);
    int64_t after = std::max<int64_t>(-high[i], 0);
    offsets[2 + i] = before;
    sizes[2 + i] -= before + after;
    low[i] = std::max<int64_t>(low[i], 0);
    high[i] = std::max<int64_t>(high[i], 0);
  }
  return slice(b, x, offsets, sizes);
}

/// C x O/groups x K... as O x C/groups x K..., K... turned around; a constant
/// where it is one.
static Value turnFilter(Expansion &e, Value filter, int64_t groups) {
  LocBuilder &b = e.b;
  Shape shape(shapeOf(filter));
  int64_t in = shape[0] / groups, out = shape[1];
  Shape turned = {groups * out, in};
  turned.append(shape.begin() + 2, shape.end());
  Value result = gatherBy(
      b, filter, turned,
      [&](LocBuilder &inner, ValueRange at, SmallVectorImpl<Value> &from) {
        Value perGroup = indexConstant(inner, out);
        Value group = inner.create<arith::DivUIOp>(at[0], perGroup);
        Value first =
            inner.create<arith::MulIOp>(group, indexConstant(inner, in));
        from.push_back(inner.create<arith::AddIOp>(first, at[1]));
        from.push_back(inner.create<arith::RemUIOp>(at[0], perGroup));
        for (size_t i = 2; i < shape.size(); ++i)
          from.push_back(inner.create<arith::SubIOp>(
              indexConstant(inner, shape[i] - 1), at[i]));
      });
  std::optional<eval::Tensor> known = e.evaluate(result);
  return known ? e.tensorConstant(*known) : result;
}

static LogicalResult expandConvTranspose(Expansion &e) {
  TransposedWindow w;
  Shape pads, outputPads;
  FailureOr<Value> x = wideOperand(e, 0), filter = failure();
  if (failed(x) || failed(filter = wideOperand(e, 1)) ||
      failed(readAttributes(e, w, pads, outputPads)) ||
      failed(place(e, w, pads, outputPads)))
    return failure();
  if (e.has(2) && product(e.shape(2)) != w.channels)
    return e.refuse("expected a bias for each of " + Twine(w.channels) +
                    " channels");
  LocBuilder &b = e.b;
  Value input = crop(b, stuff(b, *x, w.strides), w.low, w.high);
  Shape result = {e.shape(0)[0], w.channels}, conv(w.low);
  result.append(w.output);
  conv.append(w.high);
  Type type = elementOf(*x);
  Value init = emptyTensor(b, result, type);
  auto op = b.create<ir::ConvOp>(
      TypeRange{init.getType()}, input, turnFilter(e, *filter, w.groups),
      Value(), Value(), ValueRange(), init, Shape(w.spatial(), 1), w.dilations,
      conv, w.groups, type, ArrayAttr(), ir::MethodAttr(), ir::LayoutAttr());
  Value y = op.getResult(0);
  if (e.has(2)) {
    Shape shape(e.rank(0) - 1, 1);
    shape[0] = w.channels;
    y = addTensors(b, y, reshape(b, convert(b, e.operand(2), type), shape));
  }
  e.result(0, convert(b, y, e.elementType(0)));
  return success();
}

ArrayRef<OperatorRow> graph::convTransposeOperators() {
  static const OperatorRow rows[] = {
      {"", "ConvTranspose", 1, 0, expandConvTranspose, first(2)},
  };
  return rows;
}
