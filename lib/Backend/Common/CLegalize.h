//===- Legalize.h - Kernels that C can say --------------------------------===//
#pragma once
#include "mlir/IR/BuiltinOps.h"

namespace tern::backend {

/// Leaves f16 and bf16 as storage only, everything folded, nothing dead.
mlir::LogicalResult legalizeForC(mlir::ModuleOp module);

} // namespace tern::backend
