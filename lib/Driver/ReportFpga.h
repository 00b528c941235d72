//===- ReportFpga.h - What a design takes of its part ---------------------===//
#pragma once
#include "lib/Target/Machine.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

namespace tern {

/// One layer of a design; estimates, rounded.
struct DesignLayer {
  int64_t id = -1; ///< #tern.layer's, of the value that the stage computes
  std::string name;
  int64_t pe = 0, simd = 0, cycles = 0;
  int64_t lut = 0, ff = 0, bram18 = 0, uram = 0, dsp = 0;
};

/// A design, by layer: the part that it is for, and what its host does.
struct DesignReport {
  FpgaParts part;
  double clock = 0; ///< Hz
  std::vector<DesignLayer> layers;
  std::vector<std::string> hostLayers;

  /// The stage that computes the value `id`; null when none does.
  const DesignLayer *find(int64_t id) const;
  /// The first stage of the layer `name`.
  const DesignLayer *find(llvm::StringRef name) const;
  DesignLayer getTotal() const;
};

/// Reads the design of a module in kern form; nothing when it has none.
std::optional<DesignReport> describeDesign(mlir::ModuleOp kern,
                                           const Machine &machine);

void printJson(const DesignReport &report, llvm::json::OStream &json);
void printText(const DesignReport &report, llvm::raw_ostream &os);

} // namespace tern
