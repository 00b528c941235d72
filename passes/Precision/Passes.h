//===- Passes.h - The precision stage ------------------------------------------===//
#pragma once
#include "mlir/Pass/Pass.h"

namespace tern::precision {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/Precision/Passes.h.inc"
} // namespace tern::precision
