//===- WidenSmallFloats.h - f16 and bf16 as storage -----------------------===//
#pragma once
#include "mlir/Pass/PassManager.h"

namespace tern::backend {

/// Adds the passes after which f16 and bf16 are storage: arithmetic happens in
/// f32, rounded after every operation, which for these widths is the correctly
/// rounded result.
void addWidenSmallFloats(mlir::PassManager &manager);

} // namespace tern::backend
