//===- Passes.h - The graph stage
//------------------------------------------===//
#pragma once
#include "mlir/Pass/Pass.h"

namespace tern::graph {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/Graph/Passes.h.inc"
} // namespace tern::graph
