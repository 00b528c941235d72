//===- CLegalize.cpp - Kernels that C can say -----------------------------===//
//
// C has no half-precision arithmetic: it happens in f32 and is rounded after
// every operation, which for these widths is the correctly rounded result.
//
//===----------------------------------------------------------------------===//
#include "lib/Backend/Common/CLegalize.h"
#include "lib/Backend/Common/WidenSmallFloats.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace tern;

LogicalResult backend::legalizeForC(ModuleOp module) {
  // A hint; C's compilers give it themselves, or not at all.
  module.walk([](memref::PrefetchOp op) { op.erase(); });
  PassManager manager(module.getContext());
  addWidenSmallFloats(manager);
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  return manager.run(module);
}
