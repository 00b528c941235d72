//===- Traffic.h - Bytes that a step moves, by level and operand ----------===//
//
// A step is priced under a plan: the level of memory where each operand lies
// before and after it. What the levels further in see follows from the loops of
// the schedule; a step without a contraction streams through all of them once.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "lib/CostModel/Schedule.h"

namespace tern {

struct Plan {
  /// Indices of Machine::memory.
  Homes homes = {0, 0, 0};
};

/// The plan of a step of a model that runs again and again. Activations lie in
/// the innermost level that holds everything the step touches: the step before
/// has just written them there. Weights come back only with the next run: they
/// lie in the innermost level that holds `modelBytes`, all weights and the
/// workspace.
Plan planFor(const Work &work, const Machine &machine, double modelBytes);

/// Bytes of an operand at a level of memory.
struct Traffic {
  double read = 0;    ///< by what lies further in
  double written = 0; ///< by what lies further in
  double filled = 0;  ///< written from the next level out
  /// What passes between the level and what lies further in.
  double served() const { return read + written; }
};

/// By level, as Machine::memory; all instances together.
struct Movement {
  std::vector<PerOperand<Traffic>> levels;
  /// What a level serves, all operands together.
  double bytesAt(unsigned level) const;
};

Movement moveStep(const Work &work, const Machine &machine, const Plan &plan);

} // namespace tern
