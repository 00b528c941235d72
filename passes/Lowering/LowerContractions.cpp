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

/// "int8", "ternary", "f16".
static std::string nameOf(Type element) {
  if (auto code = dyn_cast<ir::QType>(element))
    return code.getName();
  std::string text;
  llvm::raw_string_ostream(text) << element;
  return text;
}

/// What a packed kernel's name says of it: inputs, weights, method.
static std::string describe(Operation *op) {
  auto lhs = cast<MemRefType>(op->getOperand(0).getType());
  auto codes = op->getAttrOfType<TypeAttr>("tern.codes");
  auto method = op->getAttrOfType<ir::MethodAttr>("method");
  return "_" + nameOf(lhs.getElementType()) + "_" + nameOf(codes.getValue()) +
         "_" + ir::stringifyMethod(method.getValue()).str();
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
  if (auto matmul = dyn_cast<ir::MatmulOp>(op))
    return lowerDirectMatmul(kernel, matmul, shape);
  return lowerDirectConv(kernel, cast<ir::ConvOp>(op), shape);
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
      if (isPacked(step) && shape.isSimt)
        kernels.rename(kernel, kernel.getName() + describe(step));
      kernels.setGrid(kernel, lower(kernel, step, shape, kernels));
    }
  }
};
} // namespace
