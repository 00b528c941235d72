//===- ReportJson.cpp - Reports as JSON -----------------------------------===//
//
// The keys are those of docs/report.md.
//
//===----------------------------------------------------------------------===//
#include "lib/Driver/Report.h"
#include "llvm/Support/JSON.h"
#include <map>

using namespace llvm;
using namespace tern;

/// Names of a model may be any bytes; JSON is UTF-8.
static std::string text(StringRef any) { return json::fixUTF8(any); }

static void printInterval(json::OStream &json, const Energy &energy) {
  json.attribute("joules", energy.joules());
  json.attribute("low", energy.low());
  json.attribute("high", energy.high());
  json.attribute("guessed_share", energy.guessed());
}

static void printEnergy(json::OStream &json, const Energy &energy,
                        const Machine &machine) {
  json.attributeObject("energy", [&] {
    printInterval(json, energy);
    json.attributeObject("components", [&] {
      for (const auto &[component, part] : energy.byComponent())
        json.attributeObject(nameOf(component, machine),
                             [&, &part = part] { printInterval(json, part); });
    });
  });
}

static void printTraffic(json::OStream &json, const Movement &movement,
                         const Machine &machine) {
  json.attributeArray("traffic", [&] {
    for (unsigned i = 0; i < movement.levels.size(); ++i)
      for (unsigned s = 0; s < numOperands; ++s) {
        const Traffic &traffic = movement.levels[i][s];
        if (traffic.served() + traffic.filled == 0)
          continue;
        json.object([&] {
          json.attribute("level", machine.memory[i].name);
          json.attribute("operand", nameOf(Operand(s)));
          json.attribute("read_bytes", traffic.read);
          json.attribute("written_bytes", traffic.written);
          json.attribute("filled_bytes", traffic.filled);
        });
      }
  });
}

static void printPrediction(json::OStream &json, const Prediction &prediction,
                            const Machine &machine) {
  json.attributeObject("predicted", [&] {
    json.attribute("seconds", prediction.seconds());
    json.attribute("compute_seconds", prediction.compute);
    json.attribute("memory_seconds", prediction.memory);
    json.attribute("launch_seconds", prediction.launch);
    json.attributeObject("level_seconds", [&] {
      for (unsigned i = 0; i < prediction.levels.size(); ++i)
        json.attribute(machine.memory[i].name, prediction.levels[i]);
    });
    json.attribute("bound", nameOf(prediction.bound));
    json.attribute("resource", prediction.resource);
    json.attribute("level", prediction.level);
    json.attribute("confidence", nameOf(prediction.confidence));
    json.attribute("uncertainty", prediction.uncertainty);
  });
}

static void printLayer(json::OStream &json, const LayerReport &layer,
                       const Report &report) {
  const Machine &machine = *report.machine;
  json.object([&] {
    json.attribute("name", text(layer.name));
    json.attribute("op", text(layer.op));
    json.attribute("step", layer.step);
    if (report.design)
      json.attribute("place", layer.isStage ? "device" : "host");
    json.attribute("inputs", layer.inputs);
    json.attribute("output", layer.output);
    if (!layer.method.empty()) {
      json.attribute("weight_format", layer.weightFormat);
      if (layer.weightBits)
        json.attribute("weight_bits", layer.weightBits);
      json.attribute("method", layer.method);
      json.attribute("reason", layer.reason);
      json.attribute("chosen_seconds", layer.chosenSeconds);
      if (!layer.nextMethod.empty()) {
        json.attribute("next_method", layer.nextMethod);
        json.attribute("next_seconds", layer.nextSeconds);
      }
    }
    json.attribute("macs", layer.work.macs);
    if (layer.work.macs > 0) {
      json.attribute("lhs_bits", layer.work.lhsBits);
      json.attribute("rhs_bits", layer.work.rhsBits);
    }
    json.attribute("scalar_operations", layer.work.scalarOps);
    json.attribute("kernel_operations", layer.work.kernelOps);
    json.attribute("weight_bytes", layer.work.weightBytes);
    json.attribute("input_bytes", layer.work.inputBytes);
    json.attribute("output_bytes", layer.work.outputBytes);
    printTraffic(json, layer.movement, machine);
    printPrediction(json, layer.prediction, machine);
    if (report.hasEnergy)
      printEnergy(json, layer.energy, machine);
  });
}

/// Multiply-accumulates by the widths of the codes that they take.
static void printPrecisions(json::OStream &json, const Report &report) {
  std::map<std::pair<unsigned, unsigned>, std::pair<double, const Work *>> sums;
  for (const LayerReport &layer : report.layers) {
    if (layer.work.macs == 0)
      continue;
    auto &[macs, work] = sums[{layer.work.lhsBits, layer.work.rhsBits}];
    macs += layer.work.macs;
    work = &layer.work;
  }
  json.attributeArray("macs_by_precision", [&] {
    for (const auto &[bits, sum] : sums)
      json.object([&, bits = bits, sum = sum] {
        const ComputeUnit &unit =
            report.machine->unitFor(sum.second->lhs, sum.second->rhs);
        json.attribute("lhs_bits", bits.first);
        json.attribute("rhs_bits", bits.second);
        json.attribute("unit", std::string(nameOf(unit.lhs)) + " x " +
                                   nameOf(unit.rhs));
        json.attribute("macs", sum.first);
      });
  });
}

static void printTotals(json::OStream &json, const Report &report) {
  auto [resource, share] = report.bindingResource();
  json.attribute("macs", report.macs());
  printPrecisions(json, report);
  json.attribute("parameters", report.parameters);
  json.attribute("weights_bytes", report.weightsBytes);
  json.attribute("float_weights_bytes", report.floatBytes);
  json.attribute("workspace_bytes", report.workspaceBytes);
  json.attribute("predicted_seconds", report.seconds());
  json.attribute("resource", resource);
  json.attribute("resource_share", share);
  json.attributeObject("level_bytes", [&] {
    for (unsigned i = 0; i < report.machine->memory.size(); ++i)
      json.attribute(report.machine->memory[i].name, report.bytesAt(i));
  });
  if (report.hasEnergy)
    printEnergy(json, report.energy(), *report.machine);
}

static void printReport(json::OStream &json, const Report &report) {
  json.object([&] {
    json.attribute("schema", "tern-report-2");
    json.attribute("model", text(report.model));
    json.attribute("target", report.machine->name);
    json.attribute("target_hash", report.machine->hash);
    json.attribute("kind", nameOf(report.machine->kind));
    json.attribute("assumption", assumptionOf(report));
    printTotals(json, report);
    json.attributeArray("layers", [&] {
      for (const LayerReport &layer : report.layers)
        printLayer(json, layer, report);
    });
    if (report.design)
      json.attributeObject("fpga", [&] { printJson(*report.design, json); });
  });
}

void tern::printJson(const Report &report, raw_ostream &os) {
  json::OStream json(os, 2);
  printReport(json, report);
  os << "\n";
}

void tern::printJson(const Comparison &comparison, raw_ostream &os) {
  if (comparison.reports.size() == 1 && comparison.refused.empty())
    return printJson(comparison.reports.front(), os);
  json::OStream json(os, 2);
  json.object([&] {
    json.attribute("schema", "tern-reports-1");
    json.attributeArray("reports", [&] {
      for (const Report &report : comparison.reports)
        printReport(json, report);
    });
    json.attributeArray("refused", [&] {
      for (const RefusedTarget &refused : comparison.refused)
        json.object([&] {
          json.attribute("target", refused.target);
          json.attribute("reason", text(refused.reason));
        });
    });
  });
  os << "\n";
}
