//===- TargetModel.h - A model compiled in memory, ready to run -----------===//
#pragma once
#include "lib/Driver/Session.h"

namespace tern {

/// One kernel of a run.
struct LaunchProfile {
  std::string layer;    ///< the ONNX node's name
  double seconds = 0;   ///< median of the runs
  double predicted = 0; ///< seconds, by the cost model; 0: it has none
};

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

  /// Runs the entry `runs` times and times its kernels. Emits a diagnostic and
  /// fails on targets whose kernels no clock here can see.
  virtual mlir::FailureOr<std::vector<LaunchProfile>>
  profile(llvm::ArrayRef<eval::Tensor> inputs, unsigned runs) = 0;

  /// The names of the outputs, taps ("tap:<id>:<result>") included.
  virtual std::vector<std::string> outputNames() const = 0;
};

} // namespace tern
