//===- Passes.td - The quantize stage -------------------------------------===//
#ifndef TERN_PASSES_QUANTIZE
#define TERN_PASSES_QUANTIZE

include "mlir/Pass/PassBase.td"

def Quantize : Pass<"tern-quantize", "::mlir::ModuleOp"> {
  let summary = "Turn float contractions into contractions of codes.";
  let description = [{
    A tern.matmul or tern.conv of f32 inputs and constant f32 weights gets codes
    for weights and, where `spec` asks for it, for inputs:

        tern.matmul(x, w)
        -> tern.matmul(dequantize(quantize(x)), dequantize(codes of w))

    which is the form that quantized models have when they come from a file;
    `tern-integer-contractions` makes products of codes of it. Weights are
    symmetric, with a scale for each row, or for each `g` weights of a row of a
    matrix. Scale and zero point of inputs come from the statistics; `d`, or no
    statistics, means one scale for each row of inputs, computed when running
    (matrices only). A convolution that keeps float inputs multiplies codes and
    scales its sums.

    The attribute `tern.precision` of a contraction takes the place of `spec`.
    `spec` is w<2..8>[a<2..8>|a16][d][g<size>] or ternary[a<..>][d][g<size>],
    then ",layer=spec" or ",layer=float" for single layers. `a16`, and no `a`
    behind `w`, leave inputs as they are; `ternary` alone means a8.

    Assumes: the tensor form. Guarantees: the tensor form; a layer that is left
    as it is gets a remark. Cost: linear in the weights, times 96 for the search
    of scales; with `rounding=gptq` cubic in a row's length.
  }];
  let options = [
    Option<"spec", "spec", "std::string", "\"\"", "What to quantize to">,
    Option<"rounding", "rounding", "std::string", "\"nearest\"",
           "nearest, or gptq: weights make up for the errors before them">,
    Option<"statistics", "statistics", "std::string", "\"\"",
           "A file that `tern calibrate` wrote">
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::tensor::TensorDialect",
    "::tern::ir::TernDialect"
  ];
}

#endif // TERN_PASSES_QUANTIZE
