//===- InsertTaps.cpp - Steps' results as outputs, for verify -------------===//
//
// Verify judges each step on the target's own inputs to it, so it needs every
// value that the target computes.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Lowering/Buffers.h"
#include "passes/Lowering/Passes.h"

namespace tern::lowering {
#define GEN_PASS_DEF_INSERTTAPS
#include "passes/Lowering/Passes.h.inc"
} // namespace tern::lowering

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

/// A copy of `value`, made behind `step`, as a result called `name`.
static Value tap(Operation *step, Value value) {
  OpBuilder builder(step->getContext());
  builder.setInsertionPointAfter(step);
  auto type = cast<MemRefType>(value.getType());
  auto whole = MemRefType::get(type.getShape(), type.getElementType());
  Location loc = step->getLoc();
  Value copy = builder.create<memref::AllocOp>(loc, whole);
  builder.create<memref::CopyOp>(loc, value, copy);
  return copy;
}

static void insertTaps(func::FuncOp entry) {
  Block &body = entry.getBody().front();
  Operation *terminator = body.getTerminator();
  SmallVector<Operation *> steps;
  for (Operation &op : body)
    // A dataflow's taps are streams of its own (TapDataflow.cpp).
    if (isStep(&op) && !isa<memref::CopyOp, kern::AccelerateOp>(op) &&
        layerOf(op.getLoc()))
      steps.push_back(&op);
  OpBuilder builder(entry.getContext());
  for (Operation *step : steps) {
    int64_t id = layerOf(step->getLoc()).getId();
    for (auto [i, value] : llvm::enumerate(writtenBy(step))) {
      Value copy = tap(step, value);
      std::string name = ("tap:" + Twine(id) + ":" + Twine(i)).str();
      unsigned index = entry.getNumResults();
      entry.insertResult(index, copy.getType(),
                         builder.getDictionaryAttr(builder.getNamedAttr(
                             "tern.name", builder.getStringAttr(name))));
      terminator->insertOperands(terminator->getNumOperands(), copy);
    }
  }
}

namespace {
struct InsertTaps : lowering::impl::InsertTapsBase<InsertTaps> {
  void runOnOperation() override {
    for (auto entry : getOperation().getOps<func::FuncOp>())
      insertTaps(entry);
  }
};
} // namespace
