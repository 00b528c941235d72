//===- TimeloopTest.cpp - Timeloop's own counts, number by number ---------===//
//
// Reads the mapping, the unit table and the statistics of reference designs
// (github.com/Accelergy-Project/timeloop-accelergy-exercises) from ../shared
// and compares every count of every level and data space. Skipped where that
// folder is absent.
//
//===----------------------------------------------------------------------===//
#include "lib/CostModel/LoopNest.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Regex.h"
#include <gtest/gtest.h>
#include <map>

using namespace tern;
using llvm::StringRef;

namespace {

constexpr const char *folder = "../shared/data/energy/timeloop_refs/";
enum Dim { C, M, R, S, P, Q, N };
constexpr StringRef dimNames = "CMRSPQN";
const char *const spaceNames[] = {"Weights", "Inputs", "Outputs"};

/// The convolution that all references compute: stride 2.
LoopNest problem() {
  LoopNest nest;
  nest.numDims = dimNames.size();
  nest.spaces = {
      {"Weights", {{{C, 1}}, {{M, 1}}, {{R, 1}}, {{S, 1}}}},
      {"Inputs", {{{N, 1}}, {{C, 1}}, {{P, 2}, {R, 1}}, {{Q, 2}, {S, 1}}}},
      {"Outputs", {{{N, 1}}, {{M, 1}}, {{P, 1}}, {{Q, 1}}}, true}};
  return nest;
}

/// What the reference says of a level and one data space.
struct Statistics {
  std::map<std::string, double> values;
};

struct Reference {
  LoopNest nest;
  std::vector<std::string> levels; ///< names, innermost first
  /// By level and data space ("" for what the level says of itself).
  std::map<std::pair<std::string, std::string>, Statistics> statistics;
  std::map<std::pair<std::string, std::string>, double> energies;
  double computes = 0, totalPerCompute = 0;
};

std::string read(const std::string &file) {
  auto buffer = llvm::MemoryBuffer::getFile(folder + file);
  return buffer ? (*buffer)->getBuffer().str() : "";
}

void readMapping(StringRef text, Reference &reference) {
  llvm::Regex level("^([A-Za-z_]+) \\[ (.*)\\]"),
      loop("for ([A-Z]) in \\[0:([0-9]+)\\)");
  llvm::SmallVector<StringRef> match;
  std::vector<NestLevel> outermostFirst;
  for (StringRef line : llvm::split(text, '\n')) {
    if (level.match(line, &match)) {
      NestLevel next;
      for (const char *space : spaceNames)
        next.keeps.push_back(match[2].contains(space));
      outermostFirst.push_back(next);
      reference.levels.insert(reference.levels.begin(), match[1].str());
    } else if (loop.match(line, &match)) {
      Loop next = {static_cast<unsigned>(dimNames.find(match[1][0])), 0,
                   line.contains("Spatial")};
      EXPECT_FALSE(match[2].getAsInteger(10, next.bound));
      outermostFirst.back().loops.push_back(next);
    }
  }
  reference.nest.levels.assign(outermostFirst.rbegin(), outermostFirst.rend());
}

void readStatistics(StringRef text, Reference &reference) {
  llvm::Regex level("^=== (.*) ===$"), space("^    ([A-Z][a-z]+):$"),
      value("^ +([A-Za-z() -]+[a-z)]) +: ([0-9.]+)"),
      total("^    Total  *= ([0-9.]+)");
  llvm::SmallVector<StringRef> match;
  std::string inLevel, inSpace;
  for (StringRef line : llvm::split(text, '\n')) {
    if (level.match(line, &match)) {
      inLevel = match[1].str();
      inSpace.clear();
    } else if (space.match(line, &match)) {
      inSpace = match[1].str();
    } else if (value.match(line, &match)) {
      double number = 0;
      EXPECT_FALSE(match[2].getAsDouble(number));
      reference.statistics[{inLevel, inSpace}].values[match[1].str()] = number;
    } else if (total.match(line, &match)) {
      EXPECT_FALSE(match[1].getAsDouble(reference.totalPerCompute));
    }
  }
}

void readEnergies(StringRef text, Reference &reference) {
  llvm::Regex component("name: [A-Za-z]+_top_level\\.([A-Za-z_]+)\\["),
      action("- name: (read|write|leak|compute)$"), energy("energy: ([0-9.]+)");
  llvm::SmallVector<StringRef> match;
  std::string inComponent, inAction;
  for (StringRef line : llvm::split(text, '\n')) {
    if (component.match(line, &match))
      inComponent = match[1].str();
    else if (action.match(line, &match))
      inAction = match[1].str();
    else if (energy.match(line, &match) && !inAction.empty()) {
      EXPECT_FALSE(
          match[1].getAsDouble(reference.energies[{inComponent, inAction}]));
      inAction.clear();
    }
  }
}

class TimeloopTest : public testing::TestWithParam<const char *> {
protected:
  void SetUp() override {
    std::string name = GetParam(), mapping = read(name + ".map.txt");
    if (mapping.empty())
      GTEST_SKIP() << "no " << folder;
    reference.nest = problem();
    readMapping(mapping, reference);
    readStatistics(read(name + ".stats.txt"), reference);
    readEnergies(read(name + ".ERT_summary.yaml"), reference);
    counts = countAccesses(reference.nest);
  }
  double say(const std::string &level, const std::string &space,
             const std::string &key) {
    auto &values = reference.statistics[{level, space}].values;
    EXPECT_TRUE(values.count(key)) << level << " " << space << " " << key;
    return values[key];
  }
  AccessCost costOf(const std::string &level) {
    AccessCost cost;
    cost.readPj = reference.energies[{level, "read"}];
    cost.writePj = reference.energies[{level, "write"}];
    cost.wordsPerAccess = say(level, "", "Block size");
    cost.cluster = say(level, "", "Cluster size");
    cost.instances = say(level, "", "Instances");
    return cost;
  }
  Reference reference;
  NestCounts counts;
};

TEST_P(TimeloopTest, EveryCountIsTheReferences) {
  EXPECT_EQ(counts.macs, 10838016);
  EXPECT_EQ(counts.cycles, say("mac", "", "Cycles"));
  EXPECT_EQ(counts.macs, say("mac", "", "Computes (total)"));
  unsigned compared = 0;
  for (unsigned i = 0; i < reference.levels.size(); ++i)
    for (unsigned s = 0; s < 3; ++s) {
      if (!reference.nest.levels[i].keeps[s])
        continue;
      std::string level = reference.levels[i], space = spaceNames[s];
      SCOPED_TRACE(level + " " + space);
      const AccessCounts &count = counts.accesses[i][s];
      EXPECT_EQ(count.reads, say(level, space, "Scalar reads (per-instance)"));
      EXPECT_EQ(count.fills, say(level, space, "Scalar fills (per-instance)"));
      EXPECT_EQ(count.updates,
                say(level, space, "Scalar updates (per-instance)"));
      EXPECT_EQ(count.tile, say(level, space, "Utilized capacity"));
      EXPECT_EQ(counts.instances[i],
                say(level, space, "Utilized instances (max)"));
      ++compared;
    }
  // Every data space of every level that the statistics speak of.
  unsigned spoken = 0;
  for (const auto &[key, value] : reference.statistics)
    spoken += value.values.count("Scalar reads (per-instance)");
  EXPECT_EQ(compared, spoken);
  EXPECT_GE(compared, 8u);
}

TEST_P(TimeloopTest, EnergyFollowsFromTheUnitTable) {
  double total = counts.macs * reference.energies[{"mac", "compute"}];
  EXPECT_NEAR(total, say("mac", "", "Energy (total)"), 0.01 * total);
  for (unsigned i = 0; i < reference.levels.size(); ++i) {
    double leakage = reference.energies[{reference.levels[i], "leak"}] *
                     counts.cycles * counts.instances[i];
    for (unsigned s = 0; s < 3; ++s) {
      if (!reference.nest.levels[i].keeps[s])
        continue;
      std::string level = reference.levels[i];
      SCOPED_TRACE(level + " " + spaceNames[s]);
      double energy = accessEnergy(counts.accesses[i][s], counts.instances[i],
                                   costOf(level));
      double expected = say(level, spaceNames[s], "Energy (total)");
      EXPECT_NEAR(energy, expected, 1e-4 * expected);
      total += energy + leakage;
      leakage = 0;
    }
  }
  double expected = reference.totalPerCompute * 1e-3 * counts.macs;
  EXPECT_NEAR(total, expected, 1e-3 * expected);
}

INSTANTIATE_TEST_SUITE_P(References, TimeloopTest,
                         testing::Values("eyeriss_like", "simba_like",
                                         "simple_output_stationary",
                                         "simple_weight_stationary"),
                         [](const auto &info) {
                           return std::string(info.param);
                         });

} // namespace
