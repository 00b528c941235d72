//===- ReportPlots.cpp - Plots of a report as SVG -------------------------===//
#include "lib/Driver/ReportPlots.h"
#include "lib/Driver/ReportText.h"
#include "lib/Driver/Svg.h"
#include "llvm/Support/Format.h"
#include <cmath>
#include <set>

using namespace llvm;
using namespace tern;
using Anchor = Svg::Anchor;

static constexpr StringLiteral axisColor = "#55616d", gridColor = "#e3e8ed",
                               dotColor = "#b3261e";

/// Levels of memory from the innermost, each in three shades for weights,
/// inputs and outputs.
static const char *levelColor(unsigned level, Operand operand) {
  static const char *const colors[][numOperands] = {
      {"#1f6f8b", "#5a9db5", "#a3cbd9"}, {"#2e7d4f", "#68ab84", "#abd3bc"},
      {"#8a6d1f", "#bba057", "#ddcb9c"}, {"#6b4c9a", "#9c83c2", "#cbbde2"},
      {"#7a3b5d", "#ad7593", "#d8b6c7"}, {"#3d4a57", "#76838f", "#b4bdc5"}};
  return colors[level % std::size(colors)][indexOf(operand)];
}

//===----------------------------------------------------------------------===//
// Roofline
//===----------------------------------------------------------------------===//

namespace {
/// A dot: multiply-accumulates per byte against those per second.
struct Dot {
  const LayerReport *layer;
  double intensity, rate;
};

/// A logarithmic axis over whole decades.
struct LogAxis {
  double low, high, from, to;
  LogAxis(double least, double greatest, double from, double to)
      : low(std::floor(std::log10(least))),
        high(std::ceil(std::log10(greatest))), from(from), to(to) {
    if (high <= low)
      high = low + 1;
  }
  double operator()(double value) const {
    return from + (to - from) * (std::log10(value) - low) / (high - low);
  }
  double least() const { return std::pow(10, low); }
  double greatest() const { return std::pow(10, high); }
};

/// A horizontal roof.
struct Roof {
  std::string name;
  double rate;
};

class RooflinePlot {
public:
  RooflinePlot(const Report &report, raw_ostream &os)
      : report(report), machine(*report.machine), os(os) {}
  void print();

private:
  void collect();
  void printAxes(Svg &svg, const LogAxis &x, const LogAxis &y);
  void printRoofs(Svg &svg, const LogAxis &x, const LogAxis &y);
  void printDots(Svg &svg, const LogAxis &x, const LogAxis &y);

  const Report &report;
  const Machine &machine;
  raw_ostream &os;
  std::vector<Dot> dots;
  std::vector<Roof> roofs; ///< of arithmetic, from the highest
  static constexpr double width = 760, height = 400, left = 70, right = 160,
                          top = 24, bottom = 46;
};
} // namespace

void RooflinePlot::collect() {
  std::set<std::pair<double, std::string>> rates;
  for (const LayerReport &layer : report.layers) {
    double bytes = layer.work.bytes();
    if (layer.work.macs <= 0 || bytes <= 0)
      continue;
    dots.push_back({&layer, layer.work.macs / bytes,
                    layer.work.macs / layer.prediction.seconds()});
    const ComputeUnit &unit = machine.unitFor(layer.work.lhs, layer.work.rhs);
    rates.insert({unit.macsPerCycle.value * machine.clock.value * machine.cores,
                  std::string(nameOf(unit.lhs)) + " x " + nameOf(unit.rhs)});
  }
  for (const auto &[rate, name] : reverse(rates))
    roofs.push_back({name, rate});
}

void RooflinePlot::printAxes(Svg &svg, const LogAxis &x, const LogAxis &y) {
  for (double power = x.low; power <= x.high; ++power) {
    double at = x(std::pow(10, power));
    svg.line(at, y.from, at, y.to, gridColor);
    std::string label;
    raw_string_ostream(label) << format("%g", std::pow(10, power));
    svg.text(at, y.from + 16, label, Anchor::Middle);
  }
  // A label for each decade, or for every third where they are many.
  int step = y.high - y.low > 8 ? 3 : 1;
  for (double power = y.low; power <= y.high; power += step) {
    double at = y(std::pow(10, power));
    svg.line(x.from, at, x.to, at, gridColor);
    svg.text(x.from - 6, at + 4, withUnit(std::pow(10, power), ""),
             Anchor::End);
  }
  svg.line(x.from, y.from, x.to, y.from, axisColor);
  svg.line(x.from, y.from, x.from, y.to, axisColor);
  svg.text((x.from + x.to) / 2, height - 8,
           "MACs per byte of weights, inputs and outputs", Anchor::Middle,
           axisColor);
  svg.text(16, (y.from + y.to) / 2, "MACs per second", Anchor::Middle,
           axisColor, -90);
}

void RooflinePlot::printRoofs(Svg &svg, const LogAxis &x, const LogAxis &y) {
  double peak = roofs.front().rate, lastLabel = -100;
  for (const Roof &roof : roofs) {
    svg.line(x.from, y(roof.rate), x.to, y(roof.rate), axisColor, 1.5, "5 3");
    double at = std::max(y(roof.rate) + 4, lastLabel + 13);
    svg.text(x.to + 6, at, roof.name, Anchor::Start, axisColor);
    lastLabel = at;
  }
  // Slopes end at the highest roof or at the frame.
  for (unsigned i = machine.memory.size(); i-- > 0;) {
    const MemoryLevel &level = machine.memory[i];
    double bandwidth = level.sharedBandwidth.value;
    double start = std::max(x.least(), y.least() / bandwidth);
    double end = std::min(x.greatest(), peak / bandwidth);
    if (end <= start)
      continue;
    const char *color = levelColor(i, Operand::Weights);
    svg.line(x(start), y(start * bandwidth), x(end), y(end * bandwidth), color,
             1.5);
    // Names at different heights, those of the inner levels above: bandwidths
    // may be close.
    double share = (i + 1.0) / (machine.memory.size() + 1.0);
    bool isInner = 2 * i < machine.memory.size();
    double labelX = start * std::pow(end / start, share);
    double slope = std::atan2(y(end * bandwidth) - y(start * bandwidth),
                              x(end) - x(start)) *
                   180 / M_PI;
    svg.text(x(labelX), y(labelX * bandwidth) + (isInner ? -5 : 14),
             level.name + " " + withUnit(bandwidth, "B/s"), Anchor::Middle,
             color, slope);
  }
}

void RooflinePlot::printDots(Svg &svg, const LogAxis &x, const LogAxis &y) {
  double total = report.seconds();
  // Large ones first, so that none hides another.
  sort(dots, [](const Dot &a, const Dot &b) {
    return a.layer->prediction.seconds() > b.layer->prediction.seconds();
  });
  for (const Dot &dot : dots) {
    const LayerReport &layer = *dot.layer;
    double share = layer.prediction.seconds() / total;
    svg.circle(x(dot.intensity), y(dot.rate), 3 + 14 * std::sqrt(share),
               dotColor,
               shortened(layer.name, 120) + " (" + layer.op +
                   "): " + withUnit(layer.prediction.seconds(), "s") + ", " +
                   percent(share) + " of the time, bound by " +
                   layer.prediction.resource);
  }
}

void RooflinePlot::print() {
  collect();
  if (dots.empty()) {
    os << "<p class=note>No contraction to show.</p>\n";
    return;
  }
  double leastX = 0.02, greatestX = 100, leastY = roofs.back().rate,
         greatestY = roofs.front().rate;
  for (const Dot &dot : dots) {
    leastX = std::min(leastX, dot.intensity);
    greatestX = std::max(greatestX, dot.intensity);
    leastY = std::min(leastY, dot.rate);
  }
  LogAxis x(leastX, greatestX, left, width - right),
      y(leastY / 2, greatestY, height - bottom, top);
  Svg svg(os, width, height);
  printAxes(svg, x, y);
  printRoofs(svg, x, y);
  printDots(svg, x, y);
}

void tern::plotRoofline(const Report &report, raw_ostream &os) {
  RooflinePlot(report, os).print();
}

//===----------------------------------------------------------------------===//
// Energy
//===----------------------------------------------------------------------===//

static const char *colorOf(const Component &component) {
  switch (component.kind) {
  case Component::Kind::Compute:
    return "#b3261e";
  case Component::Kind::Scalar:
    return "#e39b95";
  case Component::Kind::Memory:
    return levelColor(component.level, component.operand);
  case Component::Kind::Static:
    return "#9aa7b4";
  case Component::Kind::Launch:
    return "#cfd6dc";
  }
  llvm_unreachable("a component");
}

namespace {
struct Bar {
  std::string label, title;
  Energy energy;
};

class EnergyPlot {
public:
  EnergyPlot(const Report &report, raw_ostream &os) : report(report), os(os) {}
  void print();

private:
  void collect();
  double printLegend(Svg *svg);
  void printOthers();
  void printAxis(Svg &svg, double scale, double greatest, double top);
  void printBar(Svg &svg, const Bar &bar, double scale, double y);

  const Report &report;
  raw_ostream &os;
  std::vector<Bar> bars;
  /// What has no bar.
  Energy others;
  size_t numOthers = 0;
  static constexpr double width = 1040, left = 270, right = 90, row = 17;
  static constexpr size_t mostBars = 40;
};
} // namespace

/// The greatest layers in their order.
void EnergyPlot::collect() {
  std::vector<const LayerReport *> layers;
  for (const LayerReport &layer : report.layers)
    layers.push_back(&layer);
  sort(layers, [](const LayerReport *a, const LayerReport *b) {
    return std::pair(-a->energy.joules(), a) <
           std::pair(-b->energy.joules(), b);
  });
  std::set<const LayerReport *> shown(
      layers.begin(), layers.begin() + std::min(layers.size(), mostBars));
  for (const LayerReport &layer : report.layers) {
    if (shown.count(&layer)) {
      bars.push_back({shortened(labelOf(layer), 38),
                      shortened(labelOf(layer), 120) + " (" + layer.op + ")",
                      layer.energy});
      continue;
    }
    others += layer.energy;
    ++numOthers;
  }
}

void EnergyPlot::printOthers() {
  if (numOthers)
    os << "<p class=note>" << numOthers << " other layers take "
       << withUnit(others.joules(), "J") << " together, "
       << percent(others.joules() / report.energy().joules())
       << " of all.</p>\n";
}

/// Prints swatches in rows, or only measures them; returns their height.
double EnergyPlot::printLegend(Svg *svg) {
  double x = 10, y = 14;
  for (const auto &[component, joules] : report.energy().byComponent()) {
    std::string name = nameOf(component, *report.machine);
    double needed = 22 + 6.6 * name.size();
    if (x + needed > width) {
      x = 10;
      y += row;
    }
    if (svg) {
      svg->rect(x, y - 9, 11, 11, colorOf(component));
      svg->text(x + 15, y, name);
    }
    x += needed + 8;
  }
  return y + 12;
}

/// Ticks at 1, 2 or 5 times a power of ten.
void EnergyPlot::printAxis(Svg &svg, double scale, double greatest,
                           double top) {
  double step = std::pow(10, std::floor(std::log10(greatest)));
  for (double factor : {0.1, 0.2, 0.5, 1.0})
    if (greatest / (step * factor) <= 8) {
      step *= factor;
      break;
    }
  double bottom = top + bars.size() * row + 4;
  for (int i = 0; i * step <= greatest; ++i) {
    double x = left + i * step * scale;
    svg.line(x, top, x, bottom,
             i ? StringRef(gridColor) : StringRef(axisColor));
    svg.text(x, bottom + 14, withUnit(i * step, "J"), Anchor::Middle,
             axisColor);
  }
}

void EnergyPlot::printBar(Svg &svg, const Bar &bar, double scale, double y) {
  svg.text(left - 8, y + 11, bar.label, Anchor::End);
  double x = left, joules = bar.energy.joules();
  for (const auto &[component, part] : bar.energy.byComponent()) {
    svg.rect(x, y + 2, part * scale, row - 5, colorOf(component),
             bar.title + ": " + nameOf(component, *report.machine) + " " +
                 withUnit(part, "J") + ", " + percent(part / joules));
    x += part * scale;
  }
  double low = left + bar.energy.low() * scale,
         high = left + bar.energy.high() * scale, middle = y + row / 2 - 0.5;
  svg.line(low, middle, high, middle, "#1c2733");
  svg.line(low, middle - 3, low, middle + 3, "#1c2733");
  svg.line(high, middle - 3, high, middle + 3, "#1c2733");
  svg.text(width - 4, y + 11, withUnit(joules, "J"), Anchor::End);
}

void EnergyPlot::print() {
  collect();
  double greatest = 0;
  for (const Bar &bar : bars)
    greatest = std::max(greatest, bar.energy.high());
  if (greatest <= 0)
    return;
  printOthers();
  double scale = (width - left - right) / greatest;
  double top = printLegend(nullptr);
  Svg svg(os, width, top + bars.size() * row + 24);
  printLegend(&svg);
  printAxis(svg, scale, greatest, top);
  for (size_t i = 0; i < bars.size(); ++i)
    printBar(svg, bars[i], scale, top + i * row);
}

void tern::plotEnergy(const Report &report, raw_ostream &os) {
  EnergyPlot(report, os).print();
}
