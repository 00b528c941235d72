//===- ReportPrice.cpp - Time, traffic and energy of a report's layers ----===//
#include "lib/Driver/Report.h"
#include "llvm/ADT/STLExtras.h"
#include <map>

using namespace tern;

double Report::macs() const {
  double sum = 0;
  for (const LayerReport &layer : layers)
    sum += layer.work.macs;
  return sum;
}

double Report::interval() const {
  double slowest = 0;
  for (const LayerReport &layer : layers)
    if (layer.isStage)
      slowest = std::max(slowest, layer.prediction.seconds());
  return slowest;
}

double Report::seconds() const {
  double sum = interval();
  for (const LayerReport &layer : layers)
    if (!layer.isStage)
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
    if (!layer.isStage)
      secondsOf[layer.prediction.resource] += layer.prediction.seconds();
  for (const LayerReport &layer : layers)
    if (layer.isStage)
      secondsOf[layer.prediction.resource] = interval();
  std::pair<std::string, double> greatest;
  for (const auto &[resource, seconds] : secondsOf)
    if (seconds > greatest.second)
      greatest = {resource, seconds};
  if (double all = seconds(); all > 0)
    greatest.second /= all;
  return greatest;
}

/// The stage that computes the layer's value, or, where the host finishes what
/// the part began, the part's own.
static const DesignLayer *stageOf(const LayerReport &layer,
                                  const DesignReport &design) {
  if (const DesignLayer *stage = design.find(layer.id))
    return stage;
  return layer.work.product ? design.find(layer.name) : nullptr;
}

/// Makes `layer` a stage of the design: its folding sets its time and how often
/// operands are read. What neither the host does nor a stage of its own has
/// become part of another one.
static void placeOnDevice(LayerReport &layer, const DesignReport &design) {
  const DesignLayer *stage = stageOf(layer, design);
  layer.isStage = stage || !llvm::is_contained(design.hostLayers, layer.name);
  layer.stageCycles = stage ? stage->cycles : 0;
  if (!stage || !layer.work.product)
    return;
  layer.work.kernel.kind = Kernel::Kind::Folded;
  layer.work.kernel.blockN = stage->pe;
  layer.work.kernel.blockK = stage->simd;
}

static void priceTime(LayerReport &layer, const Report &report) {
  const Machine &machine = *report.machine;
  layer.plan = planFor(layer.work, machine, report.residentBytes);
  layer.movement = moveStep(layer.work, machine, layer.plan);
  layer.prediction = layer.isStage
                         ? predictStage(layer.stageCycles, machine)
                         : predict(layer.work, layer.movement, machine);
}

/// Stages share the static energy of their interval by their times.
static double shareOfInterval(const Report &report) {
  double sum = 0;
  for (const LayerReport &layer : report.layers)
    if (layer.isStage)
      sum += layer.prediction.seconds();
  return sum > 0 ? report.interval() / sum : 1;
}

llvm::Error tern::priceModel(Report &report, bool wantsEnergy) {
  report.hasEnergy = wantsEnergy;
  for (LayerReport &layer : report.layers) {
    if (report.design)
      placeOnDevice(layer, *report.design);
    priceTime(layer, report);
  }
  if (!wantsEnergy)
    return llvm::Error::success();
  double share = shareOfInterval(report);
  for (LayerReport &layer : report.layers) {
    Prediction time = layer.prediction;
    if (layer.isStage)
      time.compute *= share;
    llvm::Expected<Energy> energy =
        energyOf(layer.work, layer.movement, time, *report.machine);
    if (!energy)
      return energy.takeError();
    layer.energy = std::move(*energy);
  }
  return llvm::Error::success();
}

std::string tern::assumptionOf(const Report &report) {
  if (report.machine->kind == MachineKind::Array)
    return "row-stationary mapping; costed, not compiled for";
  bool hasHost = report.design &&
                 llvm::any_of(report.layers, [](const LayerReport &layer) {
                   return !layer.isStage;
                 });
  return hasHost ? "that the host takes for its steps what the part's "
                   "multipliers would"
                 : "";
}
