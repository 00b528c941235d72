//===- TapDataflow.cpp - Results of stages as outputs, for verify ---------===//
//
// The taps of other targets copy memory (InsertTaps.cpp); between stages there
// is none, so a tap is a fork of the stream to one more output.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/Lowering/Buffers.h"
#include "passes/Lowering/Passes.h"
#include "passes/Lowering/Spatial/Stages.h"

namespace tern::lowering {
#define GEN_PASS_DEF_TAPDATAFLOW
#include "passes/Lowering/Passes.h.inc"
} // namespace tern::lowering

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

static void tap(ir::DataflowOp dataflow) {
  Block &body = dataflow.getBody().front();
  auto deliver = cast<ir::DeliverOp>(body.getTerminator());
  SmallVector<Value> values;
  for (Operation &op : body)
    if (op.getNumResults() == 1 && !isReshape(&op) &&
        !isConstant(op.getResult(0)) && layerOf(op.getLoc()))
      values.push_back(op.getResult(0));
  deliver.getValuesMutable().append(values);
  SmallVector<Type> types(deliver.getValues().getTypes());
  OpBuilder b(dataflow);
  auto tapped =
      b.create<ir::DataflowOp>(dataflow.getLoc(), types, dataflow.getInputs());
  tapped.getBody().takeBody(dataflow.getBody());
  unsigned kept = dataflow.getNumResults();
  dataflow.replaceAllUsesWith(tapped.getResults().take_front(kept));
  dataflow.erase();
  auto entry = tapped->getParentOfType<func::FuncOp>();
  for (auto [value, result] :
       llvm::zip(values, tapped.getResults().drop_front(kept))) {
    int64_t id = layerOf(value.getLoc()).getId();
    std::string name = ("tap:" + Twine(id) + ":0").str();
    entry.insertResult(entry.getNumResults(), result.getType(),
                       b.getDictionaryAttr(
                           b.getNamedAttr("tern.name", b.getStringAttr(name))));
    Operation *terminator = entry.front().getTerminator();
    terminator->insertOperands(terminator->getNumOperands(), result);
  }
}

namespace {
struct TapDataflow : lowering::impl::TapDataflowBase<TapDataflow> {
  void runOnOperation() override {
    SmallVector<ir::DataflowOp> dataflows;
    getOperation().walk(
        [&](ir::DataflowOp dataflow) { dataflows.push_back(dataflow); });
    llvm::for_each(dataflows, tap);
  }
};
} // namespace
