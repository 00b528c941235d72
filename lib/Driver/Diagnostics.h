//===- Diagnostics.h - Diagnostics as users read them ---------------------===//
#pragma once
#include "mlir/IR/MLIRContext.h"

namespace tern {

/// From now on the context's diagnostics go to standard error as
/// `file: node: error: text`, each followed by its notes.
void printDiagnostics(mlir::MLIRContext &context);

} // namespace tern
