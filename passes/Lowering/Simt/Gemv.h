//===- Gemv.h - A few rows of inputs times packed weights -----------------===//
//
// With few rows of inputs the weights' bytes are what counts: every lane of a
// warp reads 16 of them at once, the warp 512 neighbours, and each is used
// where it arrives. A warp has four rows of weights, whose codes share the
// inputs; the lanes' sums meet at the end.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/Lowering/PackedOp.h"

namespace tern::lowering {

/// Replaces the integer matmul `op` of `kernel`, whose weights are in tiles of
/// gemvRows rows and 16 bytes. `alignment` is that of the inputs' first byte.
/// Returns the number of blocks.
int64_t lowerGemv(mlir::func::FuncOp kernel, mlir::Operation *op,
                  int64_t alignment);

} // namespace tern::lowering
