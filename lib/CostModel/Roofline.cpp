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

/// Cores that have anything to do.
static double busyCores(const Work &work, const Machine &machine) {
  double cores = machine.cores;
  if (work.product && work.kernel.blocks)
    return std::min<double>(cores, work.kernel.blocks);
  return cores;
}

/// Operations of all busy cores in a cycle: one at most for each thread of
/// kernels that count them.
static double perCycle(const Figure &rate, const Work &work,
                       const Machine &machine) {
  double all = rate.value * busyCores(work, machine);
  if (work.product && work.kernel.threads)
    return std::min<double>(all, work.kernel.threads);
  return all;
}

/// What a level gives: its bandwidth, as far as the busy cores can draw it.
static double bandwidthOf(const MemoryLevel &level, const Work &work,
                          const Machine &machine) {
  double shared = level.sharedBandwidth.value, cores = busyCores(work, machine);
  return cores < machine.cores ? std::min(shared, cores * level.bandwidth.value)
                               : shared;
}

/// Seconds of arithmetic; says what does it and which figures that rests on.
static void predictCompute(Prediction &result, const Work &work,
                           const Machine &machine, bool isBound) {
  const ComputeUnit &unit = machine.unitFor(work.lhs, work.rhs);
  const Figure &scalars = machine.macsPerCycle(Precision::F32, Precision::F32);
  double macs = work.operations() / perCycle(unit.macsPerCycle, work, machine);
  double others =
      (work.scalarOps + work.kernelOps) / perCycle(scalars, work, machine);
  result.compute = (macs + others) / machine.clock.value;
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
    double seconds = movement.bytesAt(i) / bandwidthOf(level, work, machine);
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

Prediction tern::predictStage(double cycles, const Machine &machine) {
  Prediction result;
  result.compute = cycles / machine.clock.value;
  result.levels.resize(machine.memory.size());
  result.level = machine.memory.front().name;
  result.resource = "folding";
  result.confidence = Confidence::Measured;
  restOn(result, machine.clock);
  return result;
}
