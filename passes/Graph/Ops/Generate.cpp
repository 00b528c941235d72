//===- Generate.cpp - Operators that make tensors from positions ----------===//
#include "dialects/Tern/Codes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Support.h"
#include <cmath>

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using arith::CmpIPredicate;

static eval::Tensor intsTensor(LocBuilder &b, ArrayRef<int64_t> values,
                               ArrayRef<int64_t> shape) {
  eval::Tensor result(tensorOf(shape, b.getI64Type()));
  for (auto [i, value] : llvm::enumerate(values))
    result.setInt(i, value);
  return result;
}

static eval::Tensor floatsTensor(LocBuilder &b, ArrayRef<float> values,
                                 ArrayRef<int64_t> shape) {
  eval::Tensor result(tensorOf(shape, b.getF32Type()));
  for (auto [i, value] : llvm::enumerate(values))
    result.setFloat(i, value);
  return result;
}

static LogicalResult expandConstant(Expansion &e) {
  LocBuilder &b = e.b;
  if (auto elements = dyn_cast_or_null<ElementsAttr>(e.attr("value"))) {
    Value value = e.tensorAttr("value");
    if (!value)
      return e.refuse("expected a constant of numbers");
    e.result(0, value, elements.getElementType());
    return success();
  }
  std::optional<eval::Tensor> value;
  if (e.hasAttr("value_int"))
    value = intsTensor(b, {e.intAttr("value_int", 0)}, {});
  else if (e.hasAttr("value_float"))
    value = floatsTensor(b, {e.floatAttr("value_float", 0)}, {});
  else if (auto ints = e.intsAttr("value_ints"))
    value = intsTensor(b, *ints, {int64_t(ints->size())});
  else if (auto floats = e.floatsAttr("value_floats"))
    value = floatsTensor(b, *floats, {int64_t(floats->size())});
  if (!value)
    return e.refuse("expected a constant of dense numbers");
  e.result(0, e.tensorConstant(*value));
  return success();
}

static LogicalResult expandConstantOfShape(Expansion &e) {
  FailureOr<Shape> shape = constantInts(e, 0, "the shape");
  if (failed(shape))
    return failure();
  if (llvm::any_of(*shape, [](int64_t size) { return size < 0; }))
    return e.refuse("expected sizes of at least 0");
  auto elements = dyn_cast_or_null<ElementsAttr>(e.attr("value"));
  if (!elements) {
    Value zero = scalarConstant(e.b, e.b.getF32Type(), 0);
    e.result(0, filled(e.b, *shape, zero));
    return success();
  }
  Value value = e.tensorAttr("value");
  if (!value || product(shapeOf(value)) != 1)
    return e.refuse("expected a value of one number");
  e.result(0, broadcastTo(e.b, reshape(e.b, value, {}), *shape),
           elements.getElementType());
  return success();
}

static LogicalResult expandRange(Expansion &e) {
  eval::Tensor bounds[3];
  for (unsigned i = 0; i < 3; ++i) {
    std::optional<eval::Tensor> bound = e.constant(i);
    if (!bound || bound->size() != 1)
      return e.refuse("expected start, limit and delta to be numbers known at "
                      "compile time: the result's size depends on them");
    bounds[i] = *bound;
  }
  bool isFloat = isFloatElement(e.elementType(0));
  auto number = [&](int i) {
    return isFloat ? bounds[i].getFloat(0) : double(bounds[i].getInt(0));
  };
  double delta = number(2);
  if (delta == 0)
    return e.refuse("expected a delta other than 0");
  double steps = std::ceil((number(1) - number(0)) / delta);
  int64_t count = steps > 0 ? static_cast<int64_t>(steps) : 0;
  eval::Tensor result(tensorOf({count}, e.elementType(0)));
  for (int64_t i = 0; i < count; ++i) {
    if (isFloat)
      result.setFloat(i, number(0) + double(i) * delta);
    else
      result.setInt(i, bounds[0].getInt(0) + i * bounds[2].getInt(0));
  }
  e.result(0, e.tensorConstant(result), e.onnxElementType(0));
  return success();
}

/// Elements where row and column are related, zero or another value elsewhere.
static LogicalResult expandTrilu(Expansion &e) {
  int64_t k = 0, rank = e.rank(0);
  bool upper = e.intAttr("upper", 1) != 0;
  if (rank < 2)
    return e.refuse("expected matrices, but got rank " + Twine(rank));
  if (e.has(1)) {
    FailureOr<int64_t> offset = constantInt(e, 1, "k");
    if (failed(offset))
      return failure();
    k = *offset;
  }
  Type element = e.elementType(0);
  Value result = elementwise(
      e.b, e.operand(0), element, [&](LocBuilder &b, ValueRange args) -> Value {
        Value row = b.create<linalg::IndexOp>(rank - 2);
        Value column = b.create<linalg::IndexOp>(rank - 1);
        Value diagonal = b.create<arith::AddIOp>(row, indexConstant(b, k));
        Value inside = b.create<arith::CmpIOp>(
            upper ? CmpIPredicate::sge : CmpIPredicate::sle, column, diagonal);
        Value zero =
            fromCompute(b, scalarConstant(b, computeType(element), 0), element);
        return b.create<arith::SelectOp>(inside, args[0], zero);
      });
  e.result(0, result, e.onnxElementType(0));
  return success();
}

static LogicalResult expandEyeLike(Expansion &e) {
  if (e.rank(0) != 2)
    return e.refuse("expected a matrix, but got rank " + Twine(e.rank(0)));
  Type onnxType = e.hasAttr("dtype")
                      ? onnxTypeOfData(e.b.getContext(), e.intAttr("dtype", 0))
                      : e.onnxElementType(0);
  Type element = onnxType ? toTernElementType(onnxType) : Type();
  if (!element)
    return e.refuse("expected a dtype of numbers");
  int64_t k = e.intAttr("k", 0);
  Value result = generate(
      e.b, e.shape(0), element, [&](LocBuilder &b, ValueRange at) -> Value {
        Value diagonal = b.create<arith::AddIOp>(at[0], indexConstant(b, k));
        Value isOn =
            b.create<arith::CmpIOp>(CmpIPredicate::eq, at[1], diagonal);
        Type type = computeType(element);
        Value value = b.create<arith::SelectOp>(
            isOn, scalarConstant(b, type, 1), scalarConstant(b, type, 0));
        return fromCompute(b, value, element);
      });
  e.result(0, result, onnxType);
  return success();
}

/// An index of any number type as an i64 scalar.
static Value toI64(LocBuilder &b, Value scalar, bool isUnsigned) {
  Type i64 = b.getI64Type();
  if (isa<FloatType>(scalar.getType()))
    return floatToInt(b, scalar, cast<IntegerType>(i64), false);
  if (scalar.getType() == i64)
    return scalar;
  return isUnsigned ? Value(b.create<arith::ExtUIOp>(i64, scalar))
                    : Value(b.create<arith::ExtSIOp>(i64, scalar));
}

static LogicalResult expandOneHot(Expansion &e) {
  std::optional<eval::Tensor> depthTensor = e.constant(1);
  if (!depthTensor || depthTensor->size() != 1)
    return e.refuse("expected a depth that is known at compile time");
  int64_t depth = isFloatElement(depthTensor->getElementType())
                      ? int64_t(depthTensor->getFloat(0))
                      : depthTensor->getInt(0);
  int64_t rank = e.rank(0);
  FailureOr<int64_t> axis = axisAttr(e, "axis", -1, rank + 1);
  if (failed(axis))
    return failure();
  if (depth < 0 || e.rank(2) != 1 || e.shape(2)[0] != 2)
    return e.refuse("expected a depth of at least 0 and two values");
  Shape wide(e.shape(0)), shape(e.shape(0));
  wide.insert(wide.begin() + *axis, 1);
  shape.insert(shape.begin() + *axis, depth);
  bool isUnsigned = e.isUnsigned(0);
  Value indices = reshape(e.b, e.operand(0), wide), values = e.operand(2);
  Value result = elementwise(
      e.b, indices, e.elementType(2),
      [&](LocBuilder &b, ValueRange args) -> Value {
        Value index = toI64(b, toCompute(b, args[0]), isUnsigned);
        Value size = scalarConstant(b, index.getType(), depth);
        Value below = b.create<arith::CmpIOp>(
            CmpIPredicate::slt, index, scalarConstant(b, index.getType(), 0));
        Value moved = b.create<arith::AddIOp>(index, size);
        index = b.create<arith::SelectOp>(below, moved, index);
        Value here = b.create<arith::IndexCastOp>(
            index.getType(), b.create<linalg::IndexOp>(*axis));
        Value isOn = b.create<arith::CmpIOp>(CmpIPredicate::eq, index, here);
        Value at = b.create<arith::SelectOp>(isOn, indexConstant(b, 1),
                                             indexConstant(b, 0));
        return b.create<tensor::ExtractOp>(values, ValueRange{at});
      },
      shape);
  e.result(0, result, e.onnxElementType(2));
  return success();
}

ArrayRef<OperatorRow> graph::generateOperators() {
  static const OperatorRow rows[] = {
      {"", "Constant", 1, 0, expandConstant, 0},
      {"", "ConstantOfShape", 9, 0, expandConstantOfShape},
      {"", "Range", 11, 0, expandRange, first(3)},
      {"com.microsoft", "Range", 1, 0, expandRange},
      {"", "Trilu", 14, 0, expandTrilu},
      {"", "EyeLike", 9, 0, expandEyeLike},
      {"", "OneHot", 9, 0, expandOneHot, first(3)},
  };
  return rows;
}
