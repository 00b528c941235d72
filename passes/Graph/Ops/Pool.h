//===- Pool.h - Pools of tensor-level values ------------------------------===//
#pragma once
#include "passes/Graph/Ops/Support.h"

namespace tern::graph {

/// The averages over the node's windows of `x`, of f32 or f64 and of operand
/// 0's shape.
mlir::FailureOr<mlir::Value> averagePool(Expansion &e, mlir::Value x);

} // namespace tern::graph
