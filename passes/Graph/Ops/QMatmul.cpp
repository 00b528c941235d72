//===- QMatmul.cpp - Matrix products of codes -----------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Products.h"
#include "passes/Graph/Ops/Requantize.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using ir::QType;

//===----------------------------------------------------------------------===//
// Zero points and scales
//===----------------------------------------------------------------------===//

/// A zero point as i32; null when it is absent or zero.
static Value zeroOperand(Expansion &e, unsigned i) {
  if (!e.has(i))
    return {};
  std::optional<eval::Tensor> known = e.constant(i);
  if (known && isAllZero(*known))
    return {};
  return convert(e.b, e.operand(i), e.b.getI32Type());
}

/// A zero point of the rows of the left-hand side: one, or one per row.
static FailureOr<Value> leftZero(Expansion &e, const Product &p, Value zero) {
  if (!zero)
    return Value();
  Shape shape(shapeOf(zero));
  int64_t count = product(shape);
  if (count == 1)
    return reshape(e.b, zero, {1});
  if (shape.size() == 1 && count == p.m) {
    Shape full(p.batch);
    full.push_back(p.m);
    return reshape(e.b, broadcastTo(e.b, zero, full), {p.rows()});
  }
  if (shape.back() == 1 && count == p.rows())
    return reshape(e.b, zero, {p.rows()});
  return e.refuse("expected one zero point of A, or one for each row");
}

static FailureOr<Value> rightZero(Expansion &e, const Product &p, Value zero) {
  if (!zero)
    return Value();
  int64_t count = product(shapeOf(zero));
  if (count != 1 && (count != p.n || shapeOf(zero).back() != p.n))
    return e.refuse("expected one zero point of B, or one for each column");
  return reshape(e.b, zero, {count, 1});
}

/// A scale as f32 that broadcasts to the result: one, or one per column.
static FailureOr<Value> scaleOperand(Expansion &e, unsigned i,
                                     int64_t columns) {
  int64_t count = product(e.shape(i));
  if (count != 1 && (count != columns || e.shape(i).back() != columns))
    return e.refuse("expected one scale, or one for each column, but got " +
                    Twine(count));
  return convert(e.b, reshape(e.b, e.operand(i), {count}), e.b.getF32Type());
}

/// `value` as a constant of the module where it is one.
static Value folded(Expansion &e, Value value) {
  std::optional<eval::Tensor> known = e.evaluate(value);
  return known ? e.tensorConstant(*known) : value;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// The integer sums of a product, of its result's shape.
static FailureOr<Value> integerProduct(Expansion &e, const Product &p,
                                       Value aZero, Value cZero) {
  if (!isIntegerCode(elementOf(p.lhs)) || !isIntegerCode(elementOf(p.rhs)))
    return e.refuse("expected integer codes");
  FailureOr<Value> left = leftZero(e, p, aZero), right = failure();
  if (failed(left) || failed(right = rightZero(e, p, cZero)))
    return failure();
  Type i32 = e.b.getI32Type();
  Value init = emptyTensor(e.b, p.matrixShape(), i32);
  auto op = e.b.create<ir::MatmulOp>(
      TypeRange{init.getType()}, p.lhs, p.rhs, *left, *right, Value(),
      ValueRange(), init, p.transposed, IntegerAttr(), i32, ArrayAttr(),
      ir::MethodAttr(), ir::LayoutAttr());
  return reshape(e.b, op.getResult(0), p.result);
}

static LogicalResult expandMatMulInteger(Expansion &e) {
  FailureOr<Product> p = matmulOperands(e, e.operand(0), e.operand(1));
  if (failed(p))
    return failure();
  FailureOr<Value> sums =
      integerProduct(e, *p, zeroOperand(e, 2), zeroOperand(e, 3));
  if (failed(sums))
    return failure();
  e.result(0, *sums);
  return success();
}

/// Requantizes sums by f32(a * c) / y, y and its zero point at `y`, y + 1.
static LogicalResult requantizeResult(Expansion &e, Value sums, Value a,
                                      Value c, unsigned y, Type element) {
  if (product(e.shape(y)) != 1 || !isIntegerCode(element))
    return e.refuse("expected integer codes of one scale as a result");
  Type f32 = e.b.getF32Type();
  Value divisor = convert(e.b, reshape(e.b, e.operand(y), {1}), f32);
  Value multiplier = folded(e, combineScales(e.b, a, c, divisor));
  Value zero = zeroOperand(e, y + 1);
  if (zero)
    zero = folded(e, reshape(e.b, zero, {1}));
  QType code = codeOf(element);
  e.result(0, requantize(e.b, sums, multiplier, zero, code, CodeRange(code)));
  return success();
}

static LogicalResult expandQLinearMatMul(Expansion &e) {
  FailureOr<Product> p = matmulOperands(e, e.operand(0), e.operand(3));
  if (failed(p))
    return failure();
  FailureOr<Value> sums =
      integerProduct(e, *p, zeroOperand(e, 2), zeroOperand(e, 5));
  FailureOr<Value> a = failure(), c = failure();
  if (failed(sums) || failed(a = scaleOperand(e, 1, /*columns=*/1)) ||
      failed(c = scaleOperand(e, 4, p->n)))
    return failure();
  return requantizeResult(e, *sums, *a, *c, 6,
                          e.has(7) ? e.elementType(7) : e.elementType(0));
}

/// f32(sums) * (a * c), plus operand `bias` when it is there.
static LogicalResult realResult(Expansion &e, Value sums, Value a, Value c,
                                unsigned bias) {
  Value scale = folded(e, combineScales(e.b, a, c));
  Value result = scaleSums(e.b, sums, scale);
  if (e.has(bias)) {
    if (broadcastShape({result, e.operand(bias)}) !=
        std::optional<Shape>(Shape(shapeOf(result))))
      return e.refuse("expected a bias that broadcasts to the result");
    result = addTensors(e.b, result,
                        convert(e.b, e.operand(bias), e.b.getF32Type()));
  }
  e.result(0, result);
  return success();
}

static LogicalResult expandMatMulIntegerToFloat(Expansion &e) {
  if (!e.elementType(2).isF32())
    return refuseType(e, 2, "float");
  FailureOr<Product> p = matmulOperands(e, e.operand(0), e.operand(1));
  if (failed(p))
    return failure();
  FailureOr<Value> sums =
      integerProduct(e, *p, zeroOperand(e, 4), zeroOperand(e, 5));
  FailureOr<Value> a = failure(), c = failure();
  if (failed(sums) || failed(a = scaleOperand(e, 2, /*columns=*/1)) ||
      failed(c = scaleOperand(e, 3, p->n)))
    return failure();
  return realResult(e, *sums, *a, *c, 6);
}

static LogicalResult expandDynamicQuantizeMatMul(Expansion &e) {
  if (!e.elementType(0).isF32() || e.rank(0) == 0)
    return refuseType(e, 0, "float");
  Scaling scaling = dynamicScaling(e.b, e.operand(0));
  auto u8 = QType::get(e.node.getContext(), ir::CodeKind::UInt, 8);
  Value codes = quantize(e.b, e.operand(0), scaling, u8);
  FailureOr<Product> p = matmulOperands(e, codes, e.operand(1));
  if (failed(p))
    return failure();
  Value zero = reshape(e.b, scaling.zeroPoint, {1});
  FailureOr<Value> sums = integerProduct(e, *p, zero, zeroOperand(e, 3));
  FailureOr<Value> c = failure();
  if (failed(sums) || failed(c = scaleOperand(e, 2, p->n)))
    return failure();
  return realResult(e, *sums, reshape(e.b, scaling.scale, {1}), *c, 4);
}

static LogicalResult expandQGemm(Expansion &e) {
  if (e.rank(0) != 2 || e.rank(3) != 2)
    return e.refuse("expected matrices");
  Value first = e.operand(0), second = e.operand(3);
  if (e.intAttr("transA", 0))
    first = transpose(e.b, first, {1, 0});
  if (e.intAttr("transB", 0))
    second = transpose(e.b, second, {1, 0});
  FailureOr<Product> p = matmulOperands(e, first, second);
  if (failed(p))
    return failure();
  FailureOr<Value> sums =
      integerProduct(e, *p, zeroOperand(e, 2), zeroOperand(e, 5));
  FailureOr<Value> a = failure(), c = failure();
  if (failed(sums) || failed(a = scaleOperand(e, 1, /*columns=*/1)) ||
      failed(c = scaleOperand(e, 4, p->n)))
    return failure();
  if (e.has(6)) {
    if (!e.elementType(6).isInteger(32) ||
        broadcastShape({*sums, e.operand(6)}) !=
            std::optional<Shape>(Shape(shapeOf(*sums))))
      return e.refuse("expected an int32 bias that broadcasts to the result");
    sums = addTensors(e.b, *sums, e.operand(6));
  }
  Value alpha =
      scalarTensor(e.b, {1}, e.b.getF32Type(), e.floatAttr("alpha", 1));
  Value left = combineScales(e.b, alpha, *a);
  if (e.has(7))
    return requantizeResult(e, *sums, left, *c, 7,
                            e.has(8) ? e.elementType(8) : e.elementType(0));
  e.result(0, scaleSums(e.b, *sums, folded(e, combineScales(e.b, left, *c))));
  return success();
}

ArrayRef<OperatorRow> graph::qmatmulOperators() {
  static constexpr StringRef microsoft = "com.microsoft";
  static const OperatorRow rows[] = {
      {"", "MatMulInteger", 10, 0, expandMatMulInteger, first(2)},
      {"", "QLinearMatMul", 10, 0, expandQLinearMatMul, first(8)},
      {microsoft, "MatMulIntegerToFloat", 1, 0, expandMatMulIntegerToFloat,
       first(4)},
      {microsoft, "DynamicQuantizeMatMul", 1, 0, expandDynamicQuantizeMatMul,
       first(3)},
      {microsoft, "QGemm", 1, 0, expandQGemm, 0b11011},
  };
  return rows;
}
