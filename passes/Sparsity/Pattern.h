//===- Pattern.h - N:M as a user writes it --------------------------------===//
#pragma once
#include "llvm/ADT/StringRef.h"
#include <optional>

namespace tern::sparsity {

struct NmPattern {
  int64_t n = 0, m = 0;
};

/// "2:4"; nothing unless 1 <= N < M.
inline std::optional<NmPattern> parseNm(llvm::StringRef text) {
  NmPattern pattern;
  auto [n, m] = text.split(':');
  if (n.getAsInteger(10, pattern.n) || m.getAsInteger(10, pattern.m) ||
      pattern.n < 1 || pattern.n >= pattern.m)
    return std::nullopt;
  return pattern;
}

} // namespace tern::sparsity
