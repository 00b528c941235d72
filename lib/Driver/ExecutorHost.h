//===- ExecutorHost.h - Run compiled models in this process ---------------===//
#pragma once
#include "lib/Backend/Common/ModelInfo.h"
#include "lib/Driver/Executor.h"
#include <memory>

namespace tern {

/// What every executor needs beside the code.
struct ExecutorOptions {
  /// The whole weights file, header included. Copied.
  llvm::ArrayRef<char> weights;
  /// Threads for kernels; 1 passes no tern_threads at all.
  unsigned threads = 1;
};

/// Loads an ELF object of this machine's kind (emitLlvm, LlvmOutput::Object).
/// Null after a diagnostic.
std::unique_ptr<Executor> createJitExecutor(mlir::MLIRContext &context,
                                            const backend::ModelInfo &info,
                                            llvm::StringRef object,
                                            const ExecutorOptions &options);

/// Compiles printed C with the system's clang and loads it. Null after a
/// diagnostic.
std::unique_ptr<Executor> createCExecutor(mlir::MLIRContext &context,
                                          const backend::ModelInfo &info,
                                          llvm::StringRef source,
                                          const ExecutorOptions &options);

} // namespace tern
