//===- Passes.h - The lowering stage
//------------------------------------------===//
#pragma once
#include "dialects/Kern/Kern.h"
#include "dialects/Tern/Tern.h"
#include "mlir/Pass/Pass.h"

namespace tern::lowering {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/Lowering/Passes.h.inc"
} // namespace tern::lowering
