//===- LlvmAbi.h - The ABI of a compiled model as LLVM IR -----------------===//
#pragma once
#include "lib/Backend/Common/ModelInfo.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/IR/Module.h"

namespace tern::backend {

/// Adds to the kernels of `module` (see lowerKernels) what include/tern/
/// runtime.h promises: the tables, init, run, and the one exported symbol.
mlir::LogicalResult addAbi(llvm::Module &code, mlir::ModuleOp module,
                           const ModelInfo &info);

} // namespace tern::backend
