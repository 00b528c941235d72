//===- StageRate.h - What a stage must read before it can write -----------===//
//
// Where a value takes two ways and they meet again, the shorter way has to hold
// what passes while the longer one has nothing to show yet. How much that is
// follows from counting words, not from timing: a queue of that depth cannot
// block, whatever the stages' speeds.
//
//===----------------------------------------------------------------------===//
#pragma once
#include <cstdint>
#include <vector>

namespace tern {

/// A stage that reads words of one stream and writes words of another.
struct StageRate {
  /// In groups: `reads` words for every `writes`.
  static StageRate grouped(int64_t reads, int64_t writes);
  /// A sliding window: each row of results writes `rowWrites` words after
  /// reading the plane's rows up to `reach` behind row * stride.
  static StageRate window(int64_t rows, int64_t rowWrites, int64_t stride,
                          int64_t reach, int64_t height, int64_t rowReads);

  /// Words read before word `index` (from 0) is written.
  int64_t readsBefore(int64_t index) const;

private:
  bool isWindow = false;
  int64_t reads = 1, writes = 1;
  int64_t rows = 0, stride = 0, reach = 0, height = 0;
};

/// The same through several stages, the first one first.
int64_t readsBefore(const std::vector<StageRate> &way, int64_t index);

/// The depth of the queue at the start of a way, such that a join of `words`
/// words with `other` never waits for it in vain.
int64_t depthBeside(const std::vector<StageRate> &way,
                    const std::vector<StageRate> &other, int64_t words);

} // namespace tern
