//===- IntegerSums.h - Sums of dequantized codes in integers --------------===//
#pragma once
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "passes/Graph/CodeOperands.h"

namespace tern::graph {

/// Sums dequantized codes as i32 where `op` is such a sum. A mean of it that is
/// quantized is requantized by f32(s / f32(sy * count)).
void rewriteSum(LocBuilder &b, mlir::linalg::GenericOp op,
                ConstantFn constantOf);

} // namespace tern::graph
