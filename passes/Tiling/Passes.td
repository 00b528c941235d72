//===- Passes.td - The tiling stage -----------------------------------------===//
#ifndef TERN_PASSES_TILING
#define TERN_PASSES_TILING

include "mlir/Pass/PassBase.td"

def PackWeights : Pass<"tern-pack-weights", "mlir::ModuleOp"> {
  let summary = "Put constant weights into the order that kernels read.";
  let description = [{
    For each contraction whose `method` works on packed weights: makes a
    `tern.weight` with the method's layout, as narrow as the codes that occur
    allow; packs per-row scales and zero points tile by tile beside it; and,
    where inputs may have a zero point, adds the rows' sums as an extra that
    the epilogue ignores (`tern.row_sums` is its index). `tern.codes` keeps the
    element type of the codes. A K x N constant becomes N x K. Weights left
    without uses are dropped.

    Assumes: tern-select-mpgemm.
    Guarantees: a contraction has a `layout` exactly when its right-hand side
    is packed; values are unchanged.
    Cost: one read and one write of the weights.
  }];
  let dependentDialects = ["::tern::ir::TernDialect"];
}

#endif // TERN_PASSES_TILING
