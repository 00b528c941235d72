//===- ChooseFolding.cpp - Rows and columns that each product does at once ===//
//
// The decision is lib/CostModel/Folding.h; this pass asks for it and writes the
// answer down as the layout of each product's weights.
//
//===----------------------------------------------------------------------===//
#include "lib/Target/Targets.h"
#include "passes/Lowering/Passes.h"
#include "passes/Lowering/Spatial/Accounts.h"
#include "passes/Lowering/Spatial/Stages.h"

namespace tern::lowering {
#define GEN_PASS_DEF_CHOOSEFOLDING
#include "passes/Lowering/Passes.h.inc"
} // namespace tern::lowering

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

static void setLayout(Operation *op, const StageMatrix &matrix,
                      const MatrixVectorUnit &unit) {
  auto layout = ir::LayoutAttr::get(op->getContext(), unit.pe, 1,
                                    matrix.getBits(), matrix.isBinary(), false,
                                    unit.simd * matrix.getBits());
  llvm::TypeSwitch<Operation *>(op).Case<ir::MatmulOp, ir::ConvOp>(
      [&](auto contraction) { contraction.setLayoutAttr(layout); });
}

/// Cycles that the ports take: one element each.
static int64_t paceOf(ir::DataflowOp dataflow) {
  int64_t pace = 1;
  auto include = [&](TypeRange types) {
    for (Type type : types)
      pace = std::max(pace, cast<ShapedType>(type).getNumElements());
  };
  include(dataflow.getInputs().getTypes());
  include(dataflow.getResultTypes());
  return pace;
}

static LogicalResult fold(ir::DataflowOp dataflow, const Machine &machine) {
  std::vector<FoldedLayer> layers;
  std::vector<std::pair<Operation *, StageMatrix>> products;
  for (Operation &op : dataflow.getBody().front())
    if (isIntegerProduct(&op)) {
      products.emplace_back(&op, StageMatrix(&op));
      layers.push_back(describeFolded(&op, products.back().second));
    }
  if (auto error = chooseFolding(layers, paceOf(dataflow), machine.fpga))
    return dataflow.emitError("expected a design that takes ")
           << static_cast<int64_t>(error->available) << " " << error->resource
           << " of " << machine.name << ", but got "
           << static_cast<int64_t>(error->needed) << "; layer " << error->layer
           << " takes most of it";
  for (auto [layer, product] : llvm::zip(layers, products))
    setLayout(product.first, product.second, layer.unit);
  return success();
}

namespace {
struct ChooseFolding : lowering::impl::ChooseFoldingBase<ChooseFolding> {
  void runOnOperation() override {
    FailureOr<const Machine *> machine = machineOf(getOperation());
    if (failed(machine))
      return signalPassFailure();
    auto result = getOperation().walk([&](ir::DataflowOp dataflow) {
      return failed(fold(dataflow, **machine)) ? WalkResult::interrupt()
                                               : WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
