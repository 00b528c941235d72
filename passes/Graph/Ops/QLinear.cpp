//===- QLinear.cpp - Operators between codes, computed as reals -----------===//
//
// com.microsoft's QLinear operators that are no contraction: dequantize, the
// float operator, quantize.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Normalize.h"
#include "passes/Graph/Ops/Pool.h"
#include "passes/Graph/Ops/Quantized.h"
#include "passes/Graph/Ops/ScalarMath.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using ir::QType;

FailureOr<Value> graph::dequantizeOperand(Expansion &e, unsigned i) {
  if (!e.has(i) || !e.has(i + 1) || !isIntegerCode(e.elementType(i)))
    return e.refuse("expected codes and their scale at operand " + Twine(i));
  FailureOr<Scaling> scaling =
      scalingOf(e, e.shape(i), i + 1, i + 2, /*axis=*/0, /*blockSize=*/0);
  if (failed(scaling))
    return failure();
  return dequantize(e.b, e.operand(i), *scaling);
}

LogicalResult graph::quantizeResult(Expansion &e, Value value, unsigned scale,
                                    Type code) {
  FailureOr<Scaling> scaling = scalingOf(e, shapeOf(value), scale, scale + 1,
                                         /*axis=*/0, /*blockSize=*/0);
  if (failed(scaling))
    return failure();
  if (product(shapeOf(scaling->scale)) != 1)
    return e.refuse("expected one scale of the result");
  e.result(0, quantize(e.b, value, *scaling, code));
  return success();
}

static LogicalResult expandBinary(Expansion &e, ScalarFn body) {
  FailureOr<Value> a = dequantizeOperand(e, 0), c = failure();
  if (failed(a) || failed(c = dequantizeOperand(e, 3)))
    return failure();
  if (!broadcastShape({*a, *c}))
    return e.refuse("expected shapes that broadcast");
  return quantizeResult(e, compute(e.b, {*a, *c}, e.b.getF32Type(), body), 6,
                        e.elementType(0));
}

static LogicalResult expandAdd(Expansion &e) {
  return expandBinary(e, [](LocBuilder &b, ValueRange args) -> Value {
    return b.create<arith::AddFOp>(args[0], args[1]);
  });
}

static LogicalResult expandMul(Expansion &e) {
  return expandBinary(e, [](LocBuilder &b, ValueRange args) -> Value {
    return b.create<arith::MulFOp>(args[0], args[1]);
  });
}

static LogicalResult expandUnary(Expansion &e, ScalarFn body) {
  FailureOr<Value> x = dequantizeOperand(e, 0);
  if (failed(x))
    return failure();
  return quantizeResult(e, compute(e.b, *x, e.b.getF32Type(), body), 3,
                        e.elementType(0));
}

static LogicalResult expandSigmoid(Expansion &e) {
  return expandUnary(e, [](LocBuilder &b, ValueRange args) {
    return graph::Scalar{b, args[0]}.sigmoid().v;
  });
}

static LogicalResult expandLeakyRelu(Expansion &e) {
  float alpha = e.floatAttr("alpha", 0.01f);
  return expandUnary(e, [&](LocBuilder &b, ValueRange args) {
    graph::Scalar x{b, args[0]};
    return x.select(arith::CmpFPredicate::OGE, 0, x, x * alpha).v;
  });
}

static LogicalResult expandConcat(Expansion &e) {
  SmallVector<Value> values;
  for (unsigned i = 2; i + 2 < e.numOperands(); i += 3) {
    FailureOr<Value> value = dequantizeOperand(e, i);
    if (failed(value))
      return failure();
    values.push_back(*value);
  }
  if (values.empty())
    return e.refuse("expected at least one input");
  FailureOr<int64_t> axis = axisAttr(e, "axis", 0, shapeOf(values[0]).size());
  if (failed(axis))
    return failure();
  for (Value value : values)
    for (size_t i = 0; i < shapeOf(values[0]).size(); ++i)
      if (shapeOf(value).size() != shapeOf(values[0]).size() ||
          (static_cast<int64_t>(i) != *axis &&
           shapeOf(value)[i] != shapeOf(values[0])[i]))
        return e.refuse("expected inputs that differ along the axis only");
  return quantizeResult(e, concat(e.b, values, *axis), 0, e.elementType(2));
}

static LogicalResult expandSoftmax(Expansion &e) {
  FailureOr<Value> x = dequantizeOperand(e, 0);
  if (failed(x))
    return failure();
  FailureOr<int64_t> axis = axisAttr(e, "axis", -1, e.rank(0));
  if (failed(axis))
    return failure();
  // Until opset 13 everything from the axis on is one dimension.
  Shape axes = {*axis};
  if (e.intAttr("opset", 13) < 13)
    axes = llvm::to_vector(llvm::seq<int64_t>(*axis, e.rank(0)));
  return quantizeResult(e, softmax(e.b, *x, axes), 3, e.elementType(0));
}

static LogicalResult expandQLinearGlobalAveragePool(Expansion &e) {
  FailureOr<Value> x = dequantizeOperand(e, 0);
  if (failed(x))
    return failure();
  int64_t rank = e.rank(0);
  bool channelsLast = e.intAttr("channels_last", 0) != 0;
  if (rank < 3)
    return e.refuse("expected a spatial dimension");
  Shape axes = llvm::to_vector(channelsLast ? llvm::seq<int64_t>(1, rank - 1)
                                            : llvm::seq<int64_t>(2, rank));
  return quantizeResult(e, meanOver(e.b, *x, axes), 3, e.elementType(0));
}

static LogicalResult expandQLinearAveragePool(Expansion &e) {
  if (e.intAttr("channels_last", 0) != 0)
    return e.refuse("expected channels in dimension 1",
                    "transpose around the pool");
  FailureOr<Value> x = dequantizeOperand(e, 0), mean = failure();
  if (failed(x) || failed(mean = averagePool(e, *x)))
    return failure();
  return quantizeResult(e, *mean, 3, e.elementType(0));
}

ArrayRef<OperatorRow> graph::qlinearOperators() {
  static constexpr StringRef domain = "com.microsoft";
  // The bits of required operands leave out zero points, which may be absent.
  static const OperatorRow rows[] = {
      {domain, "QLinearAdd", 1, 0, expandAdd, 0b1011011},
      {domain, "QLinearMul", 1, 0, expandMul, 0b1011011},
      {domain, "QLinearSigmoid", 1, 0, expandSigmoid, 0b01011},
      {domain, "QLinearLeakyRelu", 1, 0, expandLeakyRelu, 0b01011},
      {domain, "QLinearConcat", 1, 0, expandConcat, 0b1101},
      {domain, "QLinearSoftmax", 1, 0, expandSoftmax, 0b01011},
      {domain, "QLinearAveragePool", 1, 0, expandQLinearAveragePool, 0b01011},
      {domain, "QLinearGlobalAveragePool", 1, 0, expandQLinearGlobalAveragePool,
       0b01011},
  };
  return rows;
}
