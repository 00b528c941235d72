//===- Roofline.cpp - Predicted time of one step --------------------------===//
#include "lib/CostModel/Roofline.h"
#include <algorithm>
#include <cmath>

using namespace tern;

const char *tern::nameOf(Bound bound) {
  static const char *const names[] = {"compute", "memory", "launch"};
  return names[static_cast<int>(bound)];
}

/// The innermost level that holds everything the step touches: what it reads
/// was written there by the step before, or stays there between runs.
static const MemoryLevel &levelFor(const Work &work, const Machine &machine) {
  for (const MemoryLevel &level : machine.memory)
    if (work.bytes() <= level.bytes.value)
      return level;
  return machine.memory.back();
}

static void restOn(Prediction &prediction, const Figure &figure) {
  prediction.confidence = std::max(prediction.confidence, figure.confidence);
  prediction.uncertainty =
      std::hypot(prediction.uncertainty, figure.uncertainty);
}

Prediction tern::predict(const Work &work, const Machine &machine) {
  Prediction result;
  const MemoryLevel &level = levelFor(work, machine);
  const Figure &macs = machine.macsPerCycle(work.lhs, work.rhs);
  const Figure &scalars = machine.macsPerCycle(Precision::F32, Precision::F32);
  double cycles = work.macs / macs.value + work.scalarOps / scalars.value;
  result.compute = cycles / (machine.clock.value * machine.cores);
  result.memory = work.bytes() / level.sharedBandwidth.value;
  result.launch = machine.launch.value;
  result.level = level.name;
  double work_s = std::max(result.compute, result.memory);
  result.bound = result.launch > work_s           ? Bound::Launch
                 : result.compute > result.memory ? Bound::Compute
                                                  : Bound::Memory;
  result.confidence = Confidence::Measured;
  switch (result.bound) {
  case Bound::Compute:
    restOn(result, work.macs ? macs : scalars);
    restOn(result, machine.clock);
    break;
  case Bound::Memory:
    restOn(result, level.sharedBandwidth);
    break;
  case Bound::Launch:
    restOn(result, machine.launch);
    break;
  }
  return result;
}
