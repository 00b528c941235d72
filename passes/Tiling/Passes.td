//===- Passes.td - The tiling stage -----------------------------------------===//
#ifndef TERN_PASSES_TILING
#define TERN_PASSES_TILING

include "mlir/Pass/PassBase.td"

#endif // TERN_PASSES_TILING
