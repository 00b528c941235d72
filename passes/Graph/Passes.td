//===- Passes.td - The graph stage -----------------------------------------===//
#ifndef TERN_PASSES_GRAPH
#define TERN_PASSES_GRAPH

include "mlir/Pass/PassBase.td"

def BindDims : Pass<"tern-bind-dims", "::mlir::ModuleOp"> {
  let summary = "Give every open dimension of the entries' inputs a size.";
  let description = [{
    `dims` is a list such as `N=1,seq=16,x[2]=8`: a dimension's name, or the
    input's name and the dimension's position. What it does not name becomes 1.

    Assumes: the onnx form. Guarantees: every input has a static shape.
    Cost: linear in the number of inputs.
  }];
  let options = [
    Option<"dims", "dims", "std::string", "\"\"",
           "Sizes by dimension, as N=1,seq=16,x[2]=8">
  ];
}

def ExpandOnnx : Pass<"tern-expand-onnx", "::mlir::ModuleOp"> {
  let summary = "Replace ONNX nodes by tensor-level operations.";
  let description = [{
    One walk over each entry; each node is expanded by its row of the operator
    table (OperatorTable.h). Every refusal of the whole model is reported in one
    run, each at its node; then the pass fails.

    Assumes: the onnx form, inputs of static shape. Guarantees: the tensor form;
    no onnx operation is left. Cost: one visit per node, and the compile-time
    evaluation of shapes, axes and the like.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect", "::tern::ir::TernDialect"
  ];
}

def FoldConstants : Pass<"tern-fold-constants", "::mlir::ModuleOp"> {
  let summary = "Compute at compile time what depends on constants only.";
  let description = [{
    Evaluates each operation whose operands are constants with the reference
    evaluator. `tern.dequantize` (and what is computed from one) is kept, so
    that quantised weights stay recognisable; so are results more than 16 times
    as large as their operands. Weights that nothing uses are dropped.

    Assumes: the tensor form. Guarantees: the tensor form, equal results.
    Cost: the evaluation of the constant part of the graph.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect",
    "::tern::ir::TernDialect"
  ];
}

def IntegerContractions
    : Pass<"tern-integer-contractions", "::mlir::ModuleOp"> {
  let summary = "Contract codes as integers.";
  let description = [{
    A contraction of dequantized codes becomes one of the codes, with their zero
    points. Bias, bounds and a final quantization that follow it become integer
    too where that is exact (the bias is a whole number of units), else the sums
    are scaled and the rest stays. Dequantizations first move behind reshapes,
    transposes and slices. Inputs of a contraction that can only be -c and c, 0
    and c, or -c, 0 and c, as what computes them shows, are binary, uint1 or
    ternary codes (Where(x >= 0, c, -c); ONNX's Sign, which is 0 at 0), and their
    weights may be of one magnitude a row. A matrix product of reals and constant codes keeps
    the codes and their scales (`rhs_scale`).

    Assumes: the tensor form, constants folded. Guarantees: the tensor form;
    results equal up to the rounding of real arithmetic, and those of the
    integer form in ONNX (QLinearConv, QLinearMatMul); a NaN has no code. Dead
    operations are left. Cost: linear, and the evaluation of scales.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::tensor::TensorDialect",
    "::tern::ir::TernDialect"
  ];
}

def NumberLayers : Pass<"tern-number-layers", "::mlir::ModuleOp"> {
  let summary = "Number the tensor values of the graph stage's result.";
  let description = [{
    Each operation of an entry with tensor results gets a fused location with
    `#tern.layer<id, name, op>`: `id` is its first result's place in program
    order, name and operator are those of the ONNX node it comes from.

    Assumes: the tensor form. Guarantees: every function-level operation with a
    tensor result has a layer. Cost: linear.
  }];
  let dependentDialects = ["::tern::ir::TernDialect"];
}

#endif // TERN_PASSES_GRAPH
