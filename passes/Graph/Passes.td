//===- Passes.td - The graph stage -----------------------------------------===//
#ifndef TERN_PASSES_GRAPH
#define TERN_PASSES_GRAPH

include "mlir/Pass/PassBase.td"

#endif // TERN_PASSES_GRAPH
