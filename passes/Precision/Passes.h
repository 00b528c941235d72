//===- Passes.h - The precision stage
//------------------------------------------===//
#pragma once
#include "lib/Calibration/Statistics.h"
#include "mlir/Pass/Pass.h"

namespace tern::precision {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/Precision/Passes.h.inc"

/// The pass with statistics that are in memory; null: none.
std::unique_ptr<mlir::Pass>
createAssignPrecision(AssignPrecisionOptions options,
                      std::shared_ptr<const calib::Statistics> statistics);
} // namespace tern::precision
