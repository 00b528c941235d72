//===- Roofline.h - Predicted time of one step ----------------------------===//
//
// The roofline model (Williams, Waterman, Patterson: "Roofline: an insightful
// visual performance model", CACM 2009) with one roof per level of memory: a
// step takes as long as the slowest of its arithmetic and of what each level
// serves, and the time to start it. Pure functions of work and machine.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "lib/CostModel/Traffic.h"

namespace tern {

/// What bounds a step.
enum class Bound { Compute, Memory, Launch };
const char *nameOf(Bound bound);

/// A prediction and what it rests on. Seconds, on all cores.
struct Prediction {
  double compute = 0, memory = 0, launch = 0;
  /// By level, as Machine::memory; `memory` is the greatest of them.
  std::vector<double> levels;
  /// The memory level that `memory` is of.
  std::string level;
  Bound bound = Bound::Compute;
  /// What is busy all the time: "int8 x int8", "scalar", a level's name or
  /// "launch".
  std::string resource;
  /// The least confidence of the figures that the bound rests on, and their
  /// relative uncertainty.
  Confidence confidence = Confidence::Guess;
  double uncertainty = 0;

  double seconds() const {
    return (compute > memory ? compute : memory) + launch;
  }
};

Prediction predict(const Work &work, const Movement &movement,
                   const Machine &machine);
/// A stage of a streaming design that takes `cycles` for each inference,
/// whatever it waits for: stages move their data on their own.
Prediction predictStage(double cycles, const Machine &machine);
/// Under the plan of a model that consists of this step alone.
Prediction predict(const Work &work, const Machine &machine);

} // namespace tern
