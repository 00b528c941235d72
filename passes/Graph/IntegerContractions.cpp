//===- IntegerContractions.cpp - Real contractions of codes in integers ---===//
//
//   dequantize(x), dequantize(w) -> contraction -> + bias -> Relu -> quantize
//
// becomes the contraction of the codes, whose i32 sums the last operation
// requantizes (docs/architecture.md, "Requantization").
// Activations that are quantized while running (DynamicCodes.h) are codes, too,
// and groups of weights with scales of their own are summed in integers group
// by group.
//
//===----------------------------------------------------------------------===//
#include "lib/Eval/Eval.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Graph/CodeOperands.h"
#include "passes/Graph/DynamicCodes.h"
#include "passes/Graph/EpilogueChain.h"
#include "passes/Graph/FewValues.h"
#include "passes/Graph/IntegerSums.h"
#include "passes/Graph/Ops/Requantize.h"
#include "passes/Graph/Passes.h"
#include "passes/Graph/SinkDequantize.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using eval::Tensor;
using ir::QType;

namespace tern::graph {
#define GEN_PASS_DEF_INTEGERCONTRACTIONS
#include "passes/Graph/Passes.h.inc"
} // namespace tern::graph

/// Constant codes of up to so many elements, not contracted, become reals.
static constexpr int64_t smallElements = 4096;

namespace {
/// Rewrites the contractions of one entry.
class Rewriter {
public:
  Rewriter(ModuleOp module, ConstantPool &pool, func::FuncOp entry)
      : module(module), pool(pool), entry(entry),
        b(entry.getLoc(), entry.getContext()) {}
  void run();

private:
  std::optional<Tensor> constantOf(Value value);
  bool isConstant(Value value);
  Value transposedConstant(Value matrix);
  void rewriteConv(ir::ConvOp op);
  void rewriteMatmul(ir::MatmulOp op);
  Value integerMatmul(ir::MatmulOp op, const CodeOperand &lhs,
                      const CodeOperand &rhs);
  Value groupedMatmul(ir::MatmulOp op, Value lhs, Value lhsZp,
                      const CodeOperand &rhs);
  void rewriteDynamic(ir::MatmulOp op, const DynamicCodes &lhs,
                      const CodeOperand &rhs);
  void foldSmallConstants();
  void finish(Operation *op, Value sums, int64_t channelDim,
              ArrayRef<float> scales);
  std::optional<SmallVector<int64_t>>
  wholeBias(const Tensor &bias, ArrayRef<float> scales, Value value);
  Value channelConstant(ArrayRef<int64_t> shape, int64_t dim, Type element,
                        ArrayRef<double> values);
  Value zeroPoints(ArrayRef<int64_t> zeros, ArrayRef<int64_t> shape);

  ModuleOp module;
  ConstantPool &pool;
  func::FuncOp entry;
  LocBuilder b;
  eval::ValueMap known;
  DenseMap<Value, bool> constants;
};
} // namespace

bool Rewriter::isConstant(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op || op->getBlock() != &entry.getBody().front())
    return false;
  if (auto found = constants.find(value); found != constants.end())
    return found->second;
  bool result = llvm::all_of(
      op->getOperands(), [&](Value operand) { return isConstant(operand); });
  // What a body reads from outside is checked by the evaluation itself.
  return constants[value] = result;
}

std::optional<Tensor> Rewriter::constantOf(Value value) {
  if (!isConstant(value))
    return std::nullopt;
  FailureOr<Tensor> result = eval::Evaluator(module).evaluate(value, known);
  return succeeded(result) ? std::optional(*result) : std::nullopt;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// One value, or one for each index of `dim`, that broadcasts to `shape`.
Value Rewriter::channelConstant(ArrayRef<int64_t> shape, int64_t dim,
                                Type element, ArrayRef<double> values) {
  Shape constantShape = {static_cast<int64_t>(values.size())};
  if (values.size() != 1)
    constantShape.resize(shape.size() - dim, 1);
  Tensor tensor(tensorOf(constantShape, element));
  for (auto [i, value] : llvm::enumerate(values))
    isa<FloatType>(element) ? tensor.setFloat(i, value)
                            : tensor.setInt(i, static_cast<int64_t>(value));
  return pool.make(b, tensor);
}

/// Zero points as i32; null when all are zero.
Value Rewriter::zeroPoints(ArrayRef<int64_t> zeros, ArrayRef<int64_t> shape) {
  if (llvm::all_of(zeros, [](int64_t zero) { return zero == 0; }))
    return {};
  Tensor tensor(tensorOf(shape, b.getI32Type()));
  for (auto [i, zero] : llvm::enumerate(zeros))
    tensor.setInt(i, zero);
  return pool.make(b, tensor);
}

//===----------------------------------------------------------------------===//
// After the sums
//===----------------------------------------------------------------------===//

static float productOf(float a, float c) { return a * c; }

/// A bias in units of the sums' scales, one or one per channel; nothing where
/// some element is no whole number of units.
std::optional<SmallVector<int64_t>>
Rewriter::wholeBias(const Tensor &bias, ArrayRef<float> scales, Value value) {
  size_t count = std::max<size_t>(scales.size(), bias.size());
  auto constants = [&](Value v) { return constantOf(v); };
  std::optional<CodeOperand> codes = codeOperand(value, constants);
  std::optional<Tensor> whole = codes ? constantOf(codes->codes) : std::nullopt;
  SmallVector<int64_t> units;
  for (size_t i = 0; i < count; ++i) {
    float scale = scales[scales.size() == 1 ? 0 : i];
    int64_t at = bias.size() == 1 ? 0 : static_cast<int64_t>(i);
    auto real = static_cast<float>(bias.getFloat(at));
    // A file computes the bias' scale in its own precision: a difference of an
    // ulp or two means the product of the two scales all the same.
    if (whole &&
        std::abs(codes->scaleAt(at) - scale) <= std::abs(scale) * 0x1p-20f) {
      units.push_back(whole->getInt(at) - codes->zeroAt(at));
      continue;
    }
    double unit = std::nearbyint(double(real) / double(scale));
    if (!(std::abs(unit) < 0x1p31) ||
        productOf(static_cast<float>(unit), scale) != real)
      return std::nullopt;
    units.push_back(static_cast<int64_t>(unit));
  }
  return units;
}

/// Reshapes as `mover` does.
static Value replay(LocBuilder &b, Operation *mover, Value value) {
  return reshape(b, value, shapeOf(mover->getResult(0)));
}

/// The code of a bound, as tern.quantize computes it.
static int64_t codeOfBound(float bound, float scale, int64_t zero,
                           const CodeRange &range) {
  float code = std::nearbyint(bound / scale) + static_cast<float>(zero);
  if (!(code > static_cast<float>(range.low)))
    return range.low;
  return code < static_cast<float>(range.high) ? static_cast<int64_t>(code)
                                               : range.high;
}

/// Scales the sums of `op`, with its bias, bounds and quantization where they
/// fit into integers, and replaces what computed them.
void Rewriter::finish(Operation *op, Value sums, int64_t channelDim,
                      ArrayRef<float> scales) {
  ArrayRef<int64_t> shape = shapeOf(sums);
  EpilogueChain chain =
      followChain(op->getResult(0), channelDim,
                  [&](Value value) { return constantOf(value); });
  bool hasBias = static_cast<bool>(chain.bias);
  std::optional<SmallVector<int64_t>> bias;
  if (hasBias)
    bias = wholeBias(*constantOf(chain.bias), scales, chain.bias);
  if (!chain.quantize && !chain.biased)
    bias.reset();
  if (bias) {
    SmallVector<double> units(bias->begin(), bias->end());
    sums = addTensors(
        b, sums, channelConstant(shape, channelDim, elementOf(sums), units));
  }
  auto scaled = [&](float divisor) {
    SmallVector<double> values;
    for (float scale : scales)
      values.push_back(divisor == 0 ? scale : scale / divisor);
    return channelConstant(shape, channelDim, b.getF32Type(), values);
  };
  if (chain.quantize && hasBias == bias.has_value()) {
    ir::QuantizeOp last = chain.quantize;
    b.setLoc(last.getLoc());
    auto scale = static_cast<float>(constantOf(last.getScale())->getFloat(0));
    int64_t zero =
        last.getZeroPoint() ? constantOf(last.getZeroPoint())->getInt(0) : 0;
    auto code = cast<QType>(elementOf(last.getResult()));
    CodeRange range(code), bounded = range;
    bounded.low = codeOfBound(chain.low, scale, zero, range);
    bounded.high = codeOfBound(chain.high, scale, zero, range);
    Value codes = requantize(b, sums, scaled(scale), zeroPoints({zero}, {1}),
                             code, bounded);
    for (Operation *mover : chain.reshapes)
      codes = replay(b, mover, codes);
    last.getResult().replaceAllUsesWith(codes);
    return;
  }
  Value real = scaleSums(b, sums, scaled(0));
  if (!bias) {
    op->getResult(0).replaceAllUsesWith(real);
    return;
  }
  for (Operation *mover : chain.reshapesToBias)
    real = replay(b, mover, real);
  chain.biased.replaceAllUsesWith(real);
}

//===----------------------------------------------------------------------===//
// Contractions
//===----------------------------------------------------------------------===//

static bool isRewritable(Operation *op, Type accumulator, bool hasEpilogue) {
  return accumulator.isF32() && !hasEpilogue && op->getNumResults() == 1 &&
         elementOf(op->getResult(0)).isF32();
}

/// f32(x * w) of each of the right-hand side's scales.
static SmallVector<float> productScales(const CodeOperand &lhs,
                                        const CodeOperand &rhs) {
  SmallVector<float> scales;
  for (int64_t i = 0; i < rhs.scale.size(); ++i)
    scales.push_back(productOf(lhs.scaleAt(0), rhs.scaleAt(i)));
  return scales;
}

void Rewriter::rewriteConv(ir::ConvOp op) {
  if (!isRewritable(op, op.getAccumulator(), op.hasEpilogue()))
    return;
  auto constants = [&](Value value) { return constantOf(value); };
  std::optional<CodeOperand> lhs = codeOperand(op.getInput(), constants);
  if (!lhs || !lhs->code() || !lhs->isPerTensor())
    return;
  b.setInsertionPoint(op);
  b.setLoc(op.getLoc());
  std::optional<CodeOperand> rhs = codeOperand(op.getFilter(), constants);
  if (!rhs && lhs->scaleAt(0) == 1)
    rhs = wholeOperand(b, op.getFilter(), pool, constants);
  if (!rhs && lhs->code().getBits() <= 2)
    rhs = signOperand(b, op.getFilter(), 0, pool, constants);
  if (!rhs || !rhs->code() || !rhs->isPerIndexOf(0))
    return;
  ArrayRef<int64_t> filter = shapeOf(rhs->codes);
  Type sum = accumulatorFor(*lhs, *rhs, product(filter.drop_front()));
  Value init = emptyTensor(b, shapeOf(op->getResult(0)), sum);
  auto conv = b.create<ir::ConvOp>(
      TypeRange{init.getType()}, lhs->codes, rhs->codes,
      zeroPoints(lhs->zeros(), {1}),
      zeroPoints(rhs->zeros(), rhs->scale.size()), ValueRange(), init,
      op.getStrides(), op.getDilations(), op.getPads(), op.getGroups(), sum,
      ArrayAttr(), ir::MethodAttr(), ir::LayoutAttr());
  finish(op, conv.getResult(0), /*channelDim=*/1, productScales(*lhs, *rhs));
}

/// The transpose of a constant matrix, as a constant.
Value Rewriter::transposedConstant(Value matrix) {
  Value transposed = transpose(b, matrix, {1, 0});
  if (Value weight = pool.transposedWeight(b, transposed))
    return weight;
  std::optional<Tensor> value = constantOf(transposed);
  return value ? pool.make(b, *value) : Value();
}

/// The columns' dimension of the right-hand side.
static int64_t columnsOf(ir::MatmulOp op) {
  int64_t rank = shapeOf(op.getRhs()).size();
  return op.getTransposeB() ? rank - 2 : rank - 1;
}

/// The i32 or i64 sums of products of both operands' codes.
Value Rewriter::integerMatmul(ir::MatmulOp op, const CodeOperand &lhs,
                              const CodeOperand &rhs) {
  bool transposed = op.getTransposeB();
  Value codes = rhs.codes;
  if (!transposed && rhs.block.size() == 2 && isConstant(codes)) {
    codes = transposedConstant(codes);
    transposed = true;
  }
  Type sum = accumulatorFor(lhs, rhs, shapeOf(lhs.codes).back());
  Value init = emptyTensor(b, shapeOf(op->getResult(0)), sum);
  auto matmul = b.create<ir::MatmulOp>(
      TypeRange{init.getType()}, lhs.codes, codes, zeroPoints(lhs.zeros(), {1}),
      zeroPoints(rhs.zeros(), {rhs.scale.size(), 1}), Value(), ValueRange(),
      init, transposed, IntegerAttr(), sum, ArrayAttr(), ir::MethodAttr(),
      ir::LayoutAttr());
  return matmul.getResult(0);
}

/// f32 sums of products of `lhs` (real, or codes) and a constant matrix, which
/// keeps its codes, with a scale for each row and group; null where its scales
/// have no such form.
Value Rewriter::groupedMatmul(ir::MatmulOp op, Value lhs, Value lhsZp,
                              const CodeOperand &rhs) {
  bool transposed = op.getTransposeB();
  std::optional<RowScales> scales = rowScales(rhs, transposed ? 0 : 1);
  if (!scales || !isConstant(rhs.codes))
    return {};
  Value codes = transposed ? rhs.codes : transposedConstant(rhs.codes);
  auto matmul = b.create<ir::MatmulOp>(
      op->getResultTypes(), lhs, codes, lhsZp,
      zeroPoints(scales->zeros, scales->scale.getShape()),
      pool.make(b, scales->scale), ValueRange(), op.getInit(),
      /*transpose_b=*/true, b.getI64IntegerAttr(scales->group),
      op.getAccumulator(), ArrayAttr(), ir::MethodAttr(), ir::LayoutAttr());
  return matmul.getResult(0);
}

/// A scale for each row of inputs is known only when running: the sums are
/// scaled by the weights' scales, then as the inputs are.
void Rewriter::rewriteDynamic(ir::MatmulOp op, const DynamicCodes &lhs,
                              const CodeOperand &rhs) {
  CodeOperand codes;
  codes.codes = lhs.codes;
  codes.block = Shape(shapeOf(lhs.codes));
  codes.scale = Tensor(tensorOf(Shape(codes.block.size(), 1), b.getF32Type()));
  codes.scale.setFloat(0, 1);
  Value real;
  if (rhs.isPerIndexOf(columnsOf(op))) {
    Value sums = integerMatmul(op, codes, rhs);
    SmallVector<double> scales;
    for (float scale : productScales(codes, rhs))
      scales.push_back(scale);
    real = scaleSums(b, sums,
                     channelConstant(shapeOf(sums), shapeOf(sums).size() - 1,
                                     b.getF32Type(), scales));
  } else {
    real = groupedMatmul(op, lhs.codes, Value(), rhs);
  }
  if (real)
    op->getResult(0).replaceAllUsesWith(lhs.apply(b, real));
}

void Rewriter::rewriteMatmul(ir::MatmulOp op) {
  if (!isRewritable(op, op.getAccumulator(), op.hasEpilogue()) ||
      op.getRhsScale())
    return;
  auto constants = [&](Value value) { return constantOf(value); };
  b.setInsertionPoint(op);
  b.setLoc(op.getLoc());
  std::optional<CodeOperand> lhs = codeOperand(op.getLhs(), constants);
  bool isInteger = lhs && lhs->code() && lhs->isPerTensor();
  std::optional<CodeOperand> rhs =
      codeOperand(op.getRhs(), constants, /*floats=*/true);
  if (!rhs && isInteger && lhs->scaleAt(0) == 1)
    rhs = wholeOperand(b, op.getRhs(), pool, constants);
  if (!rhs && isInteger && lhs->code().getBits() <= 2)
    rhs = signOperand(b, op.getRhs(), columnsOf(op), pool, constants);
  if (!rhs || !rhs->code())
    return;
  if (!rhs->code().isInteger()) {
    // Small floats are no integers: they meet real inputs.
    if (Value real = groupedMatmul(op, op.getLhs(), Value(), *rhs))
      op->getResult(0).replaceAllUsesWith(real);
    return;
  }
  if (isInteger && rhs->isPerIndexOf(columnsOf(op))) {
    Value sums = integerMatmul(op, *lhs, *rhs);
    return finish(op, sums, shapeOf(sums).size() - 1,
                  productScales(*lhs, *rhs));
  }
  if (!isInteger)
    if (std::optional<DynamicCodes> dynamic = dynamicCodes(b, op.getLhs()))
      return rewriteDynamic(op, *dynamic, *rhs);
  Value zero = isInteger ? zeroPoints(lhs->zeros(), {1}) : Value();
  Value real =
      groupedMatmul(op, isInteger ? lhs->codes : op.getLhs(), zero, *rhs);
  if (real && isInteger)
    real = combineScales(b, real,
                         scalarTensor(b, {1}, b.getF32Type(), lhs->scaleAt(0)));
  if (real)
    op->getResult(0).replaceAllUsesWith(real);
}

/// Reals that small need no codes: what was not contracted becomes constant.
void Rewriter::foldSmallConstants() {
  for (auto op : llvm::make_early_inc_range(
           entry.getBody().front().getOps<ir::DequantizeOp>())) {
    Value real = op.getResult();
    if (product(shapeOf(real)) > smallElements || op->use_empty())
      continue;
    std::optional<Tensor> value = constantOf(real);
    if (!value)
      continue;
    b.setInsertionPoint(op);
    b.setLoc(op.getLoc());
    real.replaceAllUsesWith(pool.make(b, *value));
  }
}

void Rewriter::run() {
  codeFewValues(entry, [&](Value value) { return constantOf(value); });
  sinkDequantize(entry);
  SmallVector<Operation *> contractions;
  for (Operation &op : entry.getBody().front())
    if (isa<ir::ConvOp, ir::MatmulOp, linalg::GenericOp>(op))
      contractions.push_back(&op);
  auto constants = [&](Value value) { return constantOf(value); };
  for (Operation *op : contractions) {
    if (auto conv = dyn_cast<ir::ConvOp>(op))
      rewriteConv(conv);
    else if (auto matmul = dyn_cast<ir::MatmulOp>(op))
      rewriteMatmul(matmul);
    else
      rewriteSum(b, cast<linalg::GenericOp>(op), constants);
  }
  foldSmallConstants();
}

namespace {
struct IntegerContractions
    : graph::impl::IntegerContractionsBase<IntegerContractions> {
  void runOnOperation() override {
    ConstantPool pool(getOperation());
    for (auto entry : getOperation().getOps<func::FuncOp>())
      Rewriter(getOperation(), pool, entry).run();
  }
};
} // namespace
