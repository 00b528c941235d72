//===- Traffic.cpp - Bytes that a step moves, by level and operand --------===//
#include "lib/CostModel/Traffic.h"

using namespace tern;

double Movement::bytesAt(unsigned level) const {
  double bytes = 0;
  for (const Traffic &traffic : levels[level])
    bytes += traffic.served();
  return bytes;
}

/// The innermost level for `operand` that holds `bytes`; else the last one.
static unsigned homeOf(Operand operand, double bytes, const Machine &machine) {
  for (unsigned i = 0; i < machine.memory.size(); ++i)
    if (machine.memory[i].doesHold(operand) &&
        bytes <= machine.memory[i].bytes.value)
      return i;
  return machine.memory.size() - 1;
}

Plan tern::planFor(const Work &work, const Machine &machine,
                   double modelBytes) {
  Plan plan;
  bool areComputed = work.product && !work.product->hasWeights;
  plan.homes[indexOf(Operand::Weights)] = homeOf(
      Operand::Weights, areComputed ? work.bytes() : modelBytes, machine);
  for (Operand operand : {Operand::Inputs, Operand::Outputs})
    plan.homes[indexOf(operand)] = homeOf(operand, work.bytes(), machine);
  return plan;
}

/// An operand passes once between its home and the arithmetic: on its way in it
/// fills each level and is read from it, on its way out it is written to each.
static void stream(Movement &movement, const Machine &machine, Operand operand,
                   double bytes, unsigned home) {
  for (unsigned i = 0; i <= home; ++i) {
    if (!machine.memory[i].doesHold(operand))
      continue;
    Traffic &traffic = movement.levels[i][indexOf(operand)];
    if (operand == Operand::Outputs) {
      traffic.written += bytes;
    } else {
      traffic.read += bytes;
      traffic.filled += i < home ? bytes : 0;
    }
  }
}

/// Adds what countAccesses says of a nest. Where sums accumulate they are as
/// wide as the accumulator; they leave as wide as the result.
static void addNest(Movement &movement, const ScheduledNest &scheduled,
                    unsigned accumulatorBits) {
  NestCounts counts = countAccesses(scheduled.nest);
  for (unsigned i = 0; i < movement.levels.size(); ++i)
    for (unsigned s = 0; s < numOperands; ++s) {
      const AccessCounts &count = counts.accesses[i + 1][s];
      bool isSum = Operand(s) == Operand::Outputs && count.reads > 0;
      double bytes = (isSum ? accumulatorBits : scheduled.bits[s]) / 8.0 *
                     counts.instances[i + 1];
      Traffic &traffic = movement.levels[i][s];
      traffic.read += bytes * count.reads;
      traffic.written += bytes * count.updates;
      traffic.filled += bytes * count.fills;
    }
}

/// What a packed kernel moves beside its nests: the panel that it writes, the
/// sums that it reads back, and the results.
static void addPackedEnds(Movement &movement, const Work &work,
                          const Machine &machine, const Plan &plan) {
  const Product &product = *work.product;
  double positions = product.positions(), results = positions * product.n;
  stream(movement, machine, Operand::Outputs,
         results * product.bits[indexOf(Operand::Outputs)] / 8,
         plan.homes[indexOf(Operand::Outputs)]);
  movement.levels[0][indexOf(Operand::Outputs)].read +=
      results * product.accumulatorBits / 8;
  movement.levels[panelHome(work, machine)][indexOf(Operand::Inputs)].written +=
      positions * product.depth() * work.kernel.panelBits / 8;
}

Movement tern::moveStep(const Work &work, const Machine &machine,
                        const Plan &plan) {
  Movement movement;
  movement.levels.resize(machine.memory.size());
  if (!work.product) {
    for (unsigned s = 0; s < numOperands; ++s)
      stream(movement, machine, Operand(s), work.bytesOf(Operand(s)),
             plan.homes[s]);
    return movement;
  }
  stream(movement, machine, Operand::Weights, work.extraWeightBytes,
         plan.homes[indexOf(Operand::Weights)]);
  stream(movement, machine, Operand::Inputs, work.extraInputBytes,
         plan.homes[indexOf(Operand::Inputs)]);
  for (const ScheduledNest &scheduled :
       scheduleProduct(work, machine, plan.homes))
    addNest(movement, scheduled, work.product->accumulatorBits);
  bool isProcessor = machine.kind == MachineKind::Cpu ||
                     machine.kind == MachineKind::Rvv ||
                     machine.kind == MachineKind::C;
  if (isProcessor && work.kernel.kind == Kernel::Kind::Packed)
    addPackedEnds(movement, work, machine, plan);
  return movement;
}
