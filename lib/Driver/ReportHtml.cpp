//===- ReportHtml.cpp - Reports as one self-contained page ----------------===//
//
// Everything is in the page: styles, plots as SVG, tables. Nothing is loaded
// and nothing runs. Whatever comes from the model is escaped.
//
//===----------------------------------------------------------------------===//
#include "lib/Driver/ReportPlots.h"
#include "lib/Driver/ReportText.h"

using namespace llvm;
using namespace tern;

static constexpr StringLiteral style = R"(
:root { color-scheme: light; }
body { font: 14px/1.45 system-ui, "DejaVu Sans", sans-serif; color: #1c2733;
       margin: 2em auto; max-width: 1180px; padding: 0 1.5em; background: #fff; }
h1 { font-size: 1.5em; margin-bottom: .2em; overflow-wrap: anywhere; }
h2 { font-size: 1.15em; margin: 2em 0 .5em; border-bottom: 1px solid #d5dbe1; }
h3 { font-size: 1em; margin: 1.4em 0 .3em; }
p.note { color: #55616d; margin: .3em 0; max-width: 60em; }
table { border-collapse: collapse; font-size: 13px; }
th { text-align: left; font-weight: 600; border-bottom: 2px solid #9aa7b4;
     position: sticky; top: 0; background: #fff; }
td, th { padding: .22em .8em .22em 0; vertical-align: top; white-space: nowrap; }
tr:nth-child(even) td { background: #f5f7f9; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
td.name { white-space: normal; overflow-wrap: anywhere; min-width: 14em; }
.scroll { overflow-x: auto; }
svg { display: block; max-width: 100%; height: auto; }
svg text { font: 11px system-ui, "DejaVu Sans", sans-serif; fill: #1c2733; }
)";

namespace {
/// Writes one page.
class Page {
public:
  Page(const Comparison &comparison, raw_ostream &os)
      : comparison(comparison), reports(comparison.reports), os(os) {}
  void print();

private:
  void cell(StringRef text) { os << "<td>" << escapedHtml(text) << "</td>"; }
  void number(StringRef text) {
    os << "<td class=n>" << escapedHtml(text) << "</td>";
  }
  void head(std::initializer_list<std::pair<StringRef, bool>> columns);
  void printTargets();
  void printPlots(const Report &report);
  void printComponents(const Report &report);
  void printLayers(const Report &report);
  void printLayer(const Report &report, const LayerReport &layer);

  const Comparison &comparison;
  ArrayRef<Report> reports;
  raw_ostream &os;
};
} // namespace

/// A table's head; true marks a column of numbers.
void Page::head(std::initializer_list<std::pair<StringRef, bool>> columns) {
  os << "<tr>";
  for (auto [name, isNumber] : columns)
    os << (isNumber ? "<th class=n>" : "<th>") << name << "</th>";
  os << "</tr>\n";
}

void Page::printTargets() {
  os << "<h2>Targets</h2>\n<div class=scroll><table>\n";
  head({{"target", false},
        {"kind", false},
        {"time", true},
        {"energy", true},
        {"from", true},
        {"to", true},
        {"guesses", true},
        {"off-chip", true},
        {"weights", true},
        {"bound by", false}});
  for (const Report &report : reports) {
    Energy energy = report.energy();
    auto joules = [&](double value) {
      number(report.hasEnergy ? withUnit(value, "J") : "-");
    };
    auto [resource, share] = report.bindingResource();
    os << "<tr>";
    cell(report.machine->name);
    cell(nameOf(report.machine->kind));
    number(withUnit(report.seconds(), "s"));
    joules(energy.joules());
    joules(energy.low());
    joules(energy.high());
    number(report.hasEnergy ? percent(energy.guessed()) : "-");
    number(withUnit(report.bytesAt(report.machine->memory.size() - 1), "B"));
    number(withUnit(report.weightsBytes, "B"));
    cell(resource.empty() ? "-" : resource + " (" + percent(share) + ")");
    os << "</tr>\n";
  }
  os << "</table></div>\n<p class=note>Predicted for one run; none of it is "
        "measured. The interval follows from the uncertainty of each figure of "
        "the machine; <em>guesses</em> is the share of the energy that rests "
        "on figures without a source. <em>Off-chip</em> is what passes through "
        "the last level of memory in a run that follows another one.</p>\n";
}

void Page::printPlots(const Report &report) {
  os << "<h2>" << escapedHtml(report.machine->name) << "</h2>\n";
  if (std::string assumption = assumptionOf(report); !assumption.empty())
    os << "<p class=note>Assumes " << escapedHtml(assumption) << ".</p>\n";
  os << "<h3>Roofline</h3>\n<p class=note>Each dot is a contraction, as large "
        "as its share of the time; the rate includes its launch. Hover for its "
        "name.</p>\n";
  plotRoofline(report, os);
  if (!report.hasEnergy)
    return;
  os << "<h3>Energy per layer</h3>\n";
  plotEnergy(report, os);
  printComponents(report);
}

void Page::printComponents(const Report &report) {
  Energy energy = report.energy();
  os << "<details><summary>Energy by component</summary><table>\n";
  head({{"component", false},
        {"energy", true},
        {"from", true},
        {"to", true},
        {"guesses", true},
        {"share", true}});
  for (const auto &[component, part] : energy.byComponent()) {
    os << "<tr>";
    cell(nameOf(component, *report.machine));
    number(withUnit(part.joules(), "J"));
    number(withUnit(part.low(), "J"));
    number(withUnit(part.high(), "J"));
    number(percent(part.guessed()));
    number(percent(part.joules() / energy.joules()));
    os << "</tr>\n";
  }
  os << "</table></details>\n";
}

void Page::printLayer(const Report &report, const LayerReport &layer) {
  double total = report.seconds();
  const Prediction &prediction = layer.prediction;
  os << "<tr><td class=name>" << escapedHtml(layer.name) << "</td>";
  cell(layer.op);
  cell(layer.output);
  cell(layer.method);
  cell(weightsOf(layer));
  number(layer.work.macs > 0 ? withUnit(layer.work.macs, "") : "");
  number(withUnit(prediction.seconds(), "s"));
  number(percent(total > 0 ? prediction.seconds() / total : 0));
  cell(prediction.resource);
  if (report.hasEnergy) {
    number(withUnit(layer.energy.joules(), "J"));
    number(withUnit(layer.energy.low(), "J"));
    number(withUnit(layer.energy.high(), "J"));
  }
  for (unsigned i = 0; i < report.machine->memory.size(); ++i)
    number(withUnit(layer.movement.bytesAt(i), "B"));
  os << "</tr>\n";
}

void Page::printLayers(const Report &report) {
  os << "<h3>Layers</h3>\n<div class=scroll><table>\n<tr>";
  for (const char *name : {"layer", "operator", "output", "method", "weights"})
    os << "<th>" << name << "</th>";
  os << "<th class=n>MACs</th><th class=n>time</th><th class=n>share</th>"
        "<th>bound by</th>";
  if (report.hasEnergy)
    os << "<th class=n>energy</th><th class=n>from</th><th class=n>to</th>";
  for (const MemoryLevel &level : report.machine->memory)
    os << "<th class=n>" << escapedHtml(level.name) << "</th>";
  os << "</tr>\n";
  for (const LayerReport &layer : report.layers)
    printLayer(report, layer);
  os << "</table></div>\n";
}

void Page::print() {
  const Report &first = reports.front();
  std::string model = escapedHtml(first.model);
  os << "<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
        "<meta name=viewport content=\"width=device-width\">\n<title>"
     << model << " - tern report</title>\n<style>" << style
     << "</style>\n</head>\n<body>\n<h1>" << model << "</h1>\n<p class=note>"
     << first.layers.size() << " steps, " << withUnit(first.macs(), "")
     << " multiply-accumulates, " << withUnit(first.parameters, "")
     << " parameters.</p>\n";
  printTargets();
  for (const RefusedTarget &refused : comparison.refused)
    os << "<p class=note>" << escapedHtml(refused.target)
       << " refused the model: " << escapedHtml(refused.reason) << "</p>\n";
  for (const Report &report : reports) {
    printPlots(report);
    printLayers(report);
  }
  os << "</body>\n</html>\n";
}

void tern::printHtml(const Comparison &comparison, raw_ostream &os) {
  Page(comparison, os).print();
}
