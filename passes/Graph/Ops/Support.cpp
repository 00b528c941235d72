//===- Support.cpp - What the families of operators have in common --------===//
#include "passes/Graph/Ops/Support.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace tern::graph {

static std::string textOf(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

static std::string textOf(ArrayRef<int64_t> shape) {
  std::string text;
  for (int64_t size : shape)
    text += (text.empty() ? "" : "x") + std::to_string(size);
  return text.empty() ? "scalar" : text;
}

/// Opsets before 7: operand 1's first dimension stands at `axis` of operand 0.
static FailureOr<Value> alignOldBroadcast(Expansion &e) {
  int64_t rank = e.rank(0), otherRank = e.rank(1);
  if (!e.intAttr("broadcast", 0) || !e.hasAttr("axis"))
    return e.operand(1);
  auto axis = normalizeAxis(e.intAttr("axis", 0), rank);
  if (!axis || *axis + otherRank > rank)
    return e.refuse("expected axis to place the second operand inside the "
                    "first, but got axis " +
                    Twine(e.intAttr("axis", 0)));
  Shape shape(e.shape(1));
  shape.append(rank - *axis - otherRank, 1);
  return reshape(e.b, e.operand(1), shape);
}

FailureOr<SmallVector<Value>> broadcastOperands(Expansion &e, bool sameType) {
  SmallVector<Value> values;
  for (unsigned i = 0; i < e.numOperands(); ++i) {
    if (!e.has(i))
      return e.refuse("expected operand " + Twine(i) + " to be present");
    values.push_back(e.operand(i));
    if (sameType && e.elementType(i) != e.elementType(0))
      return e.refuse("expected operands of one element type, but got " +
                      textOf(e.elementType(0)) + " and " +
                      textOf(e.elementType(i)));
  }
  if (values.empty())
    return e.refuse("expected at least one operand");
  if (values.size() == 2 && e.version() < 7 && e.node.getDomain().empty()) {
    FailureOr<Value> aligned = alignOldBroadcast(e);
    if (failed(aligned))
      return failure();
    values[1] = *aligned;
  }
  if (!broadcastShape(values)) {
    std::string shapes;
    for (Value value : values)
      shapes += (shapes.empty() ? "" : " and ") + textOf(shapeOf(value));
    return e.refuse("expected shapes that broadcast together, but got " +
                    shapes);
  }
  return values;
}

LogicalResult expandElementwise(Expansion &e, SignedScalarFn body,
                                Type element) {
  FailureOr<SmallVector<Value>> values = broadcastOperands(e);
  if (failed(values))
    return failure();
  bool isUnsigned = e.isUnsigned(0);
  Type onnxType = element ? Type() : e.onnxElementType(0);
  e.result(0,
           compute(e.b, *values, element ? element : e.elementType(0),
                   [&](LocBuilder &b, ValueRange args) {
                     return body(b, args, isUnsigned);
                   }),
           onnxType);
  return success();
}

LogicalResult expandFloat(Expansion &e, ScalarFn body) {
  for (unsigned i = 0; i < e.numOperands(); ++i)
    if (e.has(i) && !isFloatElement(e.elementType(i)))
      return refuseType(e, i, "a float tensor");
  return expandElementwise(
      e, [&](LocBuilder &b, ValueRange args, bool) { return body(b, args); });
}

FailureOr<Shape> constantInts(Expansion &e, unsigned operand, StringRef what) {
  if (!e.has(operand))
    return e.refuse("expected " + what + " as operand " + Twine(operand) +
                    ", but got none");
  std::optional<eval::Tensor> value = e.constant(operand);
  if (!value)
    return e.refuse("expected " + what +
                        " to be known at compile time, but got a value that "
                        "depends on the model's inputs",
                    "make it an initializer, or compute it from shapes");
  if (isFloatElement(value->getElementType()))
    return refuseType(e, operand, "integers as " + what.str());
  return value->toInts();
}

FailureOr<int64_t> constantInt(Expansion &e, unsigned operand, StringRef what) {
  FailureOr<Shape> values = constantInts(e, operand, what);
  if (failed(values))
    return failure();
  if (values->size() != 1)
    return e.refuse("expected " + what + " to be one integer, but got " +
                    Twine(values->size()));
  return values->front();
}

FailureOr<std::optional<Shape>> axesOf(Expansion &e, int64_t rank,
                                       int64_t inputSince, unsigned operand) {
  std::optional<Shape> axes;
  if (e.version() < inputSince) {
    axes = e.intsAttr("axes");
  } else if (e.has(operand)) {
    FailureOr<Shape> values = constantInts(e, operand, "axes");
    if (failed(values))
      return failure();
    axes = *values;
  }
  if (!axes)
    return std::optional<Shape>();
  for (int64_t &axis : *axes) {
    auto normal = normalizeAxis(axis, rank);
    if (!normal)
      return e.refuse("expected axes of a tensor of rank " + Twine(rank) +
                      ", but got " + Twine(axis));
    axis = *normal;
  }
  llvm::sort(*axes);
  if (std::adjacent_find(axes->begin(), axes->end()) != axes->end())
    return e.refuse("expected axes without repetition");
  return axes;
}

FailureOr<int64_t> axisAttr(Expansion &e, StringRef name, int64_t absent,
                            int64_t rank) {
  int64_t axis = e.intAttr(name, absent);
  if (auto normal = normalizeAxis(axis, rank))
    return *normal;
  return e.refuse("expected " + name + " of a tensor of rank " + Twine(rank) +
                  ", but got " + Twine(axis));
}

LogicalResult refuseType(Expansion &e, unsigned operand, StringRef expected) {
  return e.refuse("expected " + expected + ", but got operand " +
                  Twine(operand) + " of " + textOf(e.onnxElementType(operand)));
}

Value gatherBy(
    LocBuilder &b, Value source, ArrayRef<int64_t> shape,
    function_ref<void(LocBuilder &, ValueRange, SmallVectorImpl<Value> &)>
        position) {
  return generate(b, shape, elementOf(source),
                  [&](LocBuilder &inner, ValueRange indices) -> Value {
                    SmallVector<Value> at;
                    position(inner, indices, at);
                    return inner.create<tensor::ExtractOp>(source, at);
                  });
}

Value indexConstant(LocBuilder &b, int64_t value) {
  return b.create<arith::ConstantIndexOp>(value);
}

Value indexInto(LocBuilder &b, Value integer, int64_t size) {
  Value index = b.create<arith::IndexCastOp>(b.getIndexType(), integer);
  Value zero = indexConstant(b, 0);
  Value isNegative =
      b.create<arith::CmpIOp>(arith::CmpIPredicate::slt, index, zero);
  Value wrapped = b.create<arith::AddIOp>(index, indexConstant(b, size));
  index = b.create<arith::SelectOp>(isNegative, wrapped, index);
  index = b.create<arith::MaxSIOp>(index, zero);
  return b.create<arith::MinSIOp>(index, indexConstant(b, size - 1));
}

Value intsConstant(Expansion &e, ArrayRef<int64_t> values,
                   ArrayRef<int64_t> shape) {
  eval::Tensor tensor(tensorOf(shape, e.b.getI64Type()));
  for (auto [i, value] : llvm::enumerate(values))
    tensor.setInt(i, value);
  return e.tensorConstant(tensor);
}

} // namespace tern::graph
