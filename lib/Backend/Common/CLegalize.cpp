//===- Legalize.cpp - Kernels that C can say ------------------------------===//
//
// C has no half-precision arithmetic: it happens in f32 and is rounded after
// every operation, which for these widths is the correctly rounded result.
//
//===----------------------------------------------------------------------===//
#include "lib/Backend/Common/CLegalize.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace tern;

LogicalResult backend::legalizeForC(ModuleOp module) {
  PassManager manager(module.getContext());
  arith::ArithEmulateUnsupportedFloatsOptions options;
  SmallVector<std::string> sources = {"f16", "bf16"};
  options.sourceTypeStrs = sources;
  options.targetTypeStr = "f32";
  manager.addPass(arith::createArithEmulateUnsupportedFloats(options));
  manager.addPass(math::createMathLegalizeToF32());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  return manager.run(module);
}
