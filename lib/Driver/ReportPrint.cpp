//===- ReportPrint.cpp - Reports as JSON and as a table -------------------===//
#include "lib/Driver/Report.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

using namespace llvm;
using namespace tern;

/// Names of a model may be any bytes; JSON is UTF-8.
static std::string text(StringRef any) { return json::fixUTF8(any); }

static void printLayer(json::OStream &json, const LayerReport &layer) {
  json.object([&] {
    json.attribute("name", text(layer.name));
    json.attribute("op", text(layer.op));
    json.attribute("step", layer.step);
    json.attribute("inputs", layer.inputs);
    json.attribute("output", layer.output);
    if (!layer.method.empty()) {
      json.attribute("weight_format", layer.weightFormat);
      json.attribute("method", layer.method);
      json.attribute("reason", layer.reason);
    }
    json.attribute("macs", layer.work.macs);
    json.attribute("weight_bytes", layer.work.weightBytes);
    json.attribute("input_bytes", layer.work.inputBytes);
    json.attribute("output_bytes", layer.work.outputBytes);
    json.attributeObject("predicted", [&] {
      json.attribute("seconds", layer.prediction.seconds());
      json.attribute("compute_seconds", layer.prediction.compute);
      json.attribute("memory_seconds", layer.prediction.memory);
      json.attribute("bound", nameOf(layer.prediction.bound));
      json.attribute("level", layer.prediction.level);
      json.attribute("confidence", nameOf(layer.prediction.confidence));
      json.attribute("uncertainty", layer.prediction.uncertainty);
    });
  });
}

void tern::printJson(const Report &report, raw_ostream &os) {
  json::OStream json(os, 2);
  json.object([&] {
    json.attribute("schema", "tern-report-1");
    json.attribute("model", text(report.model));
    json.attribute("target", report.target);
    json.attribute("target_hash", report.targetHash);
    json.attribute("macs", report.macs());
    json.attribute("parameters", report.parameters);
    json.attribute("weights_bytes", report.weightsBytes);
    json.attribute("float_weights_bytes", report.floatBytes);
    json.attribute("workspace_bytes", report.workspaceBytes);
    json.attribute("predicted_seconds", report.seconds());
    json.attributeArray("layers", [&] {
      for (const LayerReport &layer : report.layers)
        printLayer(json, layer);
    });
    if (report.design)
      json.attributeObject("fpga", [&] { printJson(*report.design, json); });
  });
  os << "\n";
}

static std::string shortened(StringRef name, size_t width) {
  if (name.size() <= width)
    return name.str();
  return (name.take_front(width - 2) + "..").str();
}

void tern::printText(const Report &report, raw_ostream &os) {
  double total = report.seconds();
  os << report.model << " on " << report.target << ": " << report.layers.size()
     << " steps, " << format("%.4g", report.macs() / 1e6) << " M MACs, "
     << report.weightsBytes << " bytes of weights ("
     << format("%.1f", double(report.floatBytes) /
                           std::max<int64_t>(report.weightsBytes, 1))
     << " times smaller than f32), " << report.workspaceBytes
     << " bytes of workspace\npredicted " << format("%.3f", total * 1e3)
     << " ms\n\n"
     << "  share       us  bound    MMACs  method   weights  layer\n";
  for (const LayerReport &layer : report.layers) {
    const Prediction &p = layer.prediction;
    os << format("%6.1f%% %8.1f  %-8s %6.2f  %-8s %-8s ",
                 total ? 100 * p.seconds() / total : 0, p.seconds() * 1e6,
                 nameOf(p.bound), layer.work.macs / 1e6,
                 layer.method.empty() ? "-" : layer.method.c_str(),
                 layer.weightFormat.empty() ? "-" : layer.weightFormat.c_str())
       << shortened(text(layer.name), 40) << " (" << layer.op << " -> "
       << layer.output << ")\n";
  }
  if (report.design)
    printText(*report.design, os);
}
