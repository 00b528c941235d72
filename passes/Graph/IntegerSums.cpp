//===- IntegerSums.cpp - Sums of dequantized codes in integers ------------===//
//
//   sum(dequantize(x)) [/ count -> quantize]
//
// is s * sum(x - z), exactly, and its quantized mean one requantization.
//
//===----------------------------------------------------------------------===//
#include "passes/Graph/IntegerSums.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "passes/Graph/Ops/Requantize.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using eval::Tensor;
using ir::QType;

/// Whether `value` is a tensor of zeros that a reduction starts from.
static bool isZeroStart(Value value) {
  auto fill = value.getDefiningOp<linalg::FillOp>();
  FloatAttr number;
  return fill && matchPattern(fill.getInputs()[0], m_Constant(&number)) &&
         number.getValue().isZero();
}

/// Whether `op` adds all elements of its one input along some dimensions.
static bool isSum(linalg::GenericOp op) {
  if (op.getNumDpsInputs() != 1 || op.getNumDpsInits() != 1 ||
      op.getNumReductionLoops() == 0 ||
      !op.getIndexingMapsArray()[0].isIdentity() ||
      !isZeroStart(op.getDpsInits()[0]))
    return false;
  Block *body = op.getBody();
  auto add =
      body->getTerminator()->getOperand(0).getDefiningOp<arith::AddFOp>();
  return add && llvm::hasNItems(body->without_terminator(), 1) &&
         llvm::is_contained(add->getOperands(), body->getArgument(0)) &&
         llvm::is_contained(add->getOperands(), body->getArgument(1));
}

/// The sums over `op`'s loops of (code - zero).
static Value integerSum(LocBuilder &b, linalg::GenericOp op, Value codes,
                        int64_t zero) {
  Type i32 = b.getI32Type();
  Value start = filled(b, shapeOf(op->getResult(0)), scalarConstant(b, i32, 0));
  auto sum = b.create<linalg::GenericOp>(
      TypeRange{start.getType()}, ValueRange{codes}, ValueRange{start},
      op.getIndexingMapsArray(), op.getIteratorTypesArray(),
      [&](OpBuilder &nested, Location loc, ValueRange args) {
        LocBuilder inner(loc, nested);
        Value code = toCompute(inner, args[0]);
        if (zero)
          code = inner.create<arith::SubIOp>(code,
                                             scalarConstant(inner, i32, zero));
        Value next = inner.create<arith::AddIOp>(args[1], code);
        inner.create<linalg::YieldOp>(next);
      });
  return sum.getResult(0);
}

/// The count that an elementwise operation divides `value` by; 0 for others.
static float divisorOf(linalg::GenericOp op, Value value,
                       ConstantFn constantOf) {
  if (op->getNumResults() != 1 || op.getDpsInputs().empty() ||
      op.getNumParallelLoops() != op.getNumLoops() ||
      op.getDpsInputs()[0] != value ||
      !op.getIndexingMapsArray()[0].isIdentity() ||
      !op.getIndexingMapsArray().back().isIdentity())
    return 0;
  Block *body = op.getBody();
  auto divide =
      body->getTerminator()->getOperand(0).getDefiningOp<arith::DivFOp>();
  if (!divide || divide.getLhs() != body->getArgument(0))
    return 0;
  FloatAttr number;
  if (matchPattern(divide.getRhs(), m_Constant(&number)))
    return static_cast<float>(number.getValueAsDouble());
  auto argument = dyn_cast<BlockArgument>(divide.getRhs());
  if (!argument || argument.getOwner() != body ||
      argument.getArgNumber() >= op.getNumDpsInputs())
    return 0;
  Value tensor = op.getDpsInputs()[argument.getArgNumber()];
  std::optional<Tensor> known =
      product(shapeOf(tensor)) == 1 ? constantOf(tensor) : std::nullopt;
  return known ? static_cast<float>(known->getFloat(0)) : 0;
}

namespace {
/// sum -> reshapes -> division -> reshapes -> quantization.
struct MeanChain {
  float count = 0;
  ir::QuantizeOp quantize;
};
} // namespace

static MeanChain followMean(Value value, ConstantFn constantOf) {
  MeanChain chain;
  while (value.hasOneUse()) {
    Operation *user = *value.user_begin();
    if (auto quantize = dyn_cast<ir::QuantizeOp>(user)) {
      bool fits =
          quantize.getInput() == value &&
          isIntegerCode(elementOf(quantize.getResult())) &&
          product(shapeOf(quantize.getScale())) == 1 &&
          constantOf(quantize.getScale()) &&
          (!quantize.getZeroPoint() || constantOf(quantize.getZeroPoint()));
      if (fits)
        chain.quantize = quantize;
      break;
    }
    auto generic = dyn_cast<linalg::GenericOp>(user);
    float before = chain.count;
    if (generic && chain.count == 0)
      chain.count = divisorOf(generic, value, constantOf);
    bool isDivision = generic && chain.count != 0 && chain.count != before;
    if (!isDivision &&
        !isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(user))
      break;
    value = user->getResult(0);
  }
  return chain;
}

void graph::rewriteSum(LocBuilder &b, linalg::GenericOp op,
                       ConstantFn constantOf) {
  if (!isSum(op))
    return;
  Value input = op.getDpsInputs()[0], result = op->getResult(0);
  std::optional<CodeOperand> codes = codeOperand(input, constantOf);
  if (!codes || !codes->code() || !codes->isPerTensor())
    return;
  int64_t terms =
      product(shapeOf(input)) / std::max<int64_t>(product(shapeOf(result)), 1);
  if (double(codes->greatest()) * double(terms) >= 0x1p31)
    return;
  b.setInsertionPoint(op);
  b.setLoc(op.getLoc());
  float scale = codes->scaleAt(0);
  Value sums = integerSum(b, op, codes->codes, codes->zeroAt(0));
  auto constant = [&](double value) {
    return scalarTensor(b, {1}, b.getF32Type(), value);
  };
  MeanChain chain = followMean(result, constantOf);
  if (!chain.quantize || chain.count == 0) {
    result.replaceAllUsesWith(scaleSums(b, sums, constant(scale)));
    return;
  }
  ir::QuantizeOp last = chain.quantize;
  b.setLoc(last.getLoc());
  auto own = static_cast<float>(constantOf(last.getScale())->getFloat(0));
  float unit = own * chain.count;
  Value zero;
  if (last.getZeroPoint())
    zero = scalarTensor(
        b, {1}, b.getI32Type(),
        static_cast<double>(constantOf(last.getZeroPoint())->getInt(0)));
  QType code = codeOf(elementOf(last.getResult()));
  Value mean =
      requantize(b, sums, constant(scale / unit), zero, code, CodeRange(code));
  last.getResult().replaceAllUsesWith(
      reshape(b, mean, shapeOf(last.getResult())));
}
