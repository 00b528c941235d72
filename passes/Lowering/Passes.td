//===- Passes.td - The lowering stage -----------------------------------------===//
#ifndef TERN_PASSES_LOWERING
#define TERN_PASSES_LOWERING

include "mlir/Pass/PassBase.td"

#endif // TERN_PASSES_LOWERING
