//===- LoopNestBruteForceTest.cpp - Counts against running the nest -------===//
//
// Random mappings of a matrix product are run iteration by iteration, with a
// record of what every instance of every level holds. Rules 1, 2 and 4 to 7 of
// docs/energy.md are what comes out of that; halos (rule 3) do not occur.
//
//===----------------------------------------------------------------------===//
#include "lib/CostModel/LoopNest.h"
#include "llvm/ADT/STLExtras.h"
#include <array>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <optional>
#include <random>
#include <set>

using namespace tern;

namespace {

constexpr unsigned numDims = 3;
using Place = std::array<int64_t, numDims>;

/// Runs a nest and counts for one data space.
class Replay {
public:
  Replay(const LoopNest &nest, unsigned space)
      : nest(nest), space(nest.spaces[space]), index(space) {}

  /// Per instance, as countAccesses has it.
  AccessCounts count(unsigned level);

private:
  struct Flat {
    Loop loop;
    unsigned level;
    int64_t stride; ///< in points of the loop's dimension
  };
  std::vector<Flat> flatten() const;
  /// The tile's origin along the dimensions that the data space has.
  Place origin(const Place &place) const;
  /// Calls `visit` with the place of the tile of `level` in each instance
  /// (numbered), in the order of time.
  void walk(unsigned level,
            const std::function<void(int64_t, int64_t, const Place &)> &visit);
  int64_t tile(unsigned level) const;
  std::optional<unsigned> childOf(unsigned level) const;
  /// Elements that move between an instance of `level` and all that is further
  /// in: at each time, each tile that is new somewhere once.
  int64_t servedBy(unsigned level);

  const LoopNest &nest;
  const DataSpace &space;
  unsigned index;
};

std::vector<Replay::Flat> Replay::flatten() const {
  std::vector<Flat> flat;
  Place inner = {1, 1, 1};
  for (unsigned l = 0; l < nest.levels.size(); ++l)
    for (auto it = nest.levels[l].loops.rbegin();
         it != nest.levels[l].loops.rend(); ++it) {
      flat.insert(flat.begin(), {*it, l, inner[it->dim]});
      inner[it->dim] *= it->bound;
    }
  return flat;
}

Place Replay::origin(const Place &place) const {
  Place origin = place;
  for (unsigned dim = 0; dim < numDims; ++dim)
    if (!space.dependsOn(dim))
      origin[dim] = 0;
  return origin;
}

void Replay::walk(
    unsigned level,
    const std::function<void(int64_t, int64_t, const Place &)> &visit) {
  std::vector<Flat> loops = flatten();
  llvm::erase_if(loops, [&](const Flat &flat) { return flat.level <= level; });
  std::vector<int64_t> at(loops.size(), 0);
  while (true) {
    Place place = {0, 0, 0};
    int64_t time = 0, instance = 0;
    for (size_t i = 0; i < loops.size(); ++i) {
      const Loop &loop = loops[i].loop;
      place[loop.dim] += at[i] * loops[i].stride;
      int64_t &number = loop.isSpatial ? instance : time;
      number = number * loop.bound + at[i];
    }
    visit(time, instance, place);
    size_t i = loops.size();
    while (i > 0 && ++at[i - 1] == loops[i - 1].loop.bound)
      at[--i] = 0;
    if (i == 0)
      return;
  }
}

int64_t Replay::tile(unsigned level) const {
  std::vector<int64_t> sizes(numDims, 1);
  for (const Flat &flat : flatten())
    if (flat.level <= level)
      sizes[flat.loop.dim] *= flat.loop.bound;
  return space.tileSize(sizes);
}

std::optional<unsigned> Replay::childOf(unsigned level) const {
  while (level > 0)
    if (nest.levels[--level].keeps[index])
      return level;
  return std::nullopt;
}

int64_t Replay::servedBy(unsigned level) {
  std::optional<unsigned> child = childOf(level);
  // The tile of the arithmetic is one element, used anew at each time.
  std::map<int64_t, std::map<int64_t, Place>> byTime;
  int64_t perLevelInstance = 1;
  for (const Flat &flat : flatten())
    if (flat.loop.isSpatial && flat.level <= level &&
        (!child || flat.level > *child))
      perLevelInstance *= flat.loop.bound;
  auto record = [&](int64_t time, int64_t instance, const Place &place) {
    if (instance < perLevelInstance)
      byTime[time][instance] = origin(place);
  };
  if (child) {
    walk(*child, record);
  } else {
    // Every loop lies outside of a level below all others.
    LoopNest shifted = nest;
    shifted.levels.insert(shifted.levels.begin(), NestLevel{{}, {}});
    Replay(shifted, index).walk(0, record);
  }
  int64_t served = 0;
  std::map<int64_t, Place> before;
  for (const auto &[time, places] : byTime) {
    std::set<Place> wanted;
    for (const auto &[instance, place] : places)
      if (!child || !before.count(instance) || before[instance] != place)
        wanted.insert(place);
    served += wanted.size();
    before = places;
  }
  return served * (child ? tile(*child) : 1);
}

AccessCounts Replay::count(unsigned level) {
  std::map<int64_t, Place> held;
  std::set<Place> different;
  int64_t moves = 0;
  walk(level, [&](int64_t, int64_t instance, const Place &place) {
    if (instance)
      return;
    different.insert(origin(place));
    auto [it, isFirst] = held.insert({0, origin(place)});
    moves += isFirst || it->second != origin(place);
    it->second = origin(place);
  });
  bool isOutermost = level + 1 == nest.levels.size();
  AccessCounts counts;
  counts.tile = tile(level);
  int64_t distinct = different.size() * counts.tile;
  if (space.isOutput) {
    counts.updates = servedBy(level);
    counts.reads = counts.updates - distinct;
    counts.fills = isOutermost ? 0 : moves * counts.tile - distinct;
  } else {
    counts.reads = servedBy(level);
    counts.fills = isOutermost ? 0 : moves * counts.tile;
  }
  return counts;
}

LoopNest randomNest(std::mt19937 &random) {
  auto upTo = [&](unsigned greatest) {
    return static_cast<unsigned>(random() % (greatest + 1));
  };
  LoopNest nest;
  nest.numDims = numDims;
  nest.spaces = {{"w", {{{1, 1}}, {{2, 1}}}},
                 {"a", {{{0, 1}}, {{2, 1}}}},
                 {"acc", {{{0, 1}}, {{1, 1}}}, true}};
  nest.levels.resize(2 + upTo(2));
  for (NestLevel &level : nest.levels) {
    for (unsigned i = upTo(3); i > 0; --i)
      level.loops.push_back({upTo(2), 1 + upTo(2)});
    for (unsigned i = upTo(2); i > 0; --i)
      level.loops.push_back({upTo(2), 2, true});
    for (unsigned s = 0; s < 3; ++s)
      level.keeps.push_back(&level == &nest.levels.back() || upTo(2) > 0);
  }
  return nest;
}

TEST(LoopNestBruteForceTest, CountsAreWhatRunningTheNestGives) {
  std::mt19937 random(20261125);
  for (unsigned trial = 0; trial < 300; ++trial) {
    LoopNest nest = randomNest(random);
    NestCounts counts = countAccesses(nest);
    if (counts.macs > 20000)
      continue;
    for (unsigned level = 0; level < nest.levels.size(); ++level)
      for (unsigned s = 0; s < 3; ++s) {
        if (!nest.levels[level].keeps[s])
          continue;
        SCOPED_TRACE("trial " + std::to_string(trial) + " level " +
                     std::to_string(level) + " " + nest.spaces[s].name);
        AccessCounts run = Replay(nest, s).count(level);
        const AccessCounts &count = counts.accesses[level][s];
        EXPECT_EQ(count.tile, run.tile);
        EXPECT_EQ(count.reads, run.reads);
        EXPECT_EQ(count.fills, run.fills);
        EXPECT_EQ(count.updates, run.updates);
      }
  }
}

} // namespace
