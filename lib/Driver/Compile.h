//===- Compile.h - From a model to the files of a library -----------------===//
#pragma once
#include "lib/Driver/Codegen.h"
#include "lib/Driver/OutputFolder.h"
#include "lib/Driver/Pipeline.h"

namespace tern {

struct EmitOptions {
  EmitKind kind = EmitKind::Default;
  /// Write <name>.d, naming every file that the output depends on.
  bool depfile = false;
  /// Write the code's earlier forms, too: kern form, and what the backend can
  /// print.
  bool saveTemps = false;
  /// The model's path, and the files that it names, for the depfile.
  std::string model;
  std::vector<std::string> externalData;
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

} // namespace tern
