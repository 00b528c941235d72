//===- Executor.h - Something that runs a compiled model ------------------===//
#pragma once
#include "lib/Eval/Tensor.h"
#include "llvm/ADT/StringRef.h"

namespace tern {

/// A compiled model that can be run: in this process, from a library, in an
/// emulator. Inputs and outputs are in the entry's order. Failures are
/// diagnosed where they happen.
class Executor {
public:
  virtual ~Executor();
  virtual mlir::FailureOr<llvm::SmallVector<eval::Tensor>>
  run(llvm::StringRef entry, llvm::ArrayRef<eval::Tensor> inputs) = 0;

  /// Whether the code reads and writes this process's memory.
  virtual bool sharesMemory() const { return false; }
  /// Runs an entry on memory that stays with the caller and has the size of its
  /// inputs and outputs; an output in an input's place has that input's. For
  /// executors that share memory.
  virtual mlir::LogicalResult runOn(llvm::StringRef entry,
                                    llvm::ArrayRef<const void *> inputs,
                                    llvm::ArrayRef<void *> outputs) {
    return mlir::failure();
  }

  /// Runs once more and gives the time of every kernel, in the entry's order,
  /// in seconds. Fails silently where no clock can see kernels.
  virtual mlir::FailureOr<std::vector<double>>
  time(llvm::StringRef entry, llvm::ArrayRef<eval::Tensor> inputs) {
    return mlir::failure();
  }
};

} // namespace tern
