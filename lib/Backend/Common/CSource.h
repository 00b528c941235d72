//===- CSource.h - A model as one C file ----------------------------------===//
#pragma once
#include "lib/Backend/Common/ModelInfo.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/raw_ostream.h"

namespace tern::backend {

/// Prints a module in kern form as one C11 file that needs nothing but a
/// compiler and libm. Kernels that `devices` names are not in it: they are
/// functions of another file, `int32_t <name>(void *const *buffers)`. Emits
/// located diagnostics; nothing is written then.
mlir::LogicalResult printCSource(mlir::ModuleOp module,
                                 const llvm::StringMap<std::string> &devices,
                                 llvm::raw_ostream &os);

} // namespace tern::backend
