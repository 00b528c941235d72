//===- Pool.cpp - MaxPool, AveragePool, LpPool and the global ones --------===//
#include "passes/Graph/Ops/Pool.h"
#include "dialects/Tern/Tern.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/ScalarMath.h"
#include "passes/Graph/Ops/Support.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using utils::IteratorType;

namespace {
/// A pooling window over the spatial dimensions of an N x C x ... tensor.
struct PoolWindow {
  Shape input, kernel, strides, dilations, low, high, output;

  size_t spatial() const { return kernel.size(); }
  int64_t extent(size_t i) const { return dilations[i] * (kernel[i] - 1) + 1; }
  /// Elements after the input that windows reach, beyond `high` perhaps.
  int64_t reach(size_t i) const {
    int64_t end = (output[i] - 1) * strides[i] + extent(i);
    return std::max<int64_t>(end - low[i] - input[i], 0);
  }
  Shape resultShape(Value x) const {
    Shape shape = {shapeOf(x)[0], shapeOf(x)[1]};
    shape.append(output);
    return shape;
  }
};
} // namespace

/// Reads kernel_shape, strides, dilations and pads.
static LogicalResult readWindow(Expansion &e, PoolWindow &w) {
  if (e.rank(0) < 3)
    return e.refuse("expected an input with a spatial dimension");
  w.input = Shape(e.shape(0).drop_front(2));
  size_t n = w.input.size();
  w.kernel = e.intsAttr("kernel_shape").value_or(Shape());
  w.strides = e.intsAttr("strides").value_or(Shape(n, 1));
  w.dilations = e.intsAttr("dilations").value_or(Shape(n, 1));
  Shape pads = e.intsAttr("pads").value_or(Shape(2 * n, 0));
  auto isPositive = [](int64_t value) { return value >= 1; };
  if (w.kernel.size() != n || w.strides.size() != n ||
      w.dilations.size() != n || pads.size() != 2 * n ||
      !llvm::all_of(w.kernel, isPositive) ||
      !llvm::all_of(w.strides, isPositive) ||
      !llvm::all_of(w.dilations, isPositive) ||
      llvm::any_of(pads, [](int64_t pad) { return pad < 0; }))
    return e.refuse("expected kernel_shape, strides, dilations and pads for " +
                    Twine(n) + " dimensions");
  w.low.assign(pads.begin(), pads.begin() + n);
  w.high.assign(pads.begin() + n, pads.end());
  return success();
}

/// Sets pads by auto_pad, and the output's size.
static LogicalResult placeWindow(Expansion &e, PoolWindow &w) {
  std::string mode = e.stringAttr("auto_pad", "NOTSET");
  bool isSame = mode == "SAME_UPPER" || mode == "SAME_LOWER";
  bool ceil = e.intAttr("ceil_mode", 0) != 0;
  for (size_t i = 0; i < w.spatial(); ++i) {
    if (mode == "VALID")
      w.low[i] = w.high[i] = 0;
    if (isSame) {
      int64_t outputs = llvm::divideCeil(w.input[i], w.strides[i]);
      int64_t total = (outputs - 1) * w.strides[i] + w.extent(i) - w.input[i];
      int64_t less = std::max<int64_t>(total, 0) / 2;
      int64_t more = std::max<int64_t>(total, 0) - less;
      w.low[i] = mode == "SAME_LOWER" ? more : less;
      w.high[i] = mode == "SAME_LOWER" ? less : more;
    }
    int64_t room = w.input[i] + w.low[i] + w.high[i] - w.extent(i);
    if (room < 0)
      return e.refuse("expected an input at least as large as the window");
    int64_t steps = ceil && !isSame ? llvm::divideCeil(room, w.strides[i])
                                    : room / w.strides[i];
    // A window that starts after the input and the padding before it is none.
    if (ceil && !isSame && steps * w.strides[i] >= w.input[i] + w.low[i])
      --steps;
    w.output.push_back(steps + 1);
  }
  return success();
}

static FailureOr<PoolWindow> windowOf(Expansion &e) {
  PoolWindow w;
  if (failed(readWindow(e, w)) || failed(placeWindow(e, w)))
    return failure();
  return w;
}

/// The input with the scalar `fill` wherever a window reaches outside.
static Value padForWindow(LocBuilder &b, Value x, const PoolWindow &w,
                          Value fill) {
  Shape low = {0, 0}, high = {0, 0};
  for (size_t i = 0; i < w.spatial(); ++i) {
    low.push_back(w.low[i]);
    high.push_back(w.reach(i));
  }
  return padScalar(b, x, low, high, fill);
}

/// One generic over outputs and window positions that folds `padded` into
/// `inits` with `body` (element, accumulators).
static ValueRange foldWindow(
    LocBuilder &b, Value padded, const PoolWindow &w, ValueRange inits,
    llvm::function_ref<SmallVector<Value>(LocBuilder &, ValueRange)> body) {
  unsigned n = w.spatial(), outer = 2 + n, loops = outer + n;
  SmallVector<AffineExpr> from, window, to;
  for (unsigned i = 0; i < outer; ++i)
    to.push_back(b.getAffineDimExpr(i));
  from.assign(to.begin(), to.begin() + 2);
  for (unsigned i = 0; i < n; ++i) {
    window.push_back(b.getAffineDimExpr(outer + i));
    from.push_back(b.getAffineDimExpr(2 + i) * w.strides[i] +
                   b.getAffineDimExpr(outer + i) * w.dilations[i]);
  }
  auto mapOf = [&](ArrayRef<AffineExpr> exprs) {
    return AffineMap::get(loops, 0, exprs, b.getContext());
  };
  SmallVector<AffineMap> maps = {mapOf(from), mapOf(window)};
  maps.append(inits.size(), mapOf(to));
  SmallVector<IteratorType> kinds(outer, IteratorType::parallel);
  kinds.append(n, IteratorType::reduction);
  // Only the shape of the second operand matters: it bounds the window.
  Value shape = emptyTensor(b, w.kernel, b.getI1Type());
  auto op = b.create<linalg::GenericOp>(
      inits.getTypes(), ValueRange{padded, shape}, inits, maps, kinds,
      [&](OpBuilder &nested, Location loc, ValueRange args) {
        LocBuilder inner(loc, nested);
        SmallVector<Value> used = {args[0]};
        used.append(args.begin() + 2, args.end());
        inner.create<linalg::YieldOp>(body(inner, used));
      });
  return op.getResults();
}

//===----------------------------------------------------------------------===//
// MaxPool
//===----------------------------------------------------------------------===//

static Value maxOf(LocBuilder &b, Value x, Value y, bool isUnsigned) {
  if (isa<FloatType>(x.getType()))
    return b.create<arith::MaximumFOp>(x, y);
  return isUnsigned ? Value(b.create<arith::MaxUIOp>(x, y))
                    : Value(b.create<arith::MaxSIOp>(x, y));
}

/// The least element: what a padded position holds.
static Value lowestElement(LocBuilder &b, Type element) {
  Type type = computeType(element);
  auto code = dyn_cast<ir::QType>(element);
  if (code && code.isInteger())
    return fromCompute(b, scalarConstant(b, type, code.getMin()), element);
  return fromCompute(b, lowestOf(b, type), element);
}

/// The flat position of the current window element in the whole input, or -1
/// outside; columns first when `columnMajor`.
static Value flatPosition(LocBuilder &b, const PoolWindow &w, int64_t channels,
                          bool columnMajor) {
  size_t n = w.spatial();
  auto constant = [&](int64_t value) { return indexConstant(b, value); };
  auto mul = [&](Value x, int64_t y) -> Value {
    return b.create<arith::MulIOp>(x, constant(y));
  };
  Value flat =
      b.create<arith::AddIOp>(mul(b.create<linalg::IndexOp>(0), channels),
                              b.create<linalg::IndexOp>(1));
  flat = mul(flat, product(w.input));
  Value inside = b.create<arith::ConstantIntOp>(1, 1);
  for (size_t i = 0; i < n; ++i) {
    Value at = mul(b.create<linalg::IndexOp>(2 + i), w.strides[i]);
    Value tap = mul(b.create<linalg::IndexOp>(2 + n + i), w.dilations[i]);
    at = b.create<arith::AddIOp>(at, tap);
    at = b.create<arith::SubIOp>(at, constant(w.low[i]));
    Value fits = b.create<arith::CmpIOp>(arith::CmpIPredicate::ult, at,
                                         constant(w.input[i]));
    inside = b.create<arith::AndIOp>(inside, fits);
    ArrayRef<int64_t> sizes(w.input);
    int64_t step =
        product(columnMajor ? sizes.take_front(i) : sizes.drop_front(i + 1));
    flat = b.create<arith::AddIOp>(flat, mul(at, step));
  }
  Value position = b.create<arith::IndexCastOp>(b.getI64Type(), flat);
  Value none = scalarConstant(b, b.getI64Type(), -1);
  return b.create<arith::SelectOp>(inside, position, none);
}

/// The dequantize that makes `value`, when the greatest of its reals are those
/// of its greatest codes: one scale for all, known to be positive.
static ir::DequantizeOp monotoneDequantize(Expansion &e, Value value) {
  auto op = value.getDefiningOp<ir::DequantizeOp>();
  auto code = op ? dyn_cast<ir::QType>(elementOf(op.getInput())) : ir::QType();
  if (!code || !code.isInteger() || product(shapeOf(op.getScale())) != 1)
    return {};
  std::optional<eval::Tensor> scale = e.evaluate(op.getScale());
  return scale && scale->getFloat(0) > 0 ? op : ir::DequantizeOp();
}

/// Reals of pooled codes, by the scale and zero point of `before`.
static Value dequantizeLike(LocBuilder &b, ir::DequantizeOp before,
                            Value codes) {
  auto type =
      RankedTensorType::get(shapeOf(codes), elementOf(before.getResult()));
  auto format = ir::FormatAttr::get(b.getContext(), shapeOf(codes));
  return b.create<ir::DequantizeOp>(type, codes, before.getScale(),
                                    before.getZeroPoint(), format);
}

static LogicalResult expandMaxPool(Expansion &e) {
  Value input = e.operand(0);
  // Codes are compared rather than their reals: fewer bytes, and what follows
  // still sees codes.
  ir::DequantizeOp dequantize = monotoneDequantize(e, input);
  if (dequantize)
    input = dequantize.getInput();
  Type element = elementOf(input);
  if (!isFloatElement(element) && !isa<ir::QType>(element))
    return refuseType(e, 0, "a float, int8 or uint8 tensor");
  FailureOr<PoolWindow> w = windowOf(e);
  if (failed(w))
    return failure();
  LocBuilder &b = e.b;
  Value lowest = lowestElement(b, element);
  Value padded = padForWindow(b, input, *w, lowest);
  Shape shape = w->resultShape(padded);
  SmallVector<Value> inits = {filled(b, shape, lowest)};
  bool wantsIndices = e.numResults() > 1;
  if (wantsIndices)
    inits.push_back(filled(b, shape, scalarConstant(b, b.getI64Type(), -1)));
  bool columnMajor = e.intAttr("storage_order", 0) != 0;
  int64_t channels = e.shape(0)[1];
  auto body = [&](LocBuilder &inner, ValueRange args) -> SmallVector<Value> {
    Value x = toCompute(inner, args[0]), best = toCompute(inner, args[1]);
    Value greatest = maxOf(inner, x, best, /*isUnsigned=*/false);
    greatest = fromCompute(inner, greatest, element);
    if (!wantsIndices)
      return {greatest};
    Value at = flatPosition(inner, *w, channels, columnMajor);
    Value zero = scalarConstant(inner, at.getType(), 0);
    auto less = arith::CmpIPredicate::slt;
    Value isFirst = inner.create<arith::CmpIOp>(less, args[2], zero);
    Value isGreater = isa<FloatType>(x.getType())
                          ? Value(inner.create<arith::CmpFOp>(
                                arith::CmpFPredicate::OGT, x, best))
                          : Value(inner.create<arith::CmpIOp>(
                                arith::CmpIPredicate::sgt, x, best));
    Value takes = inner.create<arith::OrIOp>(isFirst, isGreater);
    Value position = inner.create<arith::SelectOp>(takes, at, args[2]);
    return {greatest, position};
  };
  ValueRange results = foldWindow(b, padded, *w, inits, body);
  Value pooled =
      dequantize ? dequantizeLike(b, dequantize, results[0]) : results[0];
  e.result(0, pooled, e.onnxElementType(0));
  if (wantsIndices)
    e.result(1, results[1]);
  return success();
}

//===----------------------------------------------------------------------===//
// AveragePool, LpPool
//===----------------------------------------------------------------------===//

/// The type that sums of an element are made in.
static Type sumType(LocBuilder &b, Type element) {
  return element.isF64() ? element : Type(b.getF32Type());
}

/// Sums of what `term` makes of the window's elements; outside they are 0.
static Value sumWindow(LocBuilder &b, Value x, const PoolWindow &w,
                       llvm::function_ref<Scalar(Scalar)> term) {
  Value zero = scalarConstant(b, elementOf(x), 0.0);
  Value padded = padForWindow(b, x, w, zero);
  Value init = filled(b, w.resultShape(x), zero);
  return foldWindow(b, padded, w, init,
                    [&](LocBuilder &inner, ValueRange args) {
                      Scalar element{inner, args[0]}, sum{inner, args[1]};
                      return SmallVector<Value>{(sum + term(element)).v};
                    })[0];
}

/// How many elements each output's average is over, as a constant of the
/// output's spatial shape; of one element when all are the same.
static eval::Tensor countsOf(const PoolWindow &w, Type element,
                             bool includePads) {
  eval::Tensor counts(tensorOf(w.output, element));
  bool isUniform = true;
  for (int64_t flat = 0; flat < counts.size(); ++flat) {
    int64_t rest = flat, count = 1;
    for (size_t i = w.spatial(); i-- > 0;) {
      int64_t start = rest % w.output[i] * w.strides[i] - w.low[i], taps = 0;
      rest /= w.output[i];
      int64_t from = includePads ? -w.low[i] : 0;
      int64_t to = w.input[i] + (includePads ? w.high[i] : 0);
      for (int64_t k = 0; k < w.kernel[i]; ++k) {
        int64_t at = start + k * w.dilations[i];
        taps += at >= from && at < to;
      }
      count *= taps;
    }
    counts.setFloat(flat, std::max<int64_t>(count, 1));
    isUniform &= counts.getFloat(flat) == counts.getFloat(0);
  }
  if (!isUniform)
    return counts;
  eval::Tensor one(tensorOf({1}, element));
  one.setFloat(0, counts.getFloat(0));
  return one;
}

FailureOr<Value> graph::averagePool(Expansion &e, Value x) {
  FailureOr<PoolWindow> w = windowOf(e);
  if (failed(w))
    return failure();
  Type type = elementOf(x);
  Value sum = sumWindow(e.b, x, *w, [](Scalar element) { return element; });
  bool includePads = e.intAttr("count_include_pad", 0) != 0;
  Value counts = e.tensorConstant(countsOf(*w, type, includePads));
  return compute(e.b, {sum, counts}, type,
                 [](LocBuilder &inner, ValueRange args) {
                   return (Scalar{inner, args[0]} / Scalar{inner, args[1]}).v;
                 });
}

static LogicalResult expandAveragePool(Expansion &e) {
  Type element = e.elementType(0);
  if (!isFloatElement(element))
    return refuseType(e, 0, "a float tensor");
  Value x = convert(e.b, e.operand(0), sumType(e.b, element));
  FailureOr<Value> mean = averagePool(e, x);
  if (failed(mean))
    return failure();
  e.result(0, convert(e.b, *mean, element));
  return success();
}

/// |x|^p and its inverse; p of 1 and 2 without powers.
static Scalar raise(Scalar x, double p) {
  if (p == 2)
    return x * x;
  Scalar magnitude = x.call<math::AbsFOp>();
  if (p == 1)
    return magnitude;
  return {x.b, x.b.create<math::PowFOp>(magnitude.v, x.like(p).v)};
}

static Value rootOf(LocBuilder &b, Value sum, double p) {
  return compute(
      b, sum, elementOf(sum), [&](LocBuilder &inner, ValueRange args) {
        Scalar x{inner, args[0]};
        if (p == 2)
          return x.call<math::SqrtOp>().v;
        return p == 1 ? x.v
                      : Value(inner.create<math::PowFOp>(x.v, x.like(1 / p).v));
      });
}

/// The exponent: a float until opset 2, then an integer.
static FailureOr<double> exponentOf(Expansion &e) {
  double p =
      e.version() < 2 ? double(e.floatAttr("p", 2)) : double(e.intAttr("p", 2));
  if (p > 0)
    return p;
  return e.refuse("expected a positive p, but got " + std::to_string(p));
}

static LogicalResult expandLpPool(Expansion &e) {
  Type element = e.elementType(0);
  if (!isFloatElement(element))
    return refuseType(e, 0, "a float tensor");
  FailureOr<PoolWindow> w = windowOf(e);
  FailureOr<double> p = failure();
  if (failed(w) || failed(p = exponentOf(e)))
    return failure();
  LocBuilder &b = e.b;
  Value sum = sumWindow(b, convert(b, e.operand(0), sumType(b, element)), *w,
                        [&](Scalar x) { return raise(x, *p); });
  e.result(0, convert(b, rootOf(b, sum, *p), element));
  return success();
}

//===----------------------------------------------------------------------===//
// Global pooling
//===----------------------------------------------------------------------===//

enum class Global { Average, Max, Lp };

template <Global kind> static LogicalResult expandGlobal(Expansion &e) {
  Type element = e.elementType(0);
  if (!isFloatElement(element))
    return refuseType(e, 0, "a float tensor");
  if (e.rank(0) < 3)
    return e.refuse("expected an input with a spatial dimension");
  FailureOr<double> p = kind == Global::Lp ? exponentOf(e) : 1.0;
  if (failed(p))
    return failure();
  LocBuilder &b = e.b;
  Type type = sumType(b, element);
  Value x = convert(b, e.operand(0), type);
  Shape axes = llvm::to_vector(llvm::seq<int64_t>(2, e.rank(0)));
  Value init =
      kind == Global::Max ? lowestOf(b, type) : scalarConstant(b, type, 0.0);
  Value y = reduce(b, x, axes, /*keepDims=*/true, init,
                   [&](LocBuilder &inner, ValueRange args) -> Value {
                     if (kind == Global::Max)
                       return inner.create<arith::MaximumFOp>(args[0], args[1]);
                     Scalar term{inner, args[1]};
                     if (kind == Global::Lp)
                       return (Scalar{inner, args[0]} + raise(term, *p)).v;
                     return (Scalar{inner, args[0]} + term).v;
                   });
  if (kind == Global::Lp)
    y = rootOf(b, y, *p);
  if (kind == Global::Average)
    y = compute(b, y, type, [&](LocBuilder &inner, ValueRange args) {
      return (Scalar{inner, args[0]} / product(e.shape(0).drop_front(2))).v;
    });
  e.result(0, convert(b, y, element));
  return success();
}

ArrayRef<OperatorRow> graph::poolOperators() {
  static const OperatorRow rows[] = {
      {"", "MaxPool", 1, 0, expandMaxPool},
      {"", "AveragePool", 1, 0, expandAveragePool},
      {"", "LpPool", 1, 0, expandLpPool},
      {"", "GlobalAveragePool", 1, 0, expandGlobal<Global::Average>},
      {"", "GlobalMaxPool", 1, 0, expandGlobal<Global::Max>},
      {"", "GlobalLpPool", 1, 0, expandGlobal<Global::Lp>},
  };
  return rows;
}
