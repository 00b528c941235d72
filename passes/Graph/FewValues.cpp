//===- FewValues.cpp - Activations that take only a few values ------------===//
//
//   %c = cmpf oge, %x, 0                       %c = cmpf oge, %x, 0
//   %s = select %c, 0.5, -0.5           ->     %s = select %c, 0.5, -0.5
//   tern.matmul ins(%s, ...)                   %b = select (%s > 0), 1, -1
//                                              tern.matmul ins(%b * 0.5, ...)
//
// A contraction of binary codes counts bits; fusion makes one step of all that
// computes them.
//
//===----------------------------------------------------------------------===//
#include "passes/Graph/FewValues.h"
#include "dialects/Tern/Tern.h"
#include "lib/Eval/ScalarProgram.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "passes/Graph/Ops/Quantized.h"
#include <cmath>
#include <set>

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using ir::CodeKind;
using ir::QType;

/// What an element can be, NaN aside; empty when that is not known, or is much.
using Values = std::set<double>;
static constexpr size_t mostValues = 4;
/// Operations that are looked through.
static constexpr unsigned mostDepth = 16;

//===----------------------------------------------------------------------===//
// What bodies yield
//===----------------------------------------------------------------------===//

static bool isElementwise(linalg::GenericOp op) {
  return op->getNumResults() == 1 &&
         op.getNumParallelLoops() == op.getNumLoops() &&
         op.getIndexingMapsArray().back().isIdentity();
}

static bool isNumber(Value value, double number) {
  FloatAttr constant;
  return matchPattern(value, m_Constant(&constant)) &&
         constant.getValueAsDouble() == number;
}

/// select(x `predicate` 0, sign, rest): the rest; null for anything else.
static Value besideSign(Value value, arith::CmpFPredicate predicate,
                        double sign, Value x) {
  auto select = value.getDefiningOp<arith::SelectOp>();
  if (!select || !isNumber(select.getTrueValue(), sign))
    return {};
  auto compare = select.getCondition().getDefiningOp<arith::CmpFOp>();
  bool ok = compare && compare.getPredicate() == predicate &&
            compare.getLhs() == x && isNumber(compare.getRhs(), 0);
  return ok ? select.getFalseValue() : Value();
}

/// Whether a body is that of ONNX's Sign: x itself where it is 0.
static bool isSign(linalg::GenericOp op) {
  Block *body = op.getBody();
  if (op.getInputs().size() != 1)
    return false;
  Value x = body->getArgument(0);
  Value rest = besideSign(body->getTerminator()->getOperand(0),
                          arith::CmpFPredicate::OGT, 1, x);
  return rest && besideSign(rest, arith::CmpFPredicate::OLT, -1, x) == x;
}

/// Whether a body reads nothing but its inputs and constants.
static bool isClosed(linalg::GenericOp op) {
  Block *body = op.getBody();
  if (!body->getArguments().back().use_empty())
    return false;
  return llvm::all_of(*body, [&](Operation &inner) {
    return !isa<linalg::IndexOp, tensor::ExtractOp>(inner) &&
           inner.getNumRegions() == 0 &&
           llvm::all_of(inner.getOperands(), [&](Value operand) {
             return operand.getParentBlock() == body ||
                    matchPattern(operand, m_Constant());
           });
  });
}

/// All that the body yields for any of the values of each of its inputs.
static Values yielded(linalg::GenericOp op, ArrayRef<Values> inputs) {
  size_t combinations = 1;
  for (const Values &values : inputs)
    combinations *= values.size();
  if (combinations == 0 || combinations > eval::ScalarProgram::chunk)
    return {};
  FailureOr<eval::ScalarProgram> program = eval::ScalarProgram::compile(
      *op.getBody(), {[](Value) -> const eval::Tensor * { return nullptr; }});
  if (failed(program))
    return {};
  auto isReal = [](Type type) { return isa<FloatType>(type); };
  size_t repeat = 1;
  for (auto [i, values] : llvm::enumerate(inputs)) {
    bool real = isReal(op.getBody()->getArgument(i).getType());
    std::vector<double> list(values.begin(), values.end());
    for (size_t at = 0; at < combinations; ++at) {
      double value = list[at / repeat % list.size()];
      eval::Scalar &scalar = program->argument(i)[at];
      real ? void(scalar.f = value)
           : void(scalar.i = static_cast<int64_t>(value));
    }
    repeat *= list.size();
  }
  if (failed(program->run(static_cast<int>(combinations))))
    return {};
  Values results;
  bool real = isReal(elementOf(op->getResult(0)));
  for (size_t at = 0; at < combinations; ++at) {
    eval::Scalar scalar = program->result(0)[at];
    double value = real ? scalar.f : static_cast<double>(scalar.i);
    if (!std::isfinite(value))
      return {};
    results.insert(value == 0 ? 0 : value);
  }
  return results.size() <= mostValues ? results : Values();
}

//===----------------------------------------------------------------------===//
// What elements can be
//===----------------------------------------------------------------------===//

static Values valuesOf(Value value, ConstantFn constantOf, unsigned depth);

static bool isSmallFloatCode(Type element) {
  auto code = dyn_cast<QType>(element);
  return code && !code.isInteger();
}

/// The one number of a constant tensor.
static std::optional<double> numberOf(Value value, ConstantFn constantOf) {
  if (isSmallFloatCode(elementOf(value)))
    return std::nullopt;
  std::optional<eval::Tensor> constant = constantOf(value);
  if (!constant || constant->size() == 0)
    return std::nullopt;
  for (int64_t i = 1, e = constant->size(); i < e; ++i)
    if (constant->getFloat(i) != constant->getFloat(0))
      return std::nullopt;
  return constant->getFloat(0);
}

/// Scale and zero point of a quantization, where they are one number each.
template <typename Op>
static std::optional<std::pair<float, double>>
scalingOf(Op op, ConstantFn constantOf) {
  std::optional<double> scale = numberOf(op.getScale(), constantOf), zero = 0;
  if (op.getZeroPoint())
    zero = numberOf(op.getZeroPoint(), constantOf);
  if (!scale || !zero || *scale == 0 || !std::isfinite(*scale))
    return std::nullopt;
  return std::pair(static_cast<float>(*scale), *zero);
}

static Values quantized(ir::QuantizeOp op, ConstantFn constantOf,
                        unsigned depth) {
  auto code = cast<QType>(elementOf(op.getResult()));
  auto scaling = scalingOf(op, constantOf);
  if (!scaling || !code.isInteger() || !elementOf(op.getInput()).isF32())
    return {};
  Values codes;
  for (double real : valuesOf(op.getInput(), constantOf, depth)) {
    float ratio = static_cast<float>(real) / scaling->first;
    codes.insert(std::clamp<double>(std::nearbyint(ratio) + scaling->second,
                                    code.getMin(), code.getMax()));
  }
  return codes;
}

static Values dequantized(ir::DequantizeOp op, ConstantFn constantOf,
                          unsigned depth) {
  auto code = dyn_cast<QType>(elementOf(op.getInput()));
  auto scaling = scalingOf(op, constantOf);
  if (!scaling || !code || !code.isInteger() ||
      !elementOf(op.getResult()).isF32())
    return {};
  Values reals;
  for (double value : valuesOf(op.getInput(), constantOf, depth))
    reals.insert(static_cast<float>(value - scaling->second) * scaling->first);
  return reals;
}

static Values computed(linalg::GenericOp op, ConstantFn constantOf,
                       unsigned depth) {
  if (!isElementwise(op))
    return {};
  std::vector<Values> inputs;
  for (Value input : op.getInputs())
    inputs.push_back(valuesOf(input, constantOf, depth));
  bool isUnknown =
      llvm::any_of(inputs, [](const Values &values) { return values.empty(); });
  if (isUnknown && isSign(op))
    return {-1, 0, 1};
  if (isUnknown || !isClosed(op))
    return {};
  return yielded(op, inputs);
}

static Values valuesOf(Value value, ConstantFn constantOf, unsigned depth) {
  Operation *op = value.getDefiningOp();
  Type element = elementOf(value);
  auto code = dyn_cast<QType>(element);
  if (element.isInteger(1))
    return {0, 1};
  if (code && code.getKind() == CodeKind::Binary)
    return {-1, 1};
  if (!op || depth == 0 || isSmallFloatCode(element))
    return {};
  if (auto generic = dyn_cast<linalg::GenericOp>(op);
      generic && !generic.getInputs().empty())
    return computed(generic, constantOf, depth - 1);
  if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp,
          tensor::ExtractSliceOp>(op))
    return valuesOf(op->getOperand(0), constantOf, depth - 1);
  if (auto quantize = dyn_cast<ir::QuantizeOp>(op))
    return quantized(quantize, constantOf, depth - 1);
  if (auto dequantize = dyn_cast<ir::DequantizeOp>(op))
    return dequantized(dequantize, constantOf, depth - 1);
  if (std::optional<double> number = numberOf(value, constantOf))
    return {*number};
  return {};
}

//===----------------------------------------------------------------------===//
// Codes
//===----------------------------------------------------------------------===//

namespace {
/// Codes that say the same as a few values: value = code * scale.
struct Code {
  QType type;
  float scale;
};
} // namespace

static std::optional<Code> codeOf(MLIRContext *context, const Values &values) {
  if (values.size() < 2 || values.size() > 3)
    return std::nullopt;
  double least = *values.begin(), greatest = *values.rbegin();
  bool hasZero = values.count(0), isOdd = least == -greatest;
  if (isOdd)
    return Code{
        QType::get(context, hasZero ? CodeKind::Ternary : CodeKind::Binary),
        static_cast<float>(greatest)};
  if (values.size() == 3 || !hasZero)
    return std::nullopt;
  return Code{QType::get(context, CodeKind::UInt, 1),
              static_cast<float>(least == 0 ? greatest : least)};
}

static Value emitCodes(LocBuilder &b, Value value, QType type) {
  auto body = [&](LocBuilder &inner, ValueRange args) -> Value {
    Type i32 = inner.getI32Type();
    auto compares = [&](arith::CmpFPredicate ofFloats,
                        arith::CmpIPredicate ofIntegers) -> Value {
      Value zero = scalarConstant(inner, args[0].getType(), 0);
      if (isa<FloatType>(args[0].getType()))
        return inner.create<arith::CmpFOp>(ofFloats, args[0], zero);
      return inner.create<arith::CmpIOp>(ofIntegers, args[0], zero);
    };
    Value one = scalarConstant(inner, i32, 1),
          minusOne = scalarConstant(inner, i32, -1),
          none = scalarConstant(inner, i32, 0);
    if (type.getKind() == CodeKind::UInt)
      return inner.create<arith::SelectOp>(
          compares(arith::CmpFPredicate::ONE, arith::CmpIPredicate::ne), one,
          none);
    Value rest = minusOne;
    if (type.getKind() == CodeKind::Ternary)
      rest = inner.create<arith::SelectOp>(
          compares(arith::CmpFPredicate::OLT, arith::CmpIPredicate::slt),
          minusOne, none);
    return inner.create<arith::SelectOp>(
        compares(arith::CmpFPredicate::OGT, arith::CmpIPredicate::sgt), one,
        rest);
  };
  return compute(b, value, type, body);
}

/// What a contraction's input was before it was reshaped or transposed, and who
/// did so first.
static std::pair<Value, Operation *> sourceOf(Operation *contraction) {
  Value value = contraction->getOperand(0);
  Operation *user = contraction;
  while (Operation *op = value.getDefiningOp()) {
    auto generic = dyn_cast<linalg::GenericOp>(op);
    bool moves = isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op) ||
                 (generic && !transposition(generic).empty());
    if (!moves)
      break;
    user = op;
    value = op->getOperand(0);
  }
  return {value, user};
}

static bool hasZeroPoint(Operation *op) {
  if (auto matmul = dyn_cast<ir::MatmulOp>(op))
    return bool(matmul.getLhsZp());
  return bool(cast<ir::ConvOp>(op).getInputZp());
}

static void codeInput(Operation *contraction, ConstantFn constantOf) {
  auto [source, user] = sourceOf(contraction);
  auto known = dyn_cast<QType>(elementOf(source));
  bool isReal = elementOf(source).isF32();
  auto codes = source.getDefiningOp<ir::DequantizeOp>();
  if (codes && isReal)
    known = dyn_cast<QType>(elementOf(codes.getInput()));
  if (!isReal && (user != contraction || hasZeroPoint(contraction)))
    return;
  if ((!isReal && !known) || shapeOf(source).empty())
    return;
  std::optional<Code> code =
      codeOf(source.getContext(), valuesOf(source, constantOf, mostDepth));
  // Codes as narrow stay, and those whose scale is not 1.
  if (!code || (known && known.getBits() <= code->type.getBits()) ||
      (!isReal && code->scale != 1))
    return;
  LocBuilder b(source.getLoc(), source.getContext());
  b.setInsertionPointAfterValue(source);
  Value narrow = emitCodes(b, source, code->type);
  if (isReal) {
    Scaling scaling;
    scaling.block = Shape(shapeOf(source));
    scaling.scale = scalarTensor(b, Shape(scaling.block.size(), 1),
                                 b.getF32Type(), code->scale);
    narrow = dequantize(b, narrow, scaling);
  }
  source.replaceUsesWithIf(
      narrow, [&](OpOperand &use) { return use.getOwner() == user; });
}

void graph::codeFewValues(func::FuncOp entry, ConstantFn constantOf) {
  SmallVector<Operation *> contractions;
  for (Operation &op : entry.getBody().front())
    if (isa<ir::MatmulOp, ir::ConvOp>(op))
      contractions.push_back(&op);
  for (Operation *op : contractions)
    codeInput(op, constantOf);
}
