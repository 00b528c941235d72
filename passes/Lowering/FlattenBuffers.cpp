//===- FlattenBuffers.cpp - One-dimensional memory ------------------------===//
//
// Backends see addresses as what they are. All the index arithmetic is written
// out here, once for every target, where it can be simplified.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/Lowering/Buffers.h"
#include "passes/Lowering/Emit.h"
#include "passes/Lowering/Kernels.h"
#include "passes/Lowering/Passes.h"

namespace tern::lowering {
#define GEN_PASS_DEF_FLATTENBUFFERS
#include "passes/Lowering/Passes.h.inc"
} // namespace tern::lowering

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

/// Everything between the first element and the last.
static MemRefType flatType(MemRefType type) {
  int64_t element = bytesOfElement(type.getElementType());
  return MemRefType::get({bytesOf(type) / element}, type.getElementType());
}

/// The distance of an element from the first.
static Value addressOf(Emitter &b, MemRefType type, ValueRange indices) {
  SmallVector<int64_t> strides;
  int64_t offset = 0;
  if (failed(getStridesAndOffset(type, strides, offset)))
    llvm::report_fatal_error("memory without strides");
  Value address;
  for (auto [index, stride] : llvm::zip(indices, strides)) {
    Value term = stride == 1 ? index : b.mul(index, stride);
    address = address ? b.add(address, term) : term;
  }
  if (!address)
    return b.index(offset);
  return offset ? b.add(address, offset) : address;
}

/// Rewrites one load or store: `at` are its indices.
template <typename Op>
static void flatten(Op op, Value memory, OperandRange at) {
  auto type = cast<MemRefType>(memory.getType());
  Emitter b(op.getLoc(), op.getContext());
  b.setInsertionPoint(op);
  Value address = addressOf(b, type, at);
  SmallVector<Value> operands(op->getOperands().begin(),
                              op->getOperands().end());
  operands.resize(operands.size() - at.size());
  operands.push_back(address);
  op->setOperands(operands);
}

/// Loads and stores first, while types still say their shapes; then types.
static void flattenKernel(func::FuncOp kernel) {
  kernel.walk([&](Operation *op) {
    llvm::TypeSwitch<Operation *>(op)
        .Case<memref::LoadOp, memref::StoreOp>(
            [](auto o) { flatten(o, o.getMemRef(), o.getIndices()); })
        .Case<vector::LoadOp, vector::StoreOp>(
            [](auto o) { flatten(o, o.getBase(), o.getIndices()); });
  });
  // Collapsed memory has the same order as what it was collapsed from.
  kernel.walk([&](memref::CollapseShapeOp op) {
    op.getResult().replaceAllUsesWith(op.getSrc());
    op.erase();
  });
  Block &entry = kernel.front();
  kernel.walk([&](memref::AllocaOp alloca) {
    alloca->moveBefore(&entry, entry.begin());
    alloca.getResult().setType(flatType(alloca.getType()));
  });
  for (BlockArgument argument : entry.getArguments())
    if (auto type = dyn_cast<MemRefType>(argument.getType()))
      argument.setType(flatType(type));
  kernel.setType(
      FunctionType::get(kernel.getContext(), entry.getArgumentTypes(), {}));
}

namespace {
struct FlattenBuffers : lowering::impl::FlattenBuffersBase<FlattenBuffers> {
  void runOnOperation() override {
    Kernels kernels(getOperation());
    for (func::FuncOp kernel : kernels.get())
      flattenKernel(kernel);
    getOperation().walk([](kern::ViewOp view) {
      view.getResult().setType(
          flatType(cast<MemRefType>(view.getResult().getType())));
    });
  }
};
} // namespace
