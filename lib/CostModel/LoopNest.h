//===- LoopNest.h - Accesses of a mapped loop nest, counted exactly -------===//
//
// A problem (dimensions, and data spaces that are affine projections of them),
// a mapping (which loops run at which level of memory, in which order, and what
// each level keeps) and the counts that follow: reads, fills and updates of
// every level and data space. The rules are Timeloop's (Parashar et al.,
// "Timeloop: a systematic approach to DNN accelerator evaluation", ISPASS
// 2019), as its reference outputs show them; docs/energy.md states them. Pure
// functions of the nest.
//
//===----------------------------------------------------------------------===//
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace tern {

/// A data space of a nest. Each of its indices is a sum of stride * dimension:
/// `h = 2 p + r` of a convolution of stride 2 is {{P, 2}, {R, 1}}.
struct DataSpace {
  struct Term {
    unsigned dim;
    int64_t stride;
  };
  std::string name;
  std::vector<std::vector<Term>> indices;
  /// Accumulated over the dimensions that no index has; the others are read.
  bool isOutput = false;

  bool dependsOn(unsigned dim) const;
  /// Elements of the box that `sizes` points along each dimension touch.
  int64_t tileSize(const std::vector<int64_t> &sizes) const;
};

/// A loop over a part of a dimension: one iteration after the other, or all at
/// once on as many instances of what lies further in.
struct Loop {
  unsigned dim;
  int64_t bound;
  bool isSpatial = false;
};

/// A level of memory, and the loops that run between it and the next one in.
struct NestLevel {
  /// Outermost first. The spatial ones make the instances below.
  std::vector<Loop> loops;
  /// By data space: kept here, or passed by.
  std::vector<bool> keeps;
  /// Whether one read serves all instances below that want the same data.
  bool multicasts = true;
};

struct LoopNest {
  unsigned numDims = 0;
  std::vector<DataSpace> spaces;
  /// Innermost first; the outermost one keeps every data space.
  std::vector<NestLevel> levels;
};

/// Accesses of one instance of a level to one data space, in elements.
struct AccessCounts {
  int64_t tile = 0;    ///< elements held at a time
  int64_t reads = 0;   ///< for the next level in, and to accumulate
  int64_t fills = 0;   ///< written from the next level out
  int64_t updates = 0; ///< partial or final sums that arrive from further in
};

struct NestCounts {
  /// By level, by data space; zeros where a level does not keep one.
  std::vector<std::vector<AccessCounts>> accesses;
  /// By level: instances that the spatial loops further out use.
  std::vector<int64_t> instances;
  int64_t macs = 0;
  /// Iterations of the loops in time: one multiply-accumulate in each instance.
  int64_t cycles = 0;
};

NestCounts countAccesses(const LoopNest &nest);

/// What one level's accesses cost. A vector access moves `wordsPerAccess`
/// elements of each of `cluster` neighbouring instances at once.
struct AccessCost {
  double readPj = 0, writePj = 0;
  int64_t wordsPerAccess = 1, cluster = 1;
  /// Instances that there are, used or not.
  int64_t instances = 1;
};

/// Picojoules of one level's accesses to a data space, in all instances.
double accessEnergy(const AccessCounts &counts, int64_t instances,
                    const AccessCost &cost);

} // namespace tern
