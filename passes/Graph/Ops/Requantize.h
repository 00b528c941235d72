//===- Requantize.h - The ends of integer contractions --------------------===//
#pragma once
#include "passes/Graph/Ops/Quantized.h"

namespace tern::graph {

/// f32(f32(a * b) / c), elementwise with broadcasting; `c` may be null.
mlir::Value combineScales(LocBuilder &b, mlir::Value first, mlir::Value second,
                          mlir::Value divisor = {});

/// The least and greatest code that a requantization may give.
struct CodeRange {
  int64_t low, high;
  explicit CodeRange(ir::QType code)
      : low(code.getMin()), high(code.getMax()) {}
};

/// clip(roundeven(f32(sums) * multiplier) + zero) as codes, in one body.
/// `multiplier` (f32) and `zero` (i32, null for 0) broadcast to the sums.
mlir::Value requantize(LocBuilder &b, mlir::Value sums, mlir::Value multiplier,
                       mlir::Value zero, ir::QType code, CodeRange range);
/// f32(sums) * scale.
mlir::Value scaleSums(LocBuilder &b, mlir::Value sums, mlir::Value scale);
/// a + b with broadcasting, of i32 or f32.
mlir::Value addTensors(LocBuilder &b, mlir::Value a, mlir::Value c);

} // namespace tern::graph
