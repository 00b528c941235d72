//===- Passes.h - The lowering stage ------------------------------------------===//
#pragma once
#include "mlir/Pass/Pass.h"

namespace tern::lowering {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/Lowering/Passes.h.inc"
} // namespace tern::lowering
