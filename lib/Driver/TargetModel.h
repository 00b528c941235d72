//===- TargetModel.h - A model compiled in memory, ready to run -----------===//
#pragma once
#include "lib/Driver/Session.h"

namespace tern {

/// A model on a target, or the reference evaluator standing for one (target
/// "reference"): what `run` and `verify` use. Host code runs in this process,
/// RISC-V code in qemu, printed C through the system's compiler.
class TargetModel {
public:
  virtual ~TargetModel();

  /// Compiles a copy of the session's model. Null after a diagnostic.
  static std::unique_ptr<TargetModel> create(const Session &session,
                                             const CompileOptions &options,
                                             unsigned threads = 1);

  /// Runs the entry. Emits a diagnostic and fails when it does not run.
  virtual mlir::FailureOr<std::vector<eval::Tensor>>
  run(llvm::ArrayRef<eval::Tensor> inputs) = 0;

  /// The names of the outputs, taps ("tap:<id>:<result>") included.
  virtual std::vector<std::string> outputNames() const = 0;
};

} // namespace tern
