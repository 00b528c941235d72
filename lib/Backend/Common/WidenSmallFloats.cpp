//===- WidenSmallFloats.cpp - f16 and bf16 as storage ---------------------===//
#include "lib/Backend/Common/WidenSmallFloats.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"

using namespace mlir;

void tern::backend::addWidenSmallFloats(PassManager &manager) {
  arith::ArithEmulateUnsupportedFloatsOptions options;
  SmallVector<std::string> sources = {"f16", "bf16"};
  options.sourceTypeStrs = sources;
  options.targetTypeStr = "f32";
  manager.addPass(arith::createArithEmulateUnsupportedFloats(options));
  manager.addPass(math::createMathLegalizeToF32());
}
