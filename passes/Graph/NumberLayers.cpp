//===- NumberLayers.cpp - Number the values of the graph stage ------------===//
#include "dialects/Tern/Tern.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/Graph/Passes.h"

using namespace mlir;
using tern::ir::LayerAttr;

namespace tern::graph {
#define GEN_PASS_DEF_NUMBERLAYERS
#include "passes/Graph/Passes.h.inc"
} // namespace tern::graph

/// The location of `op` with its layer numbered `id`.
static Location numbered(Operation *op, int64_t id) {
  Location loc = op->getLoc();
  MLIRContext *context = op->getContext();
  if (auto fused = loc->findInstanceOf<FusedLocWith<LayerAttr>>()) {
    LayerAttr old = fused.getMetadata();
    return FusedLoc::get(
        fused.getLocations(),
        LayerAttr::get(context, id, old.getName(), old.getOp()), context);
  }
  auto named = loc->findInstanceOf<NameLoc>();
  auto layer =
      LayerAttr::get(context, id, named ? named.getName().getValue() : "",
                     op->getName().getStringRef());
  return FusedLoc::get({loc}, layer, context);
}

namespace {
struct NumberLayers : tern::graph::impl::NumberLayersBase<NumberLayers> {
  void runOnOperation() override {
    int64_t next = 0;
    auto isTensor = [](Type type) { return isa<TensorType>(type); };
    for (auto entry : getOperation().getOps<func::FuncOp>())
      for (Operation &op : entry.getBody().getOps()) {
        int64_t results = llvm::count_if(op.getResultTypes(), isTensor);
        if (results == 0)
          continue;
        op.setLoc(numbered(&op, next));
        next += results;
      }
  }
};
} // namespace
