//===- DynamicCodes.cpp - Activations quantized while running -------------===//
//
//   s = 127 / max(|x|) of a row;  clip(round(x * s), -128, 127) / s
//
// is int8 codes and a scale a row. That the numbers are whole and bounded is
// proved from the scalar bodies that compute them, however they are cut into
// operations.
//
//===----------------------------------------------------------------------===//
#include "passes/Graph/DynamicCodes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include <cmath>

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using ir::QType;

QType DynamicCodes::code() const { return cast<QType>(elementOf(codes)); }

Value DynamicCodes::apply(LocBuilder &b, Value value) const {
  return compute(b, {value, scale}, b.getF32Type(),
                 [&](LocBuilder &inner, ValueRange args) -> Value {
                   if (divides)
                     return inner.create<arith::DivFOp>(args[0], args[1]);
                   return inner.create<arith::MulFOp>(args[0], args[1]);
                 });
}

//===----------------------------------------------------------------------===//
// Whole numbers between bounds
//===----------------------------------------------------------------------===//

namespace {
/// What is known of every element of a value (NaN aside).
struct Known {
  bool isWhole = false;
  double low = -INFINITY, high = INFINITY;
};
} // namespace

static bool isElementwise(linalg::GenericOp op) {
  return op->getNumResults() == 1 &&
         op.getNumParallelLoops() == op.getNumLoops() &&
         op.getIndexingMapsArray().back().isIdentity();
}

static Known knownOf(Value value, unsigned depth);

static Known knownOfNumber(double number) {
  return {number == std::nearbyint(number), number, number};
}

/// Of a scalar in the body of an elementwise operation.
static Known knownInBody(linalg::GenericOp op, Value scalar, unsigned depth) {
  FloatAttr number;
  if (matchPattern(scalar, m_Constant(&number)))
    return knownOfNumber(number.getValueAsDouble());
  if (auto argument = dyn_cast<BlockArgument>(scalar)) {
    if (argument.getOwner() != op.getBody() ||
        argument.getArgNumber() >= op.getNumDpsInputs())
      return {};
    return knownOf(op.getDpsInputs()[argument.getArgNumber()], depth);
  }
  Operation *inner = scalar.getDefiningOp();
  auto of = [&](unsigned i) {
    return knownInBody(op, inner->getOperand(i), depth);
  };
  if (isa<math::RoundEvenOp>(inner)) {
    Known x = of(0);
    return {true, std::nearbyint(x.low), std::nearbyint(x.high)};
  }
  if (isa<arith::MaximumFOp, arith::MaxNumFOp>(inner)) {
    Known x = of(0), y = of(1);
    return {x.isWhole && y.isWhole, std::max(x.low, y.low),
            std::max(x.high, y.high)};
  }
  if (isa<arith::MinimumFOp, arith::MinNumFOp>(inner)) {
    Known x = of(0), y = of(1);
    return {x.isWhole && y.isWhole, std::min(x.low, y.low),
            std::min(x.high, y.high)};
  }
  return {};
}

static Known knownOf(Value value, unsigned depth) {
  DenseElementsAttr constant;
  if (matchPattern(value, m_Constant(&constant)) && constant.isSplat() &&
      isa<FloatType>(constant.getElementType()))
    return knownOfNumber(constant.getSplatValue<APFloat>().convertToDouble());
  Operation *op = value.getDefiningOp();
  if (depth == 0 || !op)
    return {};
  if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op))
    return knownOf(op->getOperand(0), depth - 1);
  auto generic = dyn_cast<linalg::GenericOp>(op);
  if (!generic || !isElementwise(generic))
    return {};
  return knownInBody(generic, generic.getBody()->getTerminator()->getOperand(0),
                     depth - 1);
}

//===----------------------------------------------------------------------===//
// The pattern
//===----------------------------------------------------------------------===//

namespace {
/// numbers op scale, with the operands' tensors.
struct Scaled {
  Value numbers, scale;
  bool divides;
};
} // namespace

/// Whether `op` reads input `i` with one element for each index of all
/// dimensions but the last, for which it has one element.
static bool isPerRow(linalg::GenericOp op, unsigned i) {
  AffineMap map = op.getIndexingMapsArray()[i];
  ArrayRef<int64_t> shape = shapeOf(op.getDpsInputs()[i]);
  ArrayRef<int64_t> whole = shapeOf(op->getResult(0));
  if (shape.size() != whole.size() || shape.empty() || shape.back() != 1 ||
      shape.drop_back() != whole.drop_back())
    return false;
  for (unsigned d = 0; d + 1 < shape.size(); ++d)
    if (shape[d] != 1 &&
        map.getResult(d) != getAffineDimExpr(d, op.getContext()))
      return false;
  return true;
}

static std::optional<Scaled> scaledRows(Value real) {
  auto op = real.getDefiningOp<linalg::GenericOp>();
  if (!op || !isElementwise(op))
    return std::nullopt;
  Operation *root =
      op.getBody()->getTerminator()->getOperand(0).getDefiningOp();
  if (!isa_and_nonnull<arith::DivFOp, arith::MulFOp>(root))
    return std::nullopt;
  auto inputOf = [&](unsigned operand) -> std::optional<unsigned> {
    auto argument = dyn_cast<BlockArgument>(root->getOperand(operand));
    if (!argument || argument.getOwner() != op.getBody() ||
        argument.getArgNumber() >= op.getNumDpsInputs())
      return std::nullopt;
    return argument.getArgNumber();
  };
  for (unsigned first : {0u, 1u}) {
    if (first == 1 && isa<arith::DivFOp>(root))
      break;
    std::optional<unsigned> x = inputOf(first), s = inputOf(1 - first);
    if (x && s && op.getIndexingMapsArray()[*x].isIdentity() &&
        isPerRow(op, *s))
      return Scaled{op.getDpsInputs()[*x], op.getDpsInputs()[*s],
                    isa<arith::DivFOp>(root)};
  }
  return std::nullopt;
}

/// The code that holds every number of a range; null when 8 bits do not.
static QType codeFor(MLIRContext *context, const Known &known) {
  for (ir::CodeKind kind : {ir::CodeKind::SInt, ir::CodeKind::UInt}) {
    auto code = QType::get(context, kind, 8);
    if (known.low >= code.getMin() && known.high <= code.getMax())
      return code;
  }
  return {};
}

std::optional<DynamicCodes> graph::dynamicCodes(LocBuilder &b, Value real) {
  if (!elementOf(real).isF32() || shapeOf(real).empty())
    return std::nullopt;
  Shape shape(shapeOf(real));
  // Rows may be cut into several dimensions, or joined, behind the scaling.
  Value scaled = real;
  while (Operation *op = scaled.getDefiningOp()) {
    if (!isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op))
      break;
    scaled = op->getOperand(0);
  }
  if (shapeOf(scaled).empty() || shapeOf(scaled).back() != shape.back())
    return std::nullopt;
  std::optional<Scaled> found = scaledRows(scaled);
  if (!found)
    return std::nullopt;
  constexpr unsigned steps = 8;
  Known known = knownOf(found->numbers, steps);
  QType code = known.isWhole ? codeFor(b.getContext(), known) : QType();
  if (!code)
    return std::nullopt;
  Value codes = elementwise(
      b, found->numbers, code, [&](LocBuilder &inner, ValueRange args) {
        Value whole = floatToInt(inner, args[0], inner.getI32Type(),
                                 /*isUnsigned=*/false);
        return fromCompute(inner, whole, code);
      });
  Shape rows(shape);
  rows.back() = 1;
  return DynamicCodes{reshape(b, codes, shape), reshape(b, found->scale, rows),
                      found->divides};
}
