//===- Softmax.cpp - Softmax, LogSoftmax ----------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Normalize.h"
#include "passes/Graph/Ops/ScalarMath.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

Type graph::wideType(LocBuilder &b, Type element) {
  return element.isF64() ? element : Type(b.getF32Type());
}

FailureOr<Value> graph::wideOperand(Expansion &e, unsigned i) {
  if (!isFloatElement(e.elementType(i)))
    return refuseType(e, i, "a float tensor");
  return convert(e.b, e.operand(i), wideType(e.b, e.elementType(i)));
}

/// x minus its maximum over `axes`: what exponentials do not overflow for.
static Value belowMaximum(LocBuilder &b, Value x, ArrayRef<int64_t> axes) {
  Type type = elementOf(x);
  Value greatest =
      reduce(b, x, axes, /*keepDims=*/true, lowestOf(b, type),
             [](LocBuilder &inner, ValueRange args) -> Value {
               return inner.create<arith::MaximumFOp>(args[0], args[1]);
             });
  return compute(b, {x, greatest}, type,
                 [](LocBuilder &inner, ValueRange args) -> Value {
                   return inner.create<arith::SubFOp>(args[0], args[1]);
                 });
}

static Value sumOver(LocBuilder &b, Value x, ArrayRef<int64_t> axes) {
  return reduce(b, x, axes, /*keepDims=*/true,
                scalarConstant(b, elementOf(x), 0.0),
                [](LocBuilder &inner, ValueRange args) -> Value {
                  return inner.create<arith::AddFOp>(args[0], args[1]);
                });
}

Value graph::softmax(LocBuilder &b, Value x, ArrayRef<int64_t> axes) {
  Type type = elementOf(x);
  Value powers = compute(b, belowMaximum(b, x, axes), type,
                         [](LocBuilder &inner, ValueRange args) {
                           return Scalar{inner, args[0]}.exp().v;
                         });
  return compute(b, {powers, sumOver(b, powers, axes)}, type,
                 [](LocBuilder &inner, ValueRange args) -> Value {
                   return inner.create<arith::DivFOp>(args[0], args[1]);
                 });
}

Value graph::logSoftmax(LocBuilder &b, Value x, ArrayRef<int64_t> axes) {
  Type type = elementOf(x);
  Value below = belowMaximum(b, x, axes);
  Value powers =
      compute(b, below, type, [](LocBuilder &inner, ValueRange args) {
        return Scalar{inner, args[0]}.exp().v;
      });
  return compute(b, {below, sumOver(b, powers, axes)}, type,
                 [](LocBuilder &inner, ValueRange args) {
                   Scalar x{inner, args[0]}, sum{inner, args[1]};
                   return (x - sum.call<math::LogOp>()).v;
                 });
}

/// Until opset 12 everything from the axis on is one dimension.
template <Value (*function)(LocBuilder &, Value, ArrayRef<int64_t>)>
static LogicalResult expandSoftmax(Expansion &e) {
  bool isOld = e.version() < 13;
  int64_t rank = e.rank(0);
  FailureOr<int64_t> axis = axisAttr(e, "axis", isOld ? 1 : -1, rank);
  FailureOr<Value> x = failure();
  if (failed(axis) || failed(x = wideOperand(e, 0)))
    return failure();
  Shape axes = {*axis};
  if (isOld)
    axes = llvm::to_vector(llvm::seq<int64_t>(*axis, rank));
  e.result(0, convert(e.b, function(e.b, *x, axes), e.elementType(0)));
  return success();
}

ArrayRef<OperatorRow> graph::softmaxOperators() {
  static const OperatorRow rows[] = {
      {"", "Softmax", 1, 0, expandSoftmax<softmax>},
      {"", "LogSoftmax", 1, 0, expandSoftmax<logSoftmax>},
  };
  return rows;
}
