//===- DynamicCodes.h - Activations quantized while running ---------------===//
#pragma once
#include "dialects/Tern/Tern.h"
#include "passes/Graph/Ops/Build.h"

namespace tern::graph {

/// A real operand that is codes times, or divided by, one number for each row.
struct DynamicCodes {
  mlir::Value codes; ///< int8 or uint8, of the operand's shape
  mlir::Value scale; ///< f32, of the operand's shape with 1 in the last place
  bool divides = false;

  ir::QType code() const;
  /// `value`, which has the operand's rows, scaled as the codes are.
  mlir::Value apply(LocBuilder &b, mlir::Value value) const;
};

/// Recognises what exporters write for activations that are quantized for each
/// token: whole numbers between bounds of 8 bits (round, then clip), times or
/// divided by a value that is the same along the last dimension. Emits the
/// conversion to codes.
std::optional<DynamicCodes> dynamicCodes(LocBuilder &b, mlir::Value real);

} // namespace tern::graph
