//===- FloatTile.h - Float products, a few rows at once -------------------===//
//
// Operands that are floats already, neighbours along K (N x K) or along the
// result's rows (K x N), are read as vectors, and what is read of the
// right-hand side serves several rows of the left one. Attention is made of
// these.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "lib/Methods/FloatTile.h"
#include "passes/Lowering/Direct/Direct.h"

namespace tern::lowering {

/// Columns of a grid point: so few that threads can share a small product.
inline constexpr int64_t tileStrip = 64;

/// The sums of a tile's rows, from `place` on, and of the strip's columns.
void emitFloatTile(Emitter &b, ir::MatmulOp op, const FloatTile &tile,
                   const VectorShape &shape, Strip &strip,
                   mlir::ValueRange place, Columns columns);

} // namespace tern::lowering
