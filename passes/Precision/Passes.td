//===- Passes.td - The precision stage -----------------------------------------===//
#ifndef TERN_PASSES_PRECISION
#define TERN_PASSES_PRECISION

include "mlir/Pass/PassBase.td"

def AssignPrecision : Pass<"tern-assign-precision", "mlir::ModuleOp"> {
  let summary = "Choose a format for each float contraction under a budget.";
  let description = [{
    Rounds the weights of each layer to every candidate and measures what that
    does to the layer's products on the samples; inputs are taken as exact. Then
    each gets one of them, as the discardable attribute `tern.precision` that
    tern-quantize reads, so that the sum of relative errors is small and the
    weights fit the budget. A remark at each layer says what it was chosen from.

    Assumes: the tensor form, before tern-quantize. Guarantees: every float
    contraction with constant weights has a format.
    Cost: that of tern-quantize for every candidate.
  }];
  let options = [
    Option<"budget", "budget", "std::string", "\"\"",
           "bytes:<count>, or bytes:<share>% of the weights in f32">,
    Option<"candidates", "candidates", "std::string", "\"w8a8+w4a8+w2a8\"",
           "Formats to choose from">,
    Option<"rounding", "rounding", "std::string", "\"nearest\"",
           "nearest or gptq, as tern-quantize will round">,
    Option<"statistics", "statistics", "std::string", "\"\"",
           "A file that `tern calibrate` wrote">
  ];
  let dependentDialects = ["::tern::ir::TernDialect"];
}

def SelectMpGemm : Pass<"tern-select-mpgemm", "mlir::ModuleOp"> {
  let summary = "Choose how each contraction is computed.";
  let description = [{
    Sets `method` on every tern.matmul and tern.conv: the fastest of the legal
    entries of lib/Methods on the machine of the module's `tern.target` (the
    portable machine `c` without one), as lib/CostModel predicts them; direct
    loops only where they are faster by more than a tenth. The
    discardable attribute `tern.choice` keeps the reasons for the report: the
    seconds of the chosen method and of the next and the proven bound of an
    integer accumulator; the module's `tern.resident_bytes` keeps the size of
    weights and activations that decided where weights come from.

    Assumes: tensor form, static shapes.
    Guarantees: every contraction has a legal method.
    Cost: a few passes over the constant weights.
  }];
  let options = [
    Option<"method", "method", "std::string", "\"\"",
           "Use this method; an error where it is not legal">,
    Option<"bisectLayer", "bisect-layer", "int64_t", "-1",
           "Compute contractions of layers numbered above this with plain "
           "loops, to find the one whose method is at fault; -1: none">
  ];
  let dependentDialects = ["::tern::ir::TernDialect"];
}

#endif // TERN_PASSES_PRECISION
