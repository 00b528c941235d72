//===- Passes.td - The precision stage -----------------------------------------===//
#ifndef TERN_PASSES_PRECISION
#define TERN_PASSES_PRECISION

include "mlir/Pass/PassBase.td"

#endif // TERN_PASSES_PRECISION
