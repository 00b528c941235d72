//===- ChooseFolding.cpp - Rows and columns that each product does at once ===//
//
// The decision is lib/CostModel/Folding.h; this pass asks for it and writes the
// answer down as the layout of each product's weights.
//
//===----------------------------------------------------------------------===//
#include "lib/CostModel/Folding.h"
#include "lib/Target/Targets.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/Lowering/Buffers.h"
#include "passes/Lowering/Passes.h"
#include "passes/Lowering/Spatial/Matrix.h"
#include "passes/Lowering/Spatial/Stages.h"
#include <numeric>

namespace tern::lowering {
#define GEN_PASS_DEF_CHOOSEFOLDING
#include "passes/Lowering/Passes.h.inc"
} // namespace tern::lowering

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

static ScalarOps countEpilogue(Region &epilogue) {
  ScalarOps ops;
  epilogue.walk([&](Operation *op) {
    bool onFloats =
        llvm::any_of(op->getOperandTypes(), llvm::IsaPred<FloatType>);
    if (isa<arith::AddFOp, arith::SubFOp>(op))
      ++ops.floatAdd;
    else if (isa<arith::MulFOp>(op))
      ++ops.floatMul;
    else if (isa<arith::DivFOp>(op))
      ++ops.floatDiv;
    else if (isa<arith::SIToFPOp, arith::UIToFPOp, arith::FPToSIOp,
                 math::RoundEvenOp>(op))
      ++ops.floatConvert;
    else if (onFloats)
      ++ops.floatCompare;
    else if (op->getNumResults() == 1 && !isa<arith::ConstantOp>(op) &&
             op->getResult(0).getType().isIntOrFloat())
      ops.integerBits += op->getResult(0).getType().getIntOrFloatBitWidth();
  });
  return ops;
}

static FoldedLayer describe(Operation *op, const StageMatrix &matrix) {
  FoldedLayer layer;
  layer.name = describeLayer(op);
  MatrixVectorUnit &unit = layer.unit;
  unit.rows = matrix.c.n;
  unit.columns = matrix.c.k;
  unit.vectors = matrix.c.m;
  unit.weightBits = matrix.getBits();
  unit.inputBits = laneBits(matrix.c.lhs);
  unit.sumBits = signedBits(boundAccumulator(matrix.c)->magnitude);
  unit.outputBits = laneBits(
      cast<RankedTensorType>(op->getResult(0).getType()).getElementType());
  if (!op->getRegion(0).empty())
    unit.epilogue = countEpilogue(op->getRegion(0));
  if (!isa<ir::ConvOp>(op))
    return layer;
  Window window = windowOf(op);
  layer.hasWindow = true;
  layer.channels = window.channels;
  layer.taps = window.getTaps();
  layer.positions = window.getPositions();
  layer.inputElements =
      cast<ShapedType>(op->getOperand(0).getType()).getNumElements();
  bool plane = window.input.size() == 2;
  int64_t rows = plane ? (window.kernel[0] - 1) * window.dilations[0] + 1 : 1;
  layer.bufferElements = rows * window.input.back() * window.channels;
  return layer;
}

static void setLayout(Operation *op, const StageMatrix &matrix,
                      const MatrixVectorUnit &unit) {
  auto layout =
      ir::LayoutAttr::get(op->getContext(), unit.pe, 1, matrix.getBits(),
                          matrix.isBinary(), false,
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
      layers.push_back(describe(&op, products.back().second));
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
