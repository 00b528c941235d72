//===- Codegen.h - Code of a module, and something that runs it -----------===//
#pragma once
#include "lib/Backend/Common/Backend.h"
#include "lib/Driver/Executor.h"
#include <memory>

namespace tern {

using backend::EmitKind;

/// Refuses, with a diagnostic, targets that this build has no backend for and
/// kinds that the backend does not have.
mlir::LogicalResult requireKind(mlir::ModuleOp module, EmitKind kind);

/// The code of a module in kern form for its target, as `kind` says; `stem`
/// begins the names of the files. Refuses kinds that the target's backend does
/// not have. Emits diagnostics.
mlir::LogicalResult emitCode(mlir::ModuleOp kern, EmitKind kind,
                             llvm::StringRef stem, backend::OutputFiles &files);

/// Whether the backend of the module's target has that kind.
bool canEmit(mlir::ModuleOp kern, EmitKind kind);

/// Compiles a module in kern form and loads it where it can run: in this
/// process, or in an emulator. A note about where goes to standard error. Null
/// after a diagnostic.
std::unique_ptr<Executor> createExecutor(mlir::ModuleOp kern,
                                         unsigned threads = 1);

} // namespace tern
