//===- ReportText.h - Numbers and names as reports print them -------------===//
#pragma once
#include "lib/Driver/Report.h"

namespace tern {

/// "12.3 us", "4.56 mJ", "789 kB": three digits and an SI prefix.
std::string withUnit(double value, llvm::StringRef unit);

/// At most `width` characters of a name of any bytes, as UTF-8: the middle
/// gives way, for names tend to differ at their ends.
std::string shortened(llvm::StringRef name, size_t width);

/// What to call a layer: its name, or its operator when it has none.
llvm::StringRef labelOf(const LayerReport &layer);

/// "int8", "int8 in 2b" where codes are stored in other bits than they have;
/// empty without weights.
std::string weightsOf(const LayerReport &layer);

/// "74%"
std::string percent(double share);

/// A layer of several reports: the same step on each target, null where a
/// target has none like it.
struct LayerRow {
  std::vector<const LayerReport *> on;
  const LayerReport &any() const;
};

/// The layers of all reports by name, in the order of the first report.
std::vector<LayerRow> matchLayers(llvm::ArrayRef<Report> reports);

} // namespace tern
