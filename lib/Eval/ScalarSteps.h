//===- ScalarSteps.h - One function per scalar operation ------------------===//
#pragma once
#include "lib/Eval/ScalarProgram.h"

namespace tern::eval {

/// The table of scalar operations; friend of ScalarProgram.
struct Steps {
  using Step = ScalarProgram::Step;
  using RunFn = mlir::LogicalResult (*)(ScalarProgram &, const Step &, int);

  /// The function that runs `op`; null when it is no scalar operation. Fills
  /// `detail` of the step where the operation has attributes.
  static RunFn find(mlir::Operation &op, int64_t &detail);

  /// Whether correct implementations of `op` differ in the last places.
  static bool isInexact(mlir::Operation &op);

  static Scalar *reg(ScalarProgram &p, int index) { return p.reg(index); }
};

} // namespace tern::eval
