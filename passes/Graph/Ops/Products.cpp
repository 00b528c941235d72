//===- Products.cpp - MatMul, Gemm, Conv, and their shapes ----------------===//
#include "passes/Graph/Ops/Products.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Requantize.h"
#include "passes/Graph/Ops/ScalarMath.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

/// The right-hand side of two dimensions, K x N, as N x K when it is constant.
/// The transpose itself is left to constant folding, which keeps dequantized
/// codes apart.
static void orientRight(Expansion &e, Product &p, Value rhs) {
  p.transposed = e.isConstant(rhs);
  p.rhs = p.transposed ? transpose(e.b, rhs, {1, 0}) : rhs;
}

FailureOr<Product> graph::matmulOperands(Expansion &e, Value a, Value c) {
  Shape left(shapeOf(a)), right(shapeOf(c));
  if (left.empty() || right.empty())
    return e.refuse("expected operands of rank 1 or more");
  bool dropRow = left.size() == 1, dropColumn = right.size() == 1;
  if (dropRow)
    left.insert(left.begin(), 1);
  if (dropColumn)
    right.push_back(1);
  Product p;
  p.k = left.back();
  p.m = left[left.size() - 2];
  p.n = right.back();
  if (right[right.size() - 2] != p.k)
    return e.refuse("expected operands that agree in the dimension summed "
                    "over, but got " +
                    Twine(p.k) + " and " + Twine(right[right.size() - 2]));
  Shape leftBatch(ArrayRef(left).drop_back(2));
  Shape rightBatch(ArrayRef(right).drop_back(2));
  size_t rank = std::max(leftBatch.size(), rightBatch.size());
  leftBatch.insert(leftBatch.begin(), rank - leftBatch.size(), 1);
  rightBatch.insert(rightBatch.begin(), rank - rightBatch.size(), 1);
  for (auto [x, y] : llvm::zip(leftBatch, rightBatch)) {
    if (x != y && x != 1 && y != 1)
      return e.refuse("expected batch dimensions that broadcast");
    p.batch.push_back(x == 1 ? y : x);
  }
  p.result = p.batch;
  if (!dropRow)
    p.result.push_back(p.m);
  if (!dropColumn)
    p.result.push_back(p.n);
  a = reshape(e.b, a, left);
  c = reshape(e.b, c, right);
  if (product(rightBatch) == 1 && leftBatch == p.batch) {
    p.lhs = reshape(e.b, a, {p.rows(), p.k});
    orientRight(e, p, reshape(e.b, c, {p.k, p.n}));
    return p;
  }
  int64_t count = product(p.batch);
  auto batched = [&](Value x, int64_t rows, int64_t columns) {
    Shape full(p.batch);
    full.append({rows, columns});
    return reshape(e.b, broadcastTo(e.b, x, full), {count, rows, columns});
  };
  p.lhs = batched(a, p.m, p.k);
  p.rhs = batched(c, p.k, p.n);
  return p;
}

/// Pads of one dimension by `auto_pad`.
static std::pair<int64_t, int64_t> autoPads(StringRef mode, int64_t size,
                                            int64_t extent, int64_t stride) {
  if (!mode.starts_with("SAME"))
    return {0, 0};
  int64_t outputs = llvm::divideCeil(size, stride);
  int64_t total = std::max<int64_t>((outputs - 1) * stride + extent - size, 0);
  int64_t less = total / 2, more = total - less;
  return mode == "SAME_LOWER" ? std::pair(more, less) : std::pair(less, more);
}

FailureOr<Window> graph::windowOf(Expansion &e, ArrayRef<int64_t> input,
                                  ArrayRef<int64_t> filter) {
  if (input.size() < 3 || filter.size() != input.size())
    return e.refuse("expected an input and a filter of the same rank, with a "
                    "spatial dimension");
  size_t spatial = input.size() - 2;
  Window w;
  w.groups = e.intAttr("group", 1);
  w.strides = e.intsAttr("strides").value_or(Shape(spatial, 1));
  w.dilations = e.intsAttr("dilations").value_or(Shape(spatial, 1));
  w.pads = e.intsAttr("pads").value_or(Shape(2 * spatial, 0));
  auto isPositive = [](int64_t value) { return value >= 1; };
  if (w.strides.size() != spatial || w.dilations.size() != spatial ||
      w.pads.size() != 2 * spatial || !llvm::all_of(w.strides, isPositive) ||
      !llvm::all_of(w.dilations, isPositive) ||
      llvm::any_of(w.pads, [](int64_t pad) { return pad < 0; }))
    return e.refuse("expected strides, dilations and pads for " +
                    Twine(spatial) + " dimensions");
  if (w.groups < 1 || input[1] != w.groups * filter[1] ||
      filter[0] % w.groups != 0)
    return e.refuse("expected " + Twine(w.groups * filter[1]) +
                    " channels, but got " + Twine(input[1]));
  std::string mode = e.stringAttr("auto_pad", "NOTSET");
  w.result = {input[0], filter[0]};
  for (size_t i = 0; i < spatial; ++i) {
    int64_t extent = w.dilations[i] * (filter[2 + i] - 1) + 1;
    if (mode != "NOTSET")
      std::tie(w.pads[i], w.pads[spatial + i]) =
          autoPads(mode, input[2 + i], extent, w.strides[i]);
    int64_t room = input[2 + i] + w.pads[i] + w.pads[spatial + i] - extent;
    if (room < 0)
      return e.refuse("expected an input at least as large as the window");
    w.result.push_back(room / w.strides[i] + 1);
  }
  return w;
}

/// Operand `i` as f32 (f64 stays).
static Value realOperand(Expansion &e, unsigned i) {
  Type wide =
      e.elementType(i).isF64() ? e.elementType(i) : Type(e.b.getF32Type());
  return convert(e.b, e.operand(i), wide);
}

static LogicalResult checkReal(Expansion &e) {
  if (!isFloatElement(e.elementType(0)) || e.elementType(0) != e.elementType(1))
    return refuseType(e, 0, "float");
  return success();
}

Value graph::realProduct(LocBuilder &b, const Product &p) {
  Type type = elementOf(p.lhs);
  Value init = emptyTensor(b, p.matrixShape(), type);
  auto op = b.create<ir::MatmulOp>(
      TypeRange{init.getType()}, p.lhs, p.rhs, Value(), Value(), Value(),
      ValueRange(), init, p.transposed, IntegerAttr(), type, ArrayAttr(),
      ir::MethodAttr(), ir::LayoutAttr());
  return reshape(b, op.getResult(0), p.result);
}

static LogicalResult expandMatMul(Expansion &e) {
  if (failed(checkReal(e)))
    return failure();
  FailureOr<Product> p =
      matmulOperands(e, realOperand(e, 0), realOperand(e, 1));
  if (failed(p))
    return failure();
  e.result(0, convert(e.b, realProduct(e.b, *p), e.elementType(0)));
  return success();
}

/// alpha * A * B + beta * C, in f32 or f64.
static FailureOr<Value> gemm(Expansion &e) {
  if (failed(checkReal(e)))
    return failure();
  if (e.rank(0) != 2 || e.rank(1) != 2)
    return e.refuse("expected matrices");
  Value a = realOperand(e, 0), c = realOperand(e, 1);
  if (e.intAttr("transA", 0))
    a = transpose(e.b, a, {1, 0});
  if (e.intAttr("transB", 0))
    c = transpose(e.b, c, {1, 0});
  FailureOr<Product> p = matmulOperands(e, a, c);
  if (failed(p))
    return failure();
  Value y = realProduct(e.b, *p);
  auto scaleBy = [&](Value value, float factor) {
    if (factor == 1)
      return value;
    return compute(e.b, value, elementOf(value),
                   [&](LocBuilder &b, ValueRange args) -> Value {
                     return b.create<arith::MulFOp>(
                         args[0], scalarConstant(b, args[0].getType(), factor));
                   });
  };
  y = scaleBy(y, e.floatAttr("alpha", 1));
  float beta = e.floatAttr("beta", 1);
  if (e.has(2) && beta != 0) {
    if (broadcastShape({y, e.operand(2)}) !=
        std::optional<Shape>(Shape(shapeOf(y))))
      return e.refuse("expected a C that broadcasts to the result");
    y = addTensors(e.b, y, scaleBy(realOperand(e, 2), beta));
  }
  return y;
}

static LogicalResult expandGemm(Expansion &e) {
  FailureOr<Value> y = gemm(e);
  if (failed(y))
    return failure();
  e.result(0, convert(e.b, *y, e.elementType(0)));
  return success();
}

/// com.microsoft: a Gemm with an activation.
static LogicalResult expandFusedGemm(Expansion &e) {
  std::string name = e.stringAttr("activation", "");
  float alpha = e.floatAttr("activation_alpha", 0.01f);
  bool isKnown = llvm::is_contained(
      {"", "Relu", "LeakyRelu", "Sigmoid", "Tanh"}, StringRef(name));
  if (!isKnown)
    return e.refuse("expected Relu, LeakyRelu, Sigmoid or Tanh as the "
                    "activation, but got '" +
                    name + "'");
  FailureOr<Value> y = gemm(e);
  if (failed(y))
    return failure();
  Value result =
      compute(e.b, *y, elementOf(*y), [&](LocBuilder &b, ValueRange args) {
        graph::Scalar x{b, args[0]};
        if (name == "Relu")
          return x.max(0).v;
        if (name == "LeakyRelu")
          return x.select(arith::CmpFPredicate::OGE, 0, x, x * alpha).v;
        if (name == "Sigmoid")
          return x.sigmoid().v;
        return name == "Tanh" ? x.call<math::TanhOp>().v : x.v;
      });
  e.result(0, convert(e.b, result, e.elementType(0)));
  return success();
}

/// The convolution of `x` and `filter`, channels in dimension 1, with operand 2
/// as its bias.
static FailureOr<Value> realConv(Expansion &e, Value x, Value filter) {
  FailureOr<Window> w = windowOf(e, shapeOf(x), shapeOf(filter));
  if (failed(w))
    return failure();
  Type type = elementOf(x);
  Value init = emptyTensor(e.b, w->result, type);
  auto op = e.b.create<ir::ConvOp>(
      TypeRange{init.getType()}, x, filter, Value(), Value(), ValueRange(),
      init, w->strides, w->dilations, w->pads, w->groups, type, ArrayAttr(),
      ir::MethodAttr(), ir::LayoutAttr());
  Value y = op.getResult(0);
  if (!e.has(2))
    return y;
  int64_t rows = shapeOf(filter)[0];
  if (product(e.shape(2)) != rows)
    return e.refuse("expected a bias for each filter");
  Shape shape(shapeOf(x).size() - 1, 1);
  shape[0] = rows;
  return addTensors(e.b, y, reshape(e.b, realOperand(e, 2), shape));
}

static LogicalResult expandConv(Expansion &e) {
  if (failed(checkReal(e)))
    return failure();
  FailureOr<Value> y = realConv(e, realOperand(e, 0), realOperand(e, 1));
  if (failed(y))
    return failure();
  e.result(0, convert(e.b, *y, e.elementType(0)));
  return success();
}

/// QONNX: channels last, in the filter as well.
static LogicalResult expandConvChannelsLast(Expansion &e) {
  int64_t rank = e.rank(0);
  if (failed(checkReal(e)))
    return failure();
  if (rank < 3 || e.rank(1) != rank)
    return e.refuse("expected an input and a filter of the same rank, with a "
                    "spatial dimension");
  Shape toSecond = {0, rank - 1}, toLast = {0};
  for (int64_t i = 1; i + 1 < rank; ++i) {
    toSecond.push_back(i);
    toLast.push_back(i + 1);
  }
  toLast.push_back(1);
  FailureOr<Value> y = realConv(e, transpose(e.b, realOperand(e, 0), toSecond),
                                transpose(e.b, realOperand(e, 1), toSecond));
  if (failed(y))
    return failure();
  e.result(0, convert(e.b, transpose(e.b, *y, toLast), e.elementType(0)));
  return success();
}

ArrayRef<OperatorRow> graph::productOperators() {
  static const OperatorRow rows[] = {
      {"", "MatMul", 1, 0, expandMatMul, first(2)},
      {"", "Gemm", 1, 0, expandGemm, first(2)},
      {"com.microsoft", "FusedGemm", 1, 0, expandFusedGemm, first(2)},
      {"", "Conv", 1, 0, expandConv, first(2)},
      {"qonnx.custom_op.channels_last", "Conv", 1, 0, expandConvChannelsLast},
  };
  return rows;
}
