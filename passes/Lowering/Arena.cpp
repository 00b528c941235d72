//===- Arena.cpp - Places of buffers in one arena -------------------------===//
#include "passes/Lowering/Arena.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace tern::lowering;

static bool aliveTogether(const Lifetime &a, const Lifetime &b) {
  return a.first <= b.last && b.first <= a.last;
}

/// The tightest gap of `bytes` between `placed` pieces (offset, bytes), sorted
/// by offset; behind the last where none is wide enough.
static int64_t findPlace(llvm::ArrayRef<std::pair<int64_t, int64_t>> placed,
                         int64_t bytes) {
  int64_t best = -1, bestGap = INT64_MAX, end = 0;
  for (auto [offset, size] : placed) {
    int64_t gap = offset - end;
    if (gap >= bytes && gap < bestGap) {
      best = end;
      bestGap = gap;
    }
    end = std::max(end, offset + size);
  }
  return best < 0 ? end : best;
}

Arena tern::lowering::planArena(llvm::ArrayRef<Lifetime> buffers) {
  Arena arena;
  arena.offsets.assign(buffers.size(), -1);
  std::vector<size_t> order(buffers.size());
  std::iota(order.begin(), order.end(), 0);
  llvm::stable_sort(order, [&](size_t a, size_t b) {
    return buffers[a].bytes > buffers[b].bytes;
  });
  for (size_t i : order) {
    std::vector<std::pair<int64_t, int64_t>> placed;
    for (size_t j : order)
      if (arena.offsets[j] >= 0 && aliveTogether(buffers[i], buffers[j]))
        placed.push_back({arena.offsets[j],
                          llvm::alignTo(buffers[j].bytes, arenaAlignment)});
    llvm::sort(placed);
    int64_t bytes = llvm::alignTo(buffers[i].bytes, arenaAlignment);
    arena.offsets[i] = findPlace(placed, bytes);
    arena.bytes = std::max(arena.bytes, arena.offsets[i] + bytes);
  }
  return arena;
}
