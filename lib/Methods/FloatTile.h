//===- FloatTile.h - Float products as they are, a few rows at once -------===//
#pragma once
#include "lib/Methods/VectorShape.h"

namespace tern {

/// Lanes of the vectors, and sums of a float dot product that lie side by side.
inline constexpr int64_t floatLanes = 16;

/// How many rows and columns of a result one pass over K makes, where operands
/// that are floats already are neighbours along K (N x K) or along the result's
/// rows (K x N): what is read of the right-hand side serves all of the rows.
struct FloatTile {
  int64_t rows;    ///< divides the rows of the result
  int64_t columns; ///< divides its columns, and a power of two up to 64
};

/// None where lanes do not fit the operands (tensors or memory), or the target
/// has no vectors.
std::optional<FloatTile> planFloatTile(ir::MatmulOp op,
                                       const VectorShape &shape);

} // namespace tern
