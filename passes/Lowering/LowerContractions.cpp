//===- LowerContractions.cpp - tern.matmul and tern.conv as loops ---------===//
#include "lib/Methods/VectorShape.h"
#include "passes/Lowering/Direct/Direct.h"
#include "passes/Lowering/Kernels.h"
#include "passes/Lowering/Passes.h"
#include "passes/Lowering/Simd/PackedKernel.h"
#include "passes/Lowering/Simt/Gemv.h"
#include "passes/Lowering/Simt/Mma.h"

namespace tern::lowering {
#define GEN_PASS_DEF_LOWERCONTRACTIONS
#include "passes/Lowering/Passes.h.inc"
} // namespace tern::lowering

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

static bool isPacked(Operation *op) {
  auto method = op->getAttrOfType<ir::MethodAttr>("method");
  return method && method.getValue() != ir::Method::Direct;
}

static int64_t lower(func::FuncOp kernel, Operation *op,
                     const VectorShape &shape, const Kernels &kernels) {
  if (isPacked(op) && shape.isSimt) {
    auto inputs = dyn_cast<BlockArgument>(op->getOperand(0));
    int64_t alignment = inputs ? kernels.alignmentOf(inputs) : 1;
    auto method = op->getAttrOfType<ir::MethodAttr>("method");
    return method.getValue() == ir::Method::IntDot
               ? lowerGemv(kernel, op, alignment)
               : lowerMma(kernel, op, alignment);
  }
  if (isPacked(op))
    return lowerPackedContraction(kernel, op, shape);
  int64_t strip = shape.isSimt ? singleResult : longStrip;
  if (auto matmul = dyn_cast<ir::MatmulOp>(op))
    return lowerDirectMatmul(kernel, matmul, strip);
  return lowerDirectConv(kernel, cast<ir::ConvOp>(op), strip);
}

namespace {
struct LowerContractions
    : lowering::impl::LowerContractionsBase<LowerContractions> {
  void runOnOperation() override {
    Kernels kernels(getOperation());
    VectorShape shape = getVectorShape(
        getOperation()->getAttrOfType<ir::TargetAttr>("tern.target"));
    for (func::FuncOp kernel : kernels.get()) {
      Operation *step = nullptr;
      for (Operation &op : kernel.front())
        if (isa<ir::MatmulOp, ir::ConvOp>(op))
          step = &op;
      if (!step)
        continue;
      if (isPacked(step) && !step->getAttr("layout")) {
        step->emitOpError("expected packed weights, but got none: run "
                          "tern-pack-weights first");
        return signalPassFailure();
      }
      kernels.setGrid(kernel, lower(kernel, step, shape, kernels));
    }
  }
};
} // namespace
