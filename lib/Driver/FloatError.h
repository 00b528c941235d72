//===- FloatError.h - How far a quantized model is from the float one -----===//
#pragma once
#include "lib/Driver/Session.h"
#include "llvm/Support/raw_ostream.h"

namespace tern {

/// The distance between two results, over all elements.
struct FloatError {
  /// Root of the sum of squared differences by that of squared values.
  double relative = 0;
  double greatest = 0;
  /// Rows (all but the last dimension) whose greatest element is at the same
  /// place in both.
  int64_t sameChoice = 0, rows = 0;
};

/// Null tensors and types that differ are the caller's mistake.
FloatError floatError(const eval::Tensor &exact, const eval::Tensor &got);

/// Runs the session's float model and prints a line for each output.
mlir::LogicalResult printFloatError(const Session &session,
                                    llvm::ArrayRef<eval::Tensor> outputs,
                                    llvm::raw_ostream &os);

} // namespace tern
