//===- CudaHost.h - The ABI of a compiled model around CUDA kernels -------===//
#pragma once
#include "lib/Backend/Common/ModelInfo.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/raw_ostream.h"

namespace tern::backend {

/// Prints what include/tern/runtime.h promises around kernels that have been
/// printed, as functions that the host runs. `names` gives the name of every
/// kernel, by symbol.
void printCudaModel(const ModelInfo &info, mlir::ModuleOp module,
                    const llvm::StringMap<std::string> &names,
                    llvm::raw_ostream &os);

} // namespace tern::backend
