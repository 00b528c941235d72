//===- EpilogueChain.h - What follows a contraction -----------------------===//
#pragma once
#include "dialects/Tern/Tern.h"
#include "lib/Eval/Tensor.h"
#include <cmath>
#include <optional>

namespace tern::graph {

/// Evaluates a value that depends on constants only; nothing otherwise.
using ConstantFn = llvm::function_ref<std::optional<eval::Tensor>(mlir::Value)>;

/// The operations after a contraction, each the only user of the one before:
/// reshapes, an addition per channel, bounds, a quantization.
struct EpilogueChain {
  /// The addend as it is in the IR: constant, one element or one for each
  /// channel. Null when there is none.
  mlir::Value bias;
  /// The value with the bias added, and the reshapes before it.
  mlir::Value biased;
  llvm::SmallVector<mlir::Operation *> reshapesToBias;
  /// The bounds between the bias and the quantization.
  float low = -INFINITY, high = INFINITY;
  /// The quantization at the end (one scale, integer codes) and all reshapes
  /// before it. Null when the chain does not end in one.
  ir::QuantizeOp quantize;
  llvm::SmallVector<mlir::Operation *> reshapes;
};

/// Follows the uses of `value`, whose channels are dimension `channelDim`.
EpilogueChain followChain(mlir::Value value, int64_t channelDim,
                          ConstantFn constantOf);

} // namespace tern::graph
