//===- Arena.h - Places of buffers in one arena ---------------------------===//
#pragma once
#include "llvm/ADT/ArrayRef.h"
#include <cstdint>
#include <vector>

namespace tern::lowering {

/// A buffer that is alive in steps [first, last].
struct Lifetime {
  int64_t first = 0, last = 0;
  int64_t bytes = 0;
};

struct Arena {
  std::vector<int64_t> offsets; ///< multiples of arenaAlignment
  int64_t bytes = 0;
};

inline constexpr int64_t arenaAlignment = 64;

/// Offsets such that no two buffers alive in one step overlap. Greedy by size
/// (Pisarchyk and Lee, "Efficient memory management for deep neural net
/// inference", 2020): the largest first, each into the tightest gap between
/// those placed that are alive with it, else behind them.
Arena planArena(llvm::ArrayRef<Lifetime> buffers);

} // namespace tern::lowering
