//===- Compile.h - From a model to the files of a library -----------------===//
#pragma once
#include "lib/Driver/OutputFolder.h"
#include "lib/Driver/Pipeline.h"

namespace tern {

/// What `--emit` writes beside header, weights and report.
enum class EmitKind { Library, Object, Assembly, LLVM, MLIR, C };

struct EmitOptions {
  EmitKind kind = EmitKind::Library;
  /// Write <name>.d, naming every file that the output depends on.
  bool depfile = false;
  /// The model's path, for the depfile.
  std::string model;
};

/// Prints the IR as it stands after `stage`, large constants elided.
/// Returns an exit code.
int printStage(llvm::StringRef model, mlir::MLIRContext &context,
               const CompileOptions &options, Stage stage,
               llvm::raw_ostream &os);

/// Runs every stage on an imported module and writes the files into `folder`,
/// committed on success. Returns an exit code.
int compileInto(mlir::ModuleOp module, const CompileOptions &options,
                const EmitOptions &emission, OutputFolder &folder);

/// The code of a module in kern form for its target, as `kind` says.
/// Emits diagnostics.
mlir::LogicalResult emitCode(mlir::ModuleOp kern, EmitKind kind,
                             llvm::raw_ostream &os);

} // namespace tern
