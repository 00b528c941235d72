//===- Passes.h - The quantize stage --------------------------------------===//
#pragma once
#include "lib/Calibration/Statistics.h"
#include "mlir/Pass/Pass.h"

namespace tern::quantize {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/Quantize/Passes.h.inc"

/// The pass with statistics that are in memory; null: none.
std::unique_ptr<mlir::Pass>
createQuantize(QuantizeOptions options,
               std::shared_ptr<const calib::Statistics> statistics);
} // namespace tern::quantize
