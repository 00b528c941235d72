//===- LoopNest.cpp - Accesses of a mapped loop nest, counted exactly -----===//
//
// Everything follows from two numbers of each level and data space: the tile
// that the loops further in touch, and how often the loops further out move it.
//
//===----------------------------------------------------------------------===//
#include "lib/CostModel/LoopNest.h"
#include <algorithm>
#include <optional>

using namespace tern;

bool DataSpace::dependsOn(unsigned dim) const {
  for (const std::vector<Term> &index : indices)
    for (const Term &term : index)
      if (term.dim == dim)
        return true;
  return false;
}

int64_t DataSpace::tileSize(const std::vector<int64_t> &sizes) const {
  int64_t size = 1;
  for (const std::vector<Term> &index : indices) {
    int64_t extent = 1;
    for (const Term &term : index)
      extent += term.stride * (sizes[term.dim] - 1);
    size *= extent;
  }
  return size;
}

namespace {
/// Counts one data space of a nest.
class Counter {
public:
  Counter(const LoopNest &nest, const DataSpace &space, unsigned index)
      : nest(nest), space(space), index(index) {}

  AccessCounts count(unsigned level) const;

private:
  /// The next level in that keeps the data space; nothing: the arithmetic.
  std::optional<unsigned> childOf(unsigned level) const;
  bool isOutermost(unsigned level) const;
  std::vector<int64_t> sizesWithin(unsigned level) const;
  std::vector<Loop> temporalLoopsAbove(unsigned level) const;
  int64_t elementsMoved(unsigned level) const;
  int64_t distinctElements(unsigned level) const;
  int64_t newAfterStep(const std::vector<int64_t> &sizes, const Loop &loop,
                       int64_t step) const;
  int64_t servedBelow(unsigned level) const;

  const LoopNest &nest;
  const DataSpace &space;
  unsigned index;
};
} // namespace

std::optional<unsigned> Counter::childOf(unsigned level) const {
  while (level > 0)
    if (nest.levels[--level].keeps[index])
      return level;
  return std::nullopt;
}

bool Counter::isOutermost(unsigned level) const {
  for (unsigned i = level + 1; i < nest.levels.size(); ++i)
    if (nest.levels[i].keeps[index])
      return false;
  return true;
}

/// The iterations of each dimension that the loops of `level` and of those
/// further in make.
std::vector<int64_t> Counter::sizesWithin(unsigned level) const {
  std::vector<int64_t> sizes(nest.numDims, 1);
  for (unsigned i = 0; i <= level; ++i)
    for (const Loop &loop : nest.levels[i].loops)
      sizes[loop.dim] *= loop.bound;
  return sizes;
}

/// Outermost first, without those that run once.
std::vector<Loop> Counter::temporalLoopsAbove(unsigned level) const {
  std::vector<Loop> loops;
  for (unsigned i = nest.levels.size(); --i > level;)
    for (const Loop &loop : nest.levels[i].loops)
      if (!loop.isSpatial && loop.bound > 1)
        loops.push_back(loop);
  return loops;
}

/// Elements of the tile that one step of `loop`, by `step` points, brings.
int64_t Counter::newAfterStep(const std::vector<int64_t> &sizes,
                              const Loop &loop, int64_t step) const {
  int64_t kept = 1;
  for (const auto &index : space.indices) {
    int64_t extent = 1, shift = 0;
    for (const DataSpace::Term &term : index) {
      extent += term.stride * (sizes[term.dim] - 1);
      if (term.dim == loop.dim)
        shift += term.stride * step;
    }
    kept *= std::max<int64_t>(0, extent - shift);
  }
  return space.tileSize(sizes) - kept;
}

/// Elements that the loops outside of `level` bring into one instance of it,
/// all tiles together. A tile stays while the innermost loops do not move it;
/// it keeps what two neighbouring windows share when the loop that moves them
/// is the innermost one.
int64_t Counter::elementsMoved(unsigned level) const {
  std::vector<int64_t> sizes = sizesWithin(level);
  int64_t tile = space.tileSize(sizes);
  std::vector<Loop> loops = temporalLoopsAbove(level);
  size_t all = loops.size();
  while (!loops.empty() && !space.dependsOn(loops.back().dim))
    loops.pop_back();
  if (loops.empty())
    return tile;
  int64_t visits = 1;
  for (const Loop &loop : loops)
    visits *= loop.bound;
  if (loops.size() != all)
    return visits * tile;
  // One step of the innermost loop passes what spatial loops spread out, too.
  const Loop &inner = loops.back();
  int64_t step = sizes[inner.dim];
  for (unsigned i = level + 1; i < nest.levels.size(); ++i) {
    bool done = false;
    for (auto it = nest.levels[i].loops.rbegin();
         it != nest.levels[i].loops.rend(); ++it) {
      done |= !it->isSpatial && it->bound > 1;
      if (it->isSpatial && !done && it->dim == inner.dim)
        step *= it->bound;
    }
    if (done)
      break;
  }
  int64_t sweeps = visits / inner.bound;
  return sweeps * (tile + (inner.bound - 1) * newAfterStep(sizes, inner, step));
}

/// Different elements that one instance of `level` sees (of data spaces that
/// no window slides over).
int64_t Counter::distinctElements(unsigned level) const {
  int64_t elements = space.tileSize(sizesWithin(level));
  for (const Loop &loop : temporalLoopsAbove(level))
    if (space.dependsOn(loop.dim))
      elements *= loop.bound;
  return elements;
}

/// Elements that pass between one instance of `level` and what lies further
/// in: one read serves every instance that wants the same tile, and sums of
/// one element are added on the way.
int64_t Counter::servedBelow(unsigned level) const {
  std::optional<unsigned> child = childOf(level);
  int64_t elements = 1;
  if (child)
    elements = elementsMoved(*child);
  else
    for (const NestLevel &each : nest.levels)
      for (const Loop &loop : each.loops)
        elements *= loop.isSpatial ? 1 : loop.bound;
  for (unsigned i = child ? *child + 1 : 0; i <= level; ++i)
    for (const Loop &loop : nest.levels[i].loops)
      if (loop.isSpatial && (space.dependsOn(loop.dim) ||
                             (!space.isOutput && !nest.levels[i].multicasts)))
        elements *= loop.bound;
  return elements;
}

AccessCounts Counter::count(unsigned level) const {
  AccessCounts counts;
  counts.tile = space.tileSize(sizesWithin(level));
  int64_t served = servedBelow(level);
  if (!space.isOutput) {
    counts.reads = served;
    counts.fills = isOutermost(level) ? 0 : elementsMoved(level);
    return counts;
  }
  // A sum that arrives is added to what is there, or comes back to it later:
  // either way it is read once before, but for the first time.
  int64_t distinct = distinctElements(level);
  counts.updates = served;
  counts.reads = served - distinct;
  counts.fills = isOutermost(level) ? 0 : elementsMoved(level) - distinct;
  return counts;
}

NestCounts tern::countAccesses(const LoopNest &nest) {
  NestCounts result;
  result.cycles = 1;
  int64_t lanes = 1;
  for (const NestLevel &level : nest.levels)
    for (const Loop &loop : level.loops)
      (loop.isSpatial ? lanes : result.cycles) *= loop.bound;
  result.macs = result.cycles * lanes;
  for (unsigned level = 0; level < nest.levels.size(); ++level) {
    int64_t instances = 1;
    for (unsigned i = level + 1; i < nest.levels.size(); ++i)
      for (const Loop &loop : nest.levels[i].loops)
        instances *= loop.isSpatial ? loop.bound : 1;
    result.instances.push_back(instances);
    std::vector<AccessCounts> counts(nest.spaces.size());
    for (unsigned s = 0; s < nest.spaces.size(); ++s)
      if (nest.levels[level].keeps[s])
        counts[s] = Counter(nest, nest.spaces[s], s).count(level);
    result.accesses.push_back(std::move(counts));
  }
  return result;
}

double tern::accessEnergy(const AccessCounts &counts, int64_t instances,
                          const AccessCost &cost) {
  auto accesses = [&](int64_t words) {
    int64_t width = cost.wordsPerAccess;
    return static_cast<double>((words + width - 1) / width);
  };
  double energy = accesses(counts.reads) * cost.readPj +
                  accesses(counts.fills) * cost.writePj +
                  accesses(counts.updates) * cost.writePj;
  // A cluster's access serves all its instances; they are spread over as many
  // clusters as there are.
  int64_t clusters = std::min(instances, cost.instances / cost.cluster);
  return energy * static_cast<double>(clusters);
}
