//===- SinkDequantize.h - Move data as codes ------------------------------===//
#pragma once
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tern::graph {

/// Moves every tern.dequantize behind what only moves its elements (reshapes,
/// transposes, slices), so that codes are moved and contractions see them.
void sinkDequantize(mlir::func::FuncOp entry);

} // namespace tern::graph
