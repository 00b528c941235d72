//===- Passes.h - The tiling stage ------------------------------------------===//
#pragma once
#include "mlir/Pass/Pass.h"

namespace tern::tiling {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/Tiling/Passes.h.inc"
} // namespace tern::tiling
