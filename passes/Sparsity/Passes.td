//===- Passes.td - The sparsity stage -------------------------------------===//
#ifndef TERN_PASSES_SPARSITY
#define TERN_PASSES_SPARSITY

include "mlir/Pass/PassBase.td"

def PruneNm : Pass<"tern-prune-nm", "::mlir::ModuleOp"> {
  let summary = "Make all but N of every M weights of a row 0.";
  let description = [{
    Of every M consecutive weights of a row of a float contraction (K of a matrix;
    C x K1 x K2 of a filter) those N stay which `criterion` prefers:

    * magnitude: the greatest |w|.
    * activations: the greatest |w| times the root mean square of the input that
      it multiplies (Wanda); needs statistics.
    * compensated: those whose loss would change the row's products most; the
      weights after a pruned one move to make up for it (SparseGPT); needs
      inputs in memory, and rows of up to 4096 weights.

    Assumes: the tensor form, before tern-quantize, which keeps zeros.
    Guarantees: the tensor form; the pruned weights obey N:M exactly.
    Cost: linear in the weights; cubic in a row's length when compensated.
  }];
  let options = [
    Option<"pattern", "pattern", "std::string", "\"2:4\"", "N:M, N < M">,
    Option<"criterion", "criterion", "std::string", "\"magnitude\"",
           "magnitude, activations or compensated">,
    Option<"statistics", "statistics", "std::string", "\"\"",
           "A file that `tern calibrate` wrote">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::tern::ir::TernDialect"];
}

def MarkNm : Pass<"tern-mark-nm", "::mlir::ModuleOp"> {
  let summary = "Find contractions whose constant weights obey N:M.";
  let description = [{
    Sets the discardable attribute `tern.nm` to the first of 1:4, 2:4, 4:8 and
    `pattern` that the weights obey, whether this compiler pruned them or the
    model came so. A weight is 0 when it equals its zero point.

    Assumes: the tensor form. Guarantees: the same operations.
    Cost: linear in the constant weights.
  }];
  let options = [
    Option<"pattern", "pattern", "std::string", "\"\"", "One more N:M to look for">
  ];
  let dependentDialects = ["::tern::ir::TernDialect"];
}

#endif // TERN_PASSES_SPARSITY
