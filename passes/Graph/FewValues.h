//===- FewValues.h - Activations that take only a few values --------------===//
#pragma once
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/Graph/EpilogueChain.h"

namespace tern::graph {

/// Recognises inputs of contractions that are bits or signs times one number:
/// what an element can be follows from the scalar bodies that compute it, as in
/// Where(x >= 0, c, -c), 2 * Cast(x > 0) - 1, Sign(Sign(x) + 0.1). They become
/// codes: binary (-c, c), uint1 (0, c), ternary (-c, 0, c: Sign alone), times
/// c, and codes of more bits narrower ones. NaN aside, nothing changes.
void codeFewValues(mlir::func::FuncOp entry, ConstantFn constantOf);

} // namespace tern::graph
