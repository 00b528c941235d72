//===- Passes.h - The sparsity stage --------------------------------------===//
#pragma once
#include "lib/Calibration/Statistics.h"
#include "mlir/Pass/Pass.h"

namespace tern::sparsity {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/Sparsity/Passes.h.inc"

/// The pass with statistics that are in memory; null: none.
std::unique_ptr<mlir::Pass>
createPruneNm(PruneNmOptions options,
              std::shared_ptr<const calib::Statistics> statistics);
} // namespace tern::sparsity
