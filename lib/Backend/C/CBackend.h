//===- CBackend.h - Models as portable C ----------------------------------===//
#pragma once
#include "lib/Backend/Common/Backend.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"

namespace tern::backend {

/// Prints a module in kern form as one C11 file that needs nothing but a
/// compiler and libm. Emits located diagnostics; nothing is written then.
mlir::LogicalResult emitC(mlir::ModuleOp module, llvm::raw_ostream &os);

std::unique_ptr<Backend> createCBackend();

} // namespace tern::backend
