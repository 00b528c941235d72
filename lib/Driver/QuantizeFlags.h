//===- QuantizeFlags.h - What a user asks of quantization -----------------===//
#pragma once
#include "lib/Driver/Commands.h"

namespace tern::driver {

/// The options of commands that quantize or prune a float model on the way.
struct QuantizeFlags {
  explicit QuantizeFlags(llvm::cl::SubCommand &sub);

  /// Adds them to `options`, with the statistics they name. Emits diagnostics;
  /// returns an exit code.
  int addTo(CompileOptions &options, llvm::StringRef model,
            mlir::MLIRContext &context) const;

private:
  llvm::cl::opt<std::string> quantize, rounding, budget, candidates, sparsity,
      pruneBy, statistics, calib;
};

} // namespace tern::driver
