//===- OutlineKernels.cpp - Each step as a kernel -------------------------===//
//
// What a backend compiles, a thread pool splits, and a report counts is a
// kernel; what calls it is a table.
//
//===----------------------------------------------------------------------===//
#include "dialects/Kern/Kern.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"
#include "passes/Lowering/Buffers.h"
#include "passes/Lowering/Passes.h"
#include "llvm/ADT/SetVector.h"

namespace tern::lowering {
#define GEN_PASS_DEF_OUTLINEKERNELS
#include "passes/Lowering/Passes.h.inc"
} // namespace tern::lowering

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

namespace {
/// Outlines the steps of one module.
class Outliner {
public:
  explicit Outliner(ModuleOp module)
      : module(module), builder(module.getContext()) {}
  LogicalResult run(func::FuncOp entry);

private:
  LogicalResult outline(Operation *step);
  Value directView(Value memory);
  func::FuncOp makeKernel(Operation *step, ArrayRef<Value> buffers,
                          ArrayRef<Operation *> scalars);

  ModuleOp module;
  OpBuilder builder;
  int64_t next = 0;
};
} // namespace

/// Adds the operation that makes a scalar, behind those that it needs. Fails
/// when it does not follow from constants.
static bool addScalar(Value scalar, SetVector<Operation *> &scalars) {
  Operation *op = scalar.getDefiningOp();
  if (!op || !isMemoryEffectFree(op) || op->getNumRegions() ||
      llvm::any_of(op->getOperandTypes(), llvm::IsaPred<MemRefType>))
    return false;
  bool known = llvm::all_of(op->getOperands(), [&](Value operand) {
    return addScalar(operand, scalars);
  });
  scalars.insert(op);
  return known;
}

/// What a step uses from outside: memory, and the operations that make its
/// scalars.
static LogicalResult collect(Operation *step, SetVector<Value> &buffers,
                             SetVector<Operation *> &scalars) {
  LogicalResult result = success();
  step->walk([&](Operation *op) {
    for (Value operand : op->getOperands()) {
      // Computed inside the step itself.
      if (step->isAncestor(operand.getParentRegion()->getParentOp()))
        continue;
      if (isa<MemRefType>(operand.getType()))
        buffers.insert(operand);
      else if (!addScalar(operand, scalars))
        result = op->emitOpError("expected memory and constants in a step, "
                                 "but got ")
                 << operand.getType();
    }
  });
  return result;
}

/// A kern.view of exactly what `memory`, a view of a view, shows; its type
/// keeps the strides, and the offset moves into the view.
Value Outliner::directView(Value memory) {
  auto root = rootOf(memory).getDefiningOp<kern::ViewOp>();
  auto type = cast<MemRefType>(memory.getType());
  SmallVector<int64_t> strides;
  int64_t offset = 0;
  if (failed(getStridesAndOffset(type, strides, offset)))
    return {};
  if (!type.getLayout().isIdentity())
    type =
        MemRefType::get(type.getShape(), type.getElementType(),
                        StridedLayoutAttr::get(type.getContext(), 0, strides));
  int64_t bytes = offset * bytesOfElement(type.getElementType());
  return builder.create<kern::ViewOp>(memory.getLoc(), type, root.getSource(),
                                      root.getOffset() + bytes);
}

static bool isEmpty(Operation *step) {
  return llvm::all_of(writtenBy(step), [](Value value) {
    return cast<MemRefType>(value.getType()).getNumElements() == 0;
  });
}

func::FuncOp Outliner::makeKernel(Operation *step, ArrayRef<Value> buffers,
                                  ArrayRef<Operation *> scalars) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(step->getParentOfType<func::FuncOp>());
  SmallVector<Type> types(2, builder.getIndexType());
  for (Value buffer : buffers)
    types.push_back(buffer.getType());
  auto kernel = builder.create<func::FuncOp>(
      step->getLoc(), ("kernel_" + Twine(next++)).str(),
      builder.getFunctionType(types, {}));
  kernel.setPrivate();
  kernel->setAttr("kern.kernel", builder.getUnitAttr());
  ir::LayerAttr layer = layerOf(step->getLoc());
  kernel->setAttr("kern.layer",
                  builder.getStringAttr(layer ? layer.getName() : ""));
  builder.setInsertionPointToStart(kernel.addEntryBlock());
  IRMapping mapping;
  for (Operation *scalar : scalars)
    builder.clone(*scalar, mapping);
  for (auto [buffer, argument] :
       llvm::zip(buffers, kernel.getArguments().drop_front(2)))
    mapping.map(buffer, argument);
  builder.clone(*step, mapping);
  builder.create<func::ReturnOp>(step->getLoc());
  return kernel;
}

LogicalResult Outliner::outline(Operation *step) {
  if (isEmpty(step)) {
    step->erase();
    return success();
  }
  SetVector<Value> buffers;
  SetVector<Operation *> scalars;
  if (failed(collect(step, buffers, scalars)))
    return failure();
  builder.setInsertionPoint(step);
  SmallVector<Value> direct;
  for (Value buffer : buffers) {
    Value view = directView(buffer);
    if (!view)
      return step->emitOpError("expected memory of known strides");
    direct.push_back(view);
    // The step's own operand, so that the kernel's argument has its type.
    step->walk([&](Operation *op) { op->replaceUsesOfWith(buffer, view); });
  }
  func::FuncOp kernel = makeKernel(step, direct, scalars.getArrayRef());
  builder.create<kern::LaunchOp>(step->getLoc(), kernel.getName(), 1, direct);
  step->erase();
  return success();
}

LogicalResult Outliner::run(func::FuncOp entry) {
  SmallVector<Operation *> steps;
  for (Operation &op : entry.getBody().front())
    if (isStep(&op))
      steps.push_back(&op);
  for (Operation *step : steps)
    if (failed(outline(step)))
      return failure();
  // Views that only named memory for others.
  Block &body = entry.getBody().front();
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (isOpTriviallyDead(&op))
      op.erase();
  return success();
}

namespace {
struct OutlineKernels : lowering::impl::OutlineKernelsBase<OutlineKernels> {
  void runOnOperation() override {
    Outliner outliner(getOperation());
    SmallVector<func::FuncOp> entries(getOperation().getOps<func::FuncOp>());
    for (func::FuncOp entry : entries)
      if (failed(outliner.run(entry)))
        return signalPassFailure();
  }
};
} // namespace
