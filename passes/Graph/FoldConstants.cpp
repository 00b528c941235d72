//===- FoldConstants.cpp - Compute constants at compile time --------------===//
#include "lib/Eval/Eval.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/RegionUtils.h"
#include "passes/Graph/Constants.h"
#include "passes/Graph/Passes.h"
#include "llvm/ADT/StringSet.h"
#include <cstring>

using namespace mlir;
using namespace tern;
using namespace tern::graph;

namespace tern::graph {
#define GEN_PASS_DEF_FOLDCONSTANTS
#include "passes/Graph/Passes.h.inc"
} // namespace tern::graph

/// A folded value may be this many times as large as what it comes from.
static constexpr int64_t growthLimit = 16;
/// ... and any value of up to this many bytes is folded.
static constexpr int64_t smallBytes = 4096;

static int64_t bytesOf(Type type) {
  auto ranked = dyn_cast<RankedTensorType>(type);
  return ranked ? ranked.getNumElements() *
                      static_cast<int64_t>(
                          eval::Tensor::elementBytes(ranked.getElementType()))
                : 8;
}

/// Operations that are constants already: there is nothing to compute.
static bool isLeaf(Operation *op) {
  return isa<arith::ConstantOp, ir::UseOp, tensor::EmptyOp>(op);
}

namespace {
/// Folds one entry.
class Folder {
public:
  Folder(ModuleOp module, ConstantPool &pool) : module(module), pool(pool) {}
  void run(func::FuncOp entry);

private:
  bool isConstant(Value value) const { return sourceBytes.contains(value); }
  void classify(Operation &op);
  void materialize(Operation &op);

  ModuleOp module;
  ConstantPool &pool;
  /// Constant values, with the bytes of the constants they are computed from.
  DenseMap<Value, int64_t> sourceBytes;
  eval::ValueMap known;
};
} // namespace

/// Decides whether `op` computes constants worth folding.
void Folder::classify(Operation &op) {
  if (isa<ir::DequantizeOp>(op) || op.getNumResults() == 0)
    return;
  int64_t source =
      isa<tensor::EmptyOp>(op) ? 0 : bytesOf(op.getResultTypes()[0]);
  if (!isLeaf(&op)) {
    source = 0;
    SetVector<Value> operands;
    getUsedValuesDefinedAbove(op.getRegions(), operands);
    operands.insert(op.operand_begin(), op.operand_end());
    for (Value operand : operands) {
      if (!isConstant(operand))
        return;
      source += sourceBytes.lookup(operand);
    }
    for (Type type : op.getResultTypes())
      if (bytesOf(type) > std::max(smallBytes, growthLimit * source))
        return;
  }
  for (Value result : op.getResults())
    sourceBytes[result] = source;
}

/// Whether writing the tensor in a loop beats reading it from a file: it is
/// computed from a scalar or two, and all its elements are the same.
static bool isCheaperToFill(const eval::Tensor &tensor, int64_t sourceBytes) {
  constexpr int64_t fewElements = 64, scalarBytes = 16;
  if (sourceBytes > scalarBytes || tensor.size() <= fewElements)
    return false;
  size_t bytes = eval::Tensor::elementBytes(tensor.getElementType());
  size_t rest = tensor.sizeInBytes() - bytes;
  return std::memcmp(tensor.data(), tensor.data() + bytes, rest) == 0;
}

/// Replaces the constant results of `op` that something not constant uses.
void Folder::materialize(Operation &op) {
  if (isLeaf(&op))
    return;
  for (Value value : op.getResults()) {
    auto needsValue = [&](Operation *user) {
      while (user->getBlock() != op.getBlock())
        user = user->getParentOp();
      return user->getNumResults() == 0 || !isConstant(user->getResult(0));
    };
    if (!isConstant(value) || !isa<RankedTensorType>(value.getType()) ||
        llvm::none_of(value.getUsers(), needsValue))
      continue;
    LocBuilder b(op.getLoc(), op.getContext());
    b.setInsertionPointAfter(&op);
    if (Value weight = pool.transposedWeight(b, value)) {
      sourceBytes[weight] = bytesOf(weight.getType());
      value.replaceAllUsesWith(weight);
      continue;
    }
    FailureOr<eval::Tensor> result =
        eval::Evaluator(module).evaluate(value, known);
    if (failed(result) || isCheaperToFill(*result, sourceBytes.lookup(value)))
      continue;
    auto layer = op.getLoc()->findInstanceOf<FusedLocWith<ir::LayerAttr>>();
    Value constant = pool.make(
        b, *result, layer ? layer.getMetadata().getName() : StringRef());
    known[constant] = *result;
    value.replaceAllUsesWith(constant);
  }
}

/// Erases what nothing uses; everything at tensor level is free of effects.
static void eraseDead(func::FuncOp entry) {
  Block &body = entry.getBody().front();
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (op.use_empty() && !op.hasTrait<OpTrait::IsTerminator>())
      op.erase();
}

void Folder::run(func::FuncOp entry) {
  for (Operation &op : entry.getBody().front())
    classify(op);
  // In program order, before the uses of a value become those of its
  // replacement.
  for (Operation &op : llvm::make_early_inc_range(entry.getBody().front()))
    materialize(op);
  eraseDead(entry);
}

static void dropUnusedWeights(ModuleOp module) {
  llvm::StringSet<> used;
  module.walk([&](ir::UseOp use) { used.insert(use.getWeight()); });
  for (auto weight : llvm::make_early_inc_range(module.getOps<ir::WeightOp>()))
    if (!used.contains(weight.getSymName()))
      weight.erase();
}

namespace {
struct FoldConstants : graph::impl::FoldConstantsBase<FoldConstants> {
  void runOnOperation() override {
    ConstantPool pool(getOperation());
    for (auto entry : getOperation().getOps<func::FuncOp>())
      Folder(getOperation(), pool).run(entry);
    dropUnusedWeights(getOperation());
  }
};
} // namespace
