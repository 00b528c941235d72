//===- ExecutorHost.h - Run compiled models in this process ---------------===//
#pragma once
#include "lib/Backend/Common/Backend.h"
#include "lib/Backend/Common/ModelInfo.h"
#include "lib/Driver/Executor.h"
#include <memory>

namespace tern {

/// What every executor needs beside the code.
struct ExecutorOptions {
  /// The whole weights file, header included. Copied.
  llvm::ArrayRef<char> weights;
  /// Threads for kernels; 1 passes no tern_execution at all.
  unsigned threads = 1;
};

/// Loads an ELF object of this machine's kind (emitLlvm, LlvmOutput::Object).
/// Null after a diagnostic.
std::unique_ptr<Executor> createJitExecutor(mlir::MLIRContext &context,
                                            const backend::ModelInfo &info,
                                            llvm::StringRef object,
                                            const ExecutorOptions &options);

/// Compiles sources (backend::Executable::Kind::Sources) in a temporary folder
/// and loads the library. Null after a diagnostic.
std::unique_ptr<Executor>
createSourceExecutor(mlir::MLIRContext &context, const backend::ModelInfo &info,
                     const backend::Executable &executable,
                     const ExecutorOptions &options);

} // namespace tern
