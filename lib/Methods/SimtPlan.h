//===- SimtPlan.h - How the kernels of a GPU cut their work ---------------===//
//
// passes/Lowering/Simt writes the kernels, lib/CostModel prices them: both read
// their tiles here.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "dialects/Tern/Layout.h"

namespace tern {

inline constexpr int64_t warpLanes = 32;
/// Threads of a block where any number would do.
inline constexpr int64_t gridThreads = 256;

/// Blocks on matrix units.
struct MmaBlocks {
  /// Rows of inputs and of weights that a block has, and its warps.
  int64_t blockM, blockN, warpsM, warpsN;
  /// Blocks of K under way while one is multiplied.
  int64_t lookahead;
};

/// The blocks for `m` rows of inputs: of integers, or of f16 with weights in
/// fragments.
MmaBlocks planMmaBlocks(int64_t m, const PackedMatrix &weights, bool isInteger);

/// Blocks of lanes that use weights where they arrive.
struct GemvBlocks {
  static constexpr int64_t warps = 4;
  /// Words of 4 inputs that a lane reads at once.
  static constexpr int64_t words = 4;
  /// A warp for each tile of weights and row of inputs.
  int64_t points, blocks;
};

GemvBlocks planGemvBlocks(int64_t m, const PackedMatrix &weights);

} // namespace tern
