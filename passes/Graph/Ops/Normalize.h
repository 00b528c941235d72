//===- Normalize.h - Softmax and normalization of float tensors -----------===//
#pragma once
#include "passes/Graph/Ops/Support.h"

namespace tern::graph {

/// The type that normalizations calculate in: f64 stays, all else is f32.
mlir::Type wideType(LocBuilder &b, mlir::Type element);
/// Operand `i` in its wideType; refuses other types than floats.
mlir::FailureOr<mlir::Value> wideOperand(Expansion &e, unsigned i);

/// exp(x - max) / sum over `axes`, of f32 or f64.
mlir::Value softmax(LocBuilder &b, mlir::Value x, llvm::ArrayRef<int64_t> axes);
/// x - max - log(sum of exp(x - max)).
mlir::Value logSoftmax(LocBuilder &b, mlir::Value x,
                       llvm::ArrayRef<int64_t> axes);

/// The mean over `axes`, which stay with size 1.
mlir::Value meanOver(LocBuilder &b, mlir::Value x,
                     llvm::ArrayRef<int64_t> axes);

/// What a normalization calculates on the way.
struct Normalized {
  mlir::Value value, mean, inverse; ///< mean is null when not subtracted
};
/// (x - mean) / sqrt(mean of (x - mean)^2 + epsilon), over `axes`; without
/// the mean when `centered` is false.
Normalized normalizeOver(LocBuilder &b, mlir::Value x,
                         llvm::ArrayRef<int64_t> axes, double epsilon,
                         bool centered = true);
/// x * scale + bias with broadcasting; bias may be null.
mlir::Value scaleAndShift(LocBuilder &b, mlir::Value x, mlir::Value scale,
                          mlir::Value bias);

} // namespace tern::graph
