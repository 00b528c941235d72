//===- Calibrate.h - Statistics for quantization and pruning --------------===//
#pragma once
#include "lib/Driver/Pipeline.h"
#include "lib/Driver/TestData.h"
#include "llvm/Support/Error.h"

namespace tern {

/// The inputs in a .npz, .npy or .pb file, or the first test case of a folder;
/// what is expected of them is left out.
llvm::Expected<TestCase> readInputs(const std::string &path,
                                    mlir::MLIRContext *context);

/// Runs the float model on the samples in `data` and remembers what its
/// contractions read. Open dimensions are the data's. Where the model's first
/// dimension is fixed and the data has a multiple of it, the data is cut into
/// samples. Emits diagnostics; returns an exit code.
int calibrate(llvm::StringRef model, const std::string &data,
              mlir::MLIRContext &context, const CompileOptions &options,
              bool withHessians, calib::Statistics &statistics);

/// Puts the statistics that options.compression asks for into it: read from
/// a file, or collected. Emits diagnostics; returns an exit code.
int prepareStatistics(llvm::StringRef model, mlir::MLIRContext &context,
                      CompileOptions &options);

} // namespace tern
