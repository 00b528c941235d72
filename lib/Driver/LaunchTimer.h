//===- LaunchTimer.h - How long each kernel of a run takes ----------------===//
#pragma once
#include "tern/runtime.h"
#include <utility>
#include <vector>

namespace tern {

/// Stands between a model and what it runs on, and takes the time of every
/// kernel.
class LaunchTimer {
public:
  /// `inner` does the work; null: the calling thread.
  explicit LaunchTimer(const tern_execution *inner);
  LaunchTimer(const LaunchTimer &) = delete;

  /// What to hand to the model's run.
  const tern_execution *get() const { return &threads; }
  /// The kernels of the runs since the last call, in order, in seconds.
  std::vector<double> take() { return std::exchange(seconds, {}); }

private:
  void time(int64_t trip, tern_kernel kernel, void *const *buffers);

  const tern_execution *inner;
  tern_execution threads = {};
  std::vector<double> seconds;
};

} // namespace tern
