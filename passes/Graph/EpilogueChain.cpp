//===- EpilogueChain.cpp - What follows a contraction ---------------------===//
#include "passes/Graph/EpilogueChain.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "passes/Graph/Ops/Build.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

namespace {
/// Follows one chain.
class Follower {
public:
  Follower(Value value, int64_t channelDim, ConstantFn constantOf)
      : value(value), channelDim(channelDim), constantOf(constantOf) {}
  EpilogueChain run();

private:
  bool step(Operation *user);
  bool stepReshape(Operation *user);
  bool stepGeneric(linalg::GenericOp generic);
  bool add(linalg::GenericOp generic, Value addend);
  bool isPerChannel(linalg::GenericOp generic, OpOperand *operand);
  std::optional<float> boundOf(linalg::GenericOp generic, Value scalar);
  bool isLastQuantize(ir::QuantizeOp op);

  Value value;
  int64_t channelDim;
  ConstantFn constantOf;
  EpilogueChain chain;
  SmallVector<Operation *> reshapes;
};
} // namespace

bool Follower::stepReshape(Operation *user) {
  ArrayRef<int64_t> from = shapeOf(value), to = shapeOf(user->getResult(0));
  int64_t before = product(from.take_front(channelDim)), seen = 1;
  for (auto [i, size] : llvm::enumerate(to)) {
    if (seen == before && size == from[channelDim]) {
      channelDim = i;
      value = user->getResult(0);
      reshapes.push_back(user);
      return true;
    }
    seen *= size;
  }
  return false;
}

/// Whether an operand holds one element for each channel, or just one.
bool Follower::isPerChannel(linalg::GenericOp generic, OpOperand *operand) {
  ArrayRef<int64_t> shape = shapeOf(operand->get());
  AffineMap map = generic.getMatchingIndexingMap(operand);
  for (auto [size, expr] : llvm::zip(shape, map.getResults())) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    bool isChannel = dim && dim.getPosition() == channelDim;
    if (size != 1 && !isChannel)
      return false;
  }
  return true;
}

/// A scalar that is the same for all elements: a constant, or of a constant
/// tensor of one element.
std::optional<float> Follower::boundOf(linalg::GenericOp generic,
                                       Value scalar) {
  FloatAttr attr;
  if (matchPattern(scalar, m_Constant(&attr)))
    return static_cast<float>(attr.getValueAsDouble());
  auto argument = dyn_cast<BlockArgument>(scalar);
  if (!argument || argument.getOwner() != generic.getBody() ||
      argument.getArgNumber() >= generic.getNumDpsInputs())
    return std::nullopt;
  Value tensor = generic.getDpsInputs()[argument.getArgNumber()];
  if (product(shapeOf(tensor)) != 1)
    return std::nullopt;
  std::optional<eval::Tensor> known = constantOf(tensor);
  return known ? std::optional(static_cast<float>(known->getFloat(0)))
               : std::nullopt;
}

bool Follower::add(linalg::GenericOp generic, Value addend) {
  auto argument = dyn_cast<BlockArgument>(addend);
  bool isFirst =
      !chain.bias && chain.low == -INFINITY && chain.high == INFINITY;
  if (!isFirst || !argument || argument.getOwner() != generic.getBody() ||
      argument.getArgNumber() >= generic.getNumDpsInputs())
    return false;
  OpOperand *operand = generic.getDpsInputOperand(argument.getArgNumber());
  if (!isPerChannel(generic, operand) || !constantOf(operand->get()))
    return false;
  chain.bias = operand->get();
  return true;
}

/// One elementwise operation: an addition or bounds, one after another.
bool Follower::stepGeneric(linalg::GenericOp generic) {
  if (generic->getNumResults() != 1 ||
      generic.getNumParallelLoops() != generic.getNumLoops() ||
      !elementOf(generic->getResult(0)).isF32())
    return false;
  Block *body = generic.getBody();
  Value current;
  for (OpOperand *operand : generic.getDpsInputOperands())
    if (operand->get() == value) {
      if (current || !generic.getMatchingIndexingMap(operand).isIdentity())
        return false;
      current = generic.getMatchingBlockArgument(operand);
    }
  if (!current || !generic.getIndexingMapsArray().back().isIdentity())
    return false;
  EpilogueChain before = chain;
  for (Operation &op : body->without_terminator()) {
    if (isa<arith::ConstantOp>(op))
      continue;
    bool uses = op.getNumOperands() == 2 && current.hasOneUse() &&
                llvm::is_contained(op.getOperands(), current);
    Value other =
        !uses ? Value() : op.getOperand(op.getOperand(0) == current ? 1 : 0);
    bool known = false;
    if (uses && isa<arith::AddFOp>(op)) {
      known = add(generic, other);
    } else if (uses && isa<arith::MaximumFOp, arith::MaxNumFOp,
                           arith::MinimumFOp, arith::MinNumFOp>(op)) {
      std::optional<float> bound = boundOf(generic, other);
      known = bound && !std::isnan(*bound);
      bool isLow = isa<arith::MaximumFOp, arith::MaxNumFOp>(op);
      if (known && isLow) {
        chain.low = std::max(chain.low, *bound);
        chain.high = std::max(chain.high, *bound);
      } else if (known) {
        chain.high = std::min(chain.high, *bound);
        chain.low = std::min(chain.low, *bound);
      }
    }
    if (!known) {
      chain = before;
      return false;
    }
    current = op.getResult(0);
  }
  if (body->getTerminator()->getOperand(0) != current) {
    chain = before;
    return false;
  }
  value = generic->getResult(0);
  bool isAddition = chain.bias && !before.bias && chain.low == -INFINITY &&
                    chain.high == INFINITY;
  if (isAddition) {
    chain.biased = value;
    chain.reshapesToBias = reshapes;
  }
  return true;
}

bool Follower::isLastQuantize(ir::QuantizeOp op) {
  auto code = cast<ir::QType>(elementOf(op.getResult()));
  return op.getInput() == value && code.isInteger() &&
         product(shapeOf(op.getScale())) == 1 && constantOf(op.getScale()) &&
         (!op.getZeroPoint() || constantOf(op.getZeroPoint()));
}

bool Follower::step(Operation *user) {
  if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(user))
    return stepReshape(user);
  if (auto generic = dyn_cast<linalg::GenericOp>(user))
    return stepGeneric(generic);
  return false;
}

EpilogueChain Follower::run() {
  while (value.hasOneUse()) {
    Operation *user = *value.user_begin();
    auto quantize = dyn_cast<ir::QuantizeOp>(user);
    if (quantize && isLastQuantize(quantize)) {
      chain.quantize = quantize;
      chain.reshapes = reshapes;
      break;
    }
    if (quantize || !step(user))
      break;
  }
  return chain;
}

EpilogueChain graph::followChain(Value value, int64_t channelDim,
                                 ConstantFn constantOf) {
  return Follower(value, channelDim, constantOf).run();
}
