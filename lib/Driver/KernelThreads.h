//===- KernelThreads.h - Threads for the kernels of a compiled model ------===//
#pragma once
#include "tern/runtime.h"
#include <memory>

namespace tern {

/// A fixed set of threads behind the ABI's tern_execution. Grids are split
/// evenly and statically, so that a thread meets the same weights every run.
/// One run at a time.
class KernelThreads {
public:
  /// `count` threads, the caller's included.
  explicit KernelThreads(unsigned count);
  ~KernelThreads();
  const tern_execution *get() const { return &threads; }

private:
  struct Impl;
  std::unique_ptr<Impl> impl;
  tern_execution threads = {};
};

} // namespace tern
