//===- QConv.cpp - Convolutions of codes ----------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Products.h"
#include "passes/Graph/Ops/Requantize.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using ir::QType;

/// A zero point as i32 of 1 or `rows` entries; null when absent or zero.
static FailureOr<Value> zeroOf(Expansion &e, unsigned i, int64_t rows) {
  if (!e.has(i))
    return Value();
  std::optional<eval::Tensor> known = e.constant(i);
  if (known && isAllZero(*known))
    return Value();
  int64_t count = product(e.shape(i));
  if (count != 1 && count != rows)
    return e.refuse("expected one zero point, or one for each filter");
  return convert(e.b, reshape(e.b, e.operand(i), {count}), e.b.getI32Type());
}

/// The integer sums of a convolution of operands `x` and `w`.
static FailureOr<Value> integerConv(Expansion &e, unsigned x, unsigned w,
                                    unsigned xZero, unsigned wZero) {
  if (!isIntegerCode(e.elementType(x)) || !isIntegerCode(e.elementType(w)))
    return e.refuse("expected integer codes");
  FailureOr<Window> window = windowOf(e, e.shape(x), e.shape(w));
  FailureOr<Value> inputZero = failure(), filterZero = failure();
  if (failed(window) || failed(inputZero = zeroOf(e, xZero, 1)) ||
      failed(filterZero = zeroOf(e, wZero, e.shape(w)[0])))
    return failure();
  Type i32 = e.b.getI32Type();
  Value init = emptyTensor(e.b, window->result, i32);
  auto op = e.b.create<ir::ConvOp>(
      TypeRange{init.getType()}, e.operand(x), e.operand(w), *inputZero,
      *filterZero, ValueRange(), init, window->strides, window->dilations,
      window->pads, window->groups, i32, ArrayAttr(), ir::MethodAttr(),
      ir::LayoutAttr());
  return op.getResult(0);
}

static LogicalResult expandConvInteger(Expansion &e) {
  FailureOr<Value> sums = integerConv(e, 0, 1, 2, 3);
  if (failed(sums))
    return failure();
  e.result(0, *sums);
  return success();
}

/// `value`, of one element or one per channel, as a constant where it is one
/// and of the shape that broadcasts along the channels of `rank` dimensions.
static Value perChannel(Expansion &e, Value value, int64_t rank) {
  int64_t count = product(shapeOf(value));
  Shape shape = {count};
  if (count != 1)
    shape.resize(rank - 1, 1);
  value = reshape(e.b, value, shape);
  std::optional<eval::Tensor> known = e.evaluate(value);
  return known ? e.tensorConstant(*known) : value;
}

static LogicalResult expandQLinearConv(Expansion &e) {
  FailureOr<Value> sums = integerConv(e, 0, 3, 2, 5);
  if (failed(sums))
    return failure();
  LocBuilder &b = e.b;
  int64_t rank = e.rank(0), rows = e.shape(3)[0];
  int64_t scales = product(e.shape(4));
  Type element = e.has(7) ? e.elementType(7) : e.elementType(0);
  if (product(e.shape(1)) != 1 || product(e.shape(6)) != 1 ||
      (scales != 1 && scales != rows) || !isIntegerCode(element))
    return e.refuse("expected one scale, of the filter one or one per row");
  if (e.has(8)) {
    if (!e.elementType(8).isInteger(32) || product(e.shape(8)) != rows)
      return e.refuse("expected an int32 bias for each filter");
    sums = addTensors(b, *sums, perChannel(e, e.operand(8), rank));
  }
  auto scale = [&](unsigned i) {
    return convert(b, reshape(b, e.operand(i), {product(e.shape(i))}),
                   b.getF32Type());
  };
  Value multiplier = combineScales(b, scale(1), scale(4), scale(6));
  FailureOr<Value> zero = zeroOf(e, 7, 1);
  if (failed(zero))
    return failure();
  QType code = codeOf(element);
  e.result(0, requantize(b, *sums, perChannel(e, multiplier, rank),
                         *zero ? perChannel(e, *zero, rank) : Value(), code,
                         CodeRange(code)));
  return success();
}

ArrayRef<OperatorRow> graph::qconvOperators() {
  static const OperatorRow rows[] = {
      {"", "ConvInteger", 10, 0, expandConvInteger, first(2)},
      {"", "QLinearConv", 10, 0, expandQLinearConv, first(8)},
  };
  return rows;
}
