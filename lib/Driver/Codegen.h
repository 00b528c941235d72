//===- Codegen.h - Which backend a machine's code comes from --------------===//
#pragma once
#include "lib/Driver/Executor.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"
#include <memory>

namespace tern {

/// What `--emit` writes beside header, weights and report.
enum class EmitKind { Library, Object, Assembly, LLVM, MLIR, C };

/// The code of a module in kern form for its target, as `kind` says. Refuses
/// kinds that the target's backend does not have. Emits diagnostics.
mlir::LogicalResult emitCode(mlir::ModuleOp kern, EmitKind kind,
                             llvm::raw_ostream &os);

/// Compiles a module in kern form and loads it where it can run: host code in
/// this process, RISC-V code in qemu, C through the system's compiler. Null
/// after a diagnostic.
std::unique_ptr<Executor> createExecutor(mlir::ModuleOp kern,
                                         unsigned threads = 1);

} // namespace tern
