//===- Roofline.cpp - Predicted time of one step --------------------------===//
#include "lib/CostModel/Roofline.h"
#include <algorithm>
#include <cmath>

using namespace tern;

const char *tern::nameOf(Bound bound) {
  static const char *const names[] = {"compute", "memory", "launch"};
  return names[static_cast<int>(bound)];
}

static void restOn(Prediction &prediction, const Figure &figure) {
  prediction.confidence = std::max(prediction.confidence, figure.confidence);
  prediction.uncertainty =
      std::hypot(prediction.uncertainty, figure.uncertainty);
}

/// Seconds of arithmetic; says what does it and which figures that rests on.
static void predictCompute(Prediction &result, const Work &work,
                           const Machine &machine, bool isBound) {
  const ComputeUnit &unit = machine.unitFor(work.lhs, work.rhs);
  const Figure &scalars = machine.macsPerCycle(Precision::F32, Precision::F32);
  double macs = work.macs / unit.macsPerCycle.value;
  double others = work.scalarOps / scalars.value;
  result.compute = (macs + others) / (machine.clock.value * machine.cores);
  if (!isBound)
    return;
  bool isScalar = others > macs;
  result.resource =
      isScalar ? "scalar"
               : std::string(nameOf(unit.lhs)) + " x " + nameOf(unit.rhs);
  restOn(result, isScalar ? scalars : unit.macsPerCycle);
  restOn(result, machine.clock);
}

Prediction tern::predict(const Work &work, const Movement &movement,
                         const Machine &machine) {
  Prediction result;
  predictCompute(result, work, machine, /*isBound=*/false);
  const MemoryLevel *slowest = &machine.memory.front();
  for (unsigned i = 0; i < machine.memory.size(); ++i) {
    const MemoryLevel &level = machine.memory[i];
    double seconds = movement.bytesAt(i) / level.sharedBandwidth.value;
    result.levels.push_back(seconds);
    if (seconds > result.memory) {
      result.memory = seconds;
      slowest = &level;
    }
  }
  result.level = slowest->name;
  result.launch = machine.launch.value;
  result.confidence = Confidence::Measured;
  if (result.launch > std::max(result.compute, result.memory)) {
    result.bound = Bound::Launch;
    result.resource = "launch";
    restOn(result, machine.launch);
  } else if (result.compute > result.memory) {
    result.bound = Bound::Compute;
    predictCompute(result, work, machine, /*isBound=*/true);
  } else {
    result.bound = Bound::Memory;
    result.resource = result.level;
    restOn(result, slowest->sharedBandwidth);
  }
  return result;
}

Prediction tern::predict(const Work &work, const Machine &machine) {
  Plan plan = planFor(work, machine, work.bytes());
  return predict(work, moveStep(work, machine, plan), machine);
}
