//===- PlaceOnDevice.cpp - Which steps a part does, and which its host ----===//
//
// A part is for integer products of constant matrices and for what lies between
// them. What comes before the first of them (input quantization) and after the
// last (scaling, softmax) is a float head and tail that costs a processor
// little and a part much: it stays on the host.
//
//===----------------------------------------------------------------------===//
#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "passes/Lowering/Buffers.h"
#include "passes/Lowering/Passes.h"
#include "passes/Lowering/Spatial/Stages.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"

namespace tern::lowering {
#define GEN_PASS_DEF_PLACEONDEVICE
#include "passes/Lowering/Passes.h.inc"
} // namespace tern::lowering

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

namespace {
/// Places one entry.
class Placer {
public:
  explicit Placer(func::FuncOp entry) : entry(entry) {}
  LogicalResult run();

private:
  void choose();
  LogicalResult check();
  void splitTails();
  void outline();
  void collect(SetVector<Value> &inputs, SetVector<Value> &results);

  func::FuncOp entry;
  /// In program order.
  SetVector<Operation *> placed;
};
} // namespace

/// Every operation between two integer products, these included.
void Placer::choose() {
  Block &body = entry.front();
  DenseSet<Operation *> after, before;
  for (Operation &op : body)
    if (isIntegerProduct(&op) ||
        llvm::any_of(op.getOperands(), [&](Value operand) {
          return after.contains(operand.getDefiningOp());
        }))
      after.insert(&op);
  for (Operation &op : llvm::reverse(body)) {
    bool reaches = llvm::any_of(op.getUsers(), [&](Operation *user) {
      return before.contains(body.findAncestorOpInBlock(*user));
    });
    if (isIntegerProduct(&op) || reaches)
      before.insert(&op);
  }
  for (Operation &op : body)
    if (after.contains(&op) && before.contains(&op))
      placed.insert(&op);
}

/// One line for a user: where, the node, what was expected, and what helps.
static void refuse(Operation *op, StringRef why) {
  Location loc = op->getLoc();
  if (auto file = loc->findInstanceOf<FileLineColLoc>())
    loc = file;
  emitError(loc) << "node " << describeLayer(op) << ": " << why;
}

/// All refusals at once, each with its node and what would help.
LogicalResult Placer::check() {
  if (placed.empty())
    return entry.emitError(
        "expected a layer of integer codes with constant weights for the part, "
        "but got none; quantize the model first");
  bool good = true;
  // A node may be several steps.
  llvm::StringSet<> refused;
  for (Operation *op : placed) {
    std::string why;
    if (isReshape(op) || stageOf(op, why))
      continue;
    good = false;
    if (refused.insert(describeLayer(op)).second)
      refuse(op, why);
  }
  return success(good);
}

/// The layer of the product itself: the last that went into a step.
static Location innermost(Location loc) {
  if (auto fused = dyn_cast<FusedLoc>(loc))
    if (!fused.getMetadata() && !fused.getLocations().empty())
      return innermost(fused.getLocations().back());
  return loc;
}

/// A product whose result only the host reads as floats gives the host its
/// sums, and the host does the epilogue.
static Operation *splitTail(Operation *op, RewriterBase &rewriter) {
  rewriter.setInsertionPoint(op);
  ImplicitLocOpBuilder b(op->getLoc(), rewriter);
  Contraction c = describeContraction(op);
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  auto sums = RankedTensorType::get(type.getShape(), c.accumulator);
  Value empty = b.create<tensor::EmptyOp>(type.getShape(), c.accumulator);
  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps = {b.getMultiDimIdentityMap(type.getRank())};
  auto [extras, attributes] = extrasOf(op);
  llvm::append_range(inputs, extras);
  for (Attribute map : attributes)
    maps.push_back(cast<AffineMapAttr>(map).getValue());
  maps.push_back(b.getMultiDimIdentityMap(type.getRank()));
  Operation *product = rewriter.clone(*op);
  product->setLoc(innermost(op->getLoc()));
  llvm::TypeSwitch<Operation *>(product).Case<ir::MatmulOp, ir::ConvOp>(
      [&](auto contraction) {
        contraction.getExtrasMutable().clear();
        contraction.setExtraMapsAttr(rewriter.getArrayAttr({}));
        contraction.getInitMutable().assign(empty);
        contraction.getEpilogue().getBlocks().clear();
      });
  product->getResult(0).setType(sums);
  inputs.insert(inputs.begin(), product->getResult(0));
  SmallVector<utils::IteratorType> loops(type.getRank(),
                                         utils::IteratorType::parallel);
  Value init =
      b.create<tensor::EmptyOp>(type.getShape(), type.getElementType());
  auto tail = b.create<linalg::GenericOp>(
      TypeRange{type}, inputs, ValueRange{init}, maps, loops,
      [&](OpBuilder &inner, Location loc, ValueRange scalars) {
        Block &epilogue = op->getRegion(0).front();
        IRMapping mapping;
        mapping.map(epilogue.getArguments(), scalars.drop_back());
        for (Operation &each : epilogue.without_terminator())
          inner.clone(each, mapping);
        inner.create<linalg::YieldOp>(
            loc,
            mapping.lookupOrDefault(epilogue.getTerminator()->getOperand(0)));
      });
  rewriter.replaceOp(op, tail);
  return product;
}

void Placer::splitTails() {
  IRRewriter rewriter(entry.getContext());
  SetVector<Operation *> kept;
  for (Operation *op : placed) {
    auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
    bool onHost = llvm::none_of(
        op->getUsers(), [&](Operation *user) { return placed.contains(user); });
    if (onHost && isIntegerProduct(op) && isa<FloatType>(type.getElementType()))
      op = splitTail(op, rewriter);
    kept.insert(op);
  }
  placed = kept;
}

/// What the placed operations take from outside (constants aside), and what
/// others take from them.
void Placer::collect(SetVector<Value> &inputs, SetVector<Value> &results) {
  for (Operation *op : placed) {
    for (Value operand : op->getOperands())
      if (!isConstant(operand) && !placed.contains(operand.getDefiningOp()))
        inputs.insert(operand);
    for (Value result : op->getResults())
      if (llvm::any_of(result.getUsers(),
                       [&](Operation *user) { return !placed.contains(user); }))
        results.insert(result);
  }
}

/// Copies the operation that makes a constant, behind those that it needs.
static void cloneConstant(Value value, OpBuilder &builder, IRMapping &mapping) {
  if (mapping.contains(value) || !isConstant(value))
    return;
  Operation *op = value.getDefiningOp();
  for (Value operand : op->getOperands())
    cloneConstant(operand, builder, mapping);
  builder.clone(*op, mapping);
}

void Placer::outline() {
  SetVector<Value> inputs, results;
  collect(inputs, results);
  OpBuilder builder(placed.back());
  builder.setInsertionPointAfter(placed.back());
  auto dataflow = builder.create<ir::DataflowOp>(
      placed.back()->getLoc(),
      llvm::to_vector(ValueRange(results.getArrayRef()).getTypes()),
      inputs.getArrayRef());
  Block *block = builder.createBlock(&dataflow.getBody());
  IRMapping mapping;
  for (Value input : inputs)
    mapping.map(input, block->addArgument(input.getType(), input.getLoc()));
  for (Operation *op : placed) {
    op->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        if (operand.getParentBlock() == &entry.front())
          cloneConstant(operand, builder, mapping);
    });
    builder.clone(*op, mapping);
  }
  SmallVector<Value> delivered;
  for (Value result : results)
    delivered.push_back(mapping.lookup(result));
  builder.create<ir::DeliverOp>(entry.getLoc(), delivered);
  for (auto [result, value] : llvm::zip(results, dataflow.getResults()))
    Value(result).replaceUsesWithIf(value, [&](OpOperand &use) {
      return !placed.contains(use.getOwner());
    });
  for (Operation *op : llvm::reverse(placed))
    op->erase();
  // What only they used.
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(entry.front())))
    if (isOpTriviallyDead(&op))
      op.erase();
  // What read a result stood behind its step, not behind the last one.
  sortTopologically(&entry.front());
}

LogicalResult Placer::run() {
  choose();
  if (failed(check()))
    return failure();
  splitTails();
  outline();
  return success();
}

namespace {
struct PlaceOnDevice : lowering::impl::PlaceOnDeviceBase<PlaceOnDevice> {
  void runOnOperation() override {
    SmallVector<func::FuncOp> entries(getOperation().getOps<func::FuncOp>());
    if (entries.size() != 1) {
      getOperation().emitError("expected one entry on a part, but got ")
          << entries.size() << "; compile for one set of dimensions";
      return signalPassFailure();
    }
    if (failed(Placer(entries.front()).run()))
      signalPassFailure();
  }
};
} // namespace
