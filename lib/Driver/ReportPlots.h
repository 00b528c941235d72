//===- ReportPlots.h - Plots of a report as SVG ---------------------------===//
#pragma once
#include "lib/Driver/Report.h"

namespace tern {

/// Any bytes as text that is safe between tags and in quoted attributes.
std::string escapedHtml(llvm::StringRef any);

/// Contractions under the roofs of the machine, both axes logarithmic.
void plotRoofline(const Report &report, llvm::raw_ostream &os);
/// A bar per layer, stacked by component, with its interval. Where there are
/// many, those that take least have none, and a note says what they take
/// together.
void plotEnergy(const Report &report, llvm::raw_ostream &os);

} // namespace tern
