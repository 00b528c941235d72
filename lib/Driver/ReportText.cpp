//===- ReportText.cpp - Reports as tables for people ----------------------===//
#include "lib/Driver/ReportText.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include <cmath>
#include <map>

using namespace llvm;
using namespace tern;

//===----------------------------------------------------------------------===//
// Numbers and names
//===----------------------------------------------------------------------===//

static std::string formatted(const char *pattern, double value) {
  std::string text;
  raw_string_ostream(text) << format(pattern, value);
  return text;
}

std::string tern::withUnit(double value, StringRef unit) {
  static const char *const prefixes[] = {"p", "n", "u", "m", "",
                                         "k", "M", "G", "T"};
  int prefix = 4;
  if (value > 0)
    prefix = std::clamp(
        4 + static_cast<int>(std::floor((std::log10(value) + 2.2e-4) / 3)), 0,
        8);
  double scaled = value / std::pow(1000.0, prefix - 4);
  const char *pattern = scaled >= 99.95   ? "%.0f "
                        : scaled >= 9.995 ? "%.1f "
                                          : "%.2f ";
  if (value == 0)
    pattern = "%.0f ";
  return formatted(pattern, scaled) + prefixes[prefix] + unit.str();
}

std::string tern::percent(double share) {
  return formatted("%.0f%%", 100 * share);
}

/// The number of bytes from `at` on that make one character of UTF-8.
static size_t characterAt(StringRef text, size_t at) {
  size_t size = 1;
  while (at + size < text.size() && (text[at + size] & 0xc0) == 0x80)
    ++size;
  return size;
}

std::string tern::shortened(StringRef name, size_t width) {
  std::string whole = json::fixUTF8(name);
  std::vector<std::string> characters;
  for (size_t at = 0; at < whole.size();) {
    size_t size = characterAt(whole, at);
    characters.push_back(whole.substr(at, size));
    // What would break a line or move the cursor.
    if (size == 1 && !isPrint(whole[at]))
      characters.back() = "?";
    at += size;
  }
  size_t head = characters.size();
  if (characters.size() > width) {
    head = (width - 2) / 3;
    characters.erase(characters.begin() + head,
                     characters.end() - (width - 2 - head));
    characters.insert(characters.begin() + head, "..");
  }
  return join(characters, "");
}

StringRef tern::labelOf(const LayerReport &layer) {
  return layer.name.empty() ? layer.op : layer.name;
}

std::string tern::weightsOf(const LayerReport &layer) {
  std::string text = layer.weightFormat;
  if (layer.weightBits && layer.weightBits != layer.codeBits)
    text += " in " + std::to_string(layer.weightBits) + "b";
  return text;
}

const LayerReport &LayerRow::any() const {
  return **find_if(on, [](const LayerReport *layer) { return layer; });
}

std::vector<LayerRow> tern::matchLayers(ArrayRef<Report> reports) {
  std::vector<LayerRow> rows;
  std::map<std::pair<std::string, unsigned>, size_t> rowOf;
  for (size_t r = 0; r < reports.size(); ++r) {
    std::map<std::string, unsigned> seen;
    for (const LayerReport &layer : reports[r].layers) {
      auto [it, isNew] =
          rowOf.insert({{layer.name, seen[layer.name]++}, rows.size()});
      if (isNew)
        rows.push_back({std::vector<const LayerReport *>(reports.size())});
      rows[it->second].on[r] = &layer;
    }
  }
  return rows;
}

//===----------------------------------------------------------------------===//
// One target
//===----------------------------------------------------------------------===//

static void printSizes(const Report &report, raw_ostream &os) {
  os << report.layers.size() << " steps, "
     << format("%.4g", report.macs() / 1e6) << " M MACs, "
     << report.weightsBytes << " bytes of weights ("
     << format("%.1f", double(report.floatBytes) /
                           std::max<int64_t>(report.weightsBytes, 1))
     << " times smaller than f32), " << report.workspaceBytes
     << " bytes of workspace\n";
}

static std::string interval(const Energy &energy) {
  return withUnit(energy.low(), "J") + " to " + withUnit(energy.high(), "J");
}

static std::string binding(const Report &report) {
  auto [resource, share] = report.bindingResource();
  return resource.empty() ? "-" : resource + " (" + percent(share) + ")";
}

static void printOne(const Report &report, raw_ostream &os) {
  double total = report.seconds();
  os << shortened(report.model, 60) << " on " << report.machine->name << ": ";
  printSizes(report, os);
  os << "predicted " << format("%.3f", total * 1e3) << " ms, bound by "
     << binding(report) << "\n";
  if (report.hasEnergy) {
    Energy energy = report.energy();
    os << "energy " << withUnit(energy.joules(), "J") << " ("
       << interval(energy) << "), " << percent(energy.guessed())
       << " of it rests on guesses\n";
    for (const auto &[component, part] : energy.byComponent())
      os << format("  %5.1f%%  ", 100 * part.joules() / energy.joules())
         << left_justify(nameOf(component, *report.machine), 20)
         << interval(part) << "\n";
  }
  if (std::string assumption = assumptionOf(report); !assumption.empty())
    os << "assumes " << assumption << "\n";
  os << "\n  share       us  bound        energy    MMACs  method   weights    "
        "layer\n";
  for (const LayerReport &layer : report.layers) {
    const Prediction &p = layer.prediction;
    std::string weights = weightsOf(layer);
    std::string energy =
        report.hasEnergy ? withUnit(layer.energy.joules(), "J") : "-";
    os << format("%6.1f%% %8.1f  %-11s %8s %8.2f  %-8s %-10s ",
                 total ? 100 * p.seconds() / total : 0, p.seconds() * 1e6,
                 p.resource.c_str(), energy.c_str(), layer.work.macs / 1e6,
                 layer.method.empty() ? "-" : layer.method.c_str(),
                 weights.empty() ? "-" : weights.c_str())
       << shortened(layer.name, 40) << " (" << shortened(layer.op, 24) << " -> "
       << layer.output << ")"
       << (report.design && !layer.isStage ? " on the host" : "") << "\n";
  }
  if (report.design)
    printText(*report.design, os);
}

//===----------------------------------------------------------------------===//
// Several targets
//===----------------------------------------------------------------------===//

static void printTargets(ArrayRef<Report> reports, raw_ostream &os) {
  os << left_justify("target", 15) << right_justify("time", 9)
     << right_justify("energy", 10) << "   " << left_justify("interval", 20)
     << right_justify("guesses", 8) << right_justify("off-chip", 10)
     << "  bound by\n";
  for (const Report &report : reports) {
    Energy energy = report.energy();
    unsigned last = report.machine->memory.size() - 1;
    os << left_justify(report.machine->name, 15)
       << right_justify(withUnit(report.seconds(), "s"), 9)
       << right_justify(report.hasEnergy ? withUnit(energy.joules(), "J") : "-",
                        10)
       << "   " << left_justify(report.hasEnergy ? interval(energy) : "-", 20)
       << right_justify(report.hasEnergy ? percent(energy.guessed()) : "-", 8)
       << right_justify(withUnit(report.bytesAt(last), "B"), 10) << "  "
       << binding(report) << "\n";
  }
  for (const Report &report : reports)
    if (std::string assumption = assumptionOf(report); !assumption.empty())
      os << report.machine->name << " assumes " << assumption << "\n";
}

static void printSideBySide(ArrayRef<Report> reports, raw_ostream &os) {
  os << shortened(reports.front().model, 60) << ": ";
  printSizes(reports.front(), os);
  os << "\n";
  printTargets(reports, os);
  os << "\n";
  constexpr unsigned width = 22;
  for (const Report &report : reports)
    os << left_justify(report.machine->name, width);
  os << "layer\n";
  for (const LayerRow &row : matchLayers(reports)) {
    for (size_t r = 0; r < reports.size(); ++r) {
      std::string cell = "-";
      if (const LayerReport *layer = row.on[r]) {
        cell = withUnit(layer->prediction.seconds(), "s");
        if (reports[r].hasEnergy)
          cell += ", " + withUnit(layer->energy.joules(), "J");
      }
      os << left_justify(cell, width);
    }
    os << shortened(row.any().name, 40) << " (" << shortened(row.any().op, 24)
       << ")\n";
  }
}

void tern::printText(const Comparison &comparison, raw_ostream &os) {
  if (comparison.reports.size() == 1)
    printOne(comparison.reports.front(), os);
  else
    printSideBySide(comparison.reports, os);
  for (const RefusedTarget &refused : comparison.refused)
    os << refused.target << " refused the model: " << refused.reason << "\n";
}
