//===- ReportPrice.cpp - Time, traffic and energy of a report's layers ----===//
#include "lib/Driver/Report.h"
#include <map>

using namespace tern;

double Report::macs() const {
  double sum = 0;
  for (const LayerReport &layer : layers)
    sum += layer.work.macs;
  return sum;
}

double Report::seconds() const {
  double sum = 0;
  for (const LayerReport &layer : layers)
    sum += layer.prediction.seconds();
  return sum;
}

Energy Report::energy() const {
  Energy sum;
  for (const LayerReport &layer : layers)
    sum += layer.energy;
  return sum;
}

double Report::bytesAt(unsigned level) const {
  double sum = 0;
  for (const LayerReport &layer : layers)
    sum += layer.movement.bytesAt(level);
  return sum;
}

std::pair<std::string, double> Report::bindingResource() const {
  std::map<std::string, double> secondsOf;
  for (const LayerReport &layer : layers)
    secondsOf[layer.prediction.resource] += layer.prediction.seconds();
  std::pair<std::string, double> greatest;
  for (const auto &[resource, seconds] : secondsOf)
    if (seconds > greatest.second)
      greatest = {resource, seconds};
  if (double all = seconds(); all > 0)
    greatest.second /= all;
  return greatest;
}

llvm::Error tern::priceModel(Report &report, bool wantsEnergy) {
  const Machine &machine = *report.machine;
  double modelBytes =
      static_cast<double>(report.weightsBytes + report.workspaceBytes);
  report.hasEnergy = wantsEnergy;
  for (LayerReport &layer : report.layers) {
    layer.plan = planFor(layer.work, machine, modelBytes);
    layer.movement = moveStep(layer.work, machine, layer.plan);
    layer.prediction = predict(layer.work, layer.movement, machine);
    if (!wantsEnergy)
      continue;
    llvm::Expected<Energy> energy =
        energyOf(layer.work, layer.movement, layer.prediction, machine);
    if (!energy)
      return energy.takeError();
    layer.energy = std::move(*energy);
  }
  return llvm::Error::success();
}

std::string tern::assumptionOf(const Machine &machine) {
  switch (machine.kind) {
  case MachineKind::Cpu:
  case MachineKind::Rvv:
  case MachineKind::C:
    return "";
  case MachineKind::Gpu:
    return "blocks of 128 x 256 results through shared memory, 32 deep";
  case MachineKind::Fpga:
    return "the roofline of the part's resources, not a folding that fits them";
  case MachineKind::Array:
    return "row-stationary mapping; costed, not compiled for";
  }
  llvm_unreachable("a kind");
}
