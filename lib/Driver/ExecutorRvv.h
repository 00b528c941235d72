//===- ExecutorRvv.h - Run compiled models under a RISC-V emulator --------===//
#pragma once
#include "lib/Backend/Common/ModelInfo.h"
#include "lib/Driver/Executor.h"
#include <memory>
#include <string>
#include <vector>

namespace tern {

/// Code for riscv64 and what belongs to it.
struct RvvModel {
  backend::ModelInfo info;
  std::string object;        ///< emitLlvm, LlvmOutput::Object
  std::vector<char> weights; ///< the whole file, header included
};

/// One run of one of the models.
struct RvvJob {
  unsigned model = 0;
  std::string entry;
  llvm::SmallVector<eval::Tensor> inputs;
};

struct RvvResult {
  std::string error; ///< empty: it ran
  llvm::SmallVector<eval::Tensor> outputs;
};

struct RvvOptions {
  unsigned vlen = 128; ///< 128, 256, 512, 1024
  unsigned seconds = 300;
};

/// A static executable of several models, for many runs: linking and starting
/// the emulator cost far more than most runs do.
class RvvProgram {
public:
  /// Links. Models need different names. Null after a diagnostic.
  static std::unique_ptr<RvvProgram> create(mlir::MLIRContext &context,
                                            std::vector<RvvModel> models);
  ~RvvProgram();

  /// Runs all jobs in order. A job that crashes or runs out of time fails
  /// alone; the diagnosed failure of the whole is one of the environment.
  mlir::FailureOr<std::vector<RvvResult>> run(llvm::ArrayRef<RvvJob> jobs,
                                              const RvvOptions &options = {});

private:
  RvvProgram();
  struct Impl;
  std::unique_ptr<Impl> impl;
};

/// One model as an executor.
std::unique_ptr<Executor> createRvvExecutor(mlir::MLIRContext &context,
                                            RvvModel model,
                                            const RvvOptions &options = {});

} // namespace tern
