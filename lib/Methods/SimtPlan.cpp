//===- SimtPlan.cpp - How the kernels of a GPU cut their work -------------===//
#include "lib/Methods/SimtPlan.h"

using namespace tern;

MmaBlocks tern::planMmaBlocks(int64_t m, const PackedMatrix &weights,
                              bool isInteger) {
  MmaBlocks blocks;
  blocks.blockN = isInteger
                      ? weights.getRows()
                      : std::min<int64_t>(32, llvm::alignTo(weights.getN(), 8));
  // Four warps: along M as far as there are rows, then along N.
  blocks.warpsM = m > 32 ? 4 : m > 16 ? 2 : 1;
  blocks.warpsN = 4 / blocks.warpsM;
  while (blocks.warpsN > 1 && blocks.blockN / 8 % blocks.warpsN)
    blocks.warpsN /= 2;
  blocks.blockM = 16 * blocks.warpsM;
  blocks.lookahead = std::min<int64_t>(2, weights.getBlocks());
  return blocks;
}

GemvBlocks tern::planGemvBlocks(int64_t m, const PackedMatrix &weights) {
  int64_t points = m * weights.getTiles();
  return {points,
          static_cast<int64_t>(llvm::divideCeil(points, GemvBlocks::warps))};
}
