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
    element type of the codes. Where vectors have no fixed length, int_dot sums
    in 16 bits: `tern.window` is the number of products whose sum is proved to
    fit, from the actual weights and the inputs' type, and `tern.center` what
    codes are less in those sums. A K x N constant becomes N x K. Weights left
    without uses are dropped.

    Assumes: tern-select-mpgemm.
    Guarantees: a contraction has a `layout` exactly when its right-hand side
    is packed; values are unchanged.
    Cost: one read and one write of the weights.
  }];
  let dependentDialects = ["::tern::ir::TernDialect"];
}

def Decompose : Pass<"tern-decompose", "mlir::ModuleOp"> {
  let summary = "Write quantize, dequantize and pads as linalg.generic.";
  let description = [{
    What is elementwise or movement becomes a linalg.generic, so that one
    fusion and one lowering serve everything. Quantization divides by the
    scale, rounds to nearest even, adds the zero point, clamps in f32, and only
    then converts, so that no conversion is out of range.

    Assumes: tensor form.
    Guarantees: no tern.quantize, tern.dequantize or tensor.pad is left; values are unchanged; layers keep their locations.
    Cost: linear.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::tensor::TensorDialect"
  ];
}

def FuseElementwise : Pass<"tern-fuse-elementwise", "mlir::ModuleOp"> {
  let summary = "Inline elementwise producers into their only consumer.";
  let description = [{
    A producer is inlined when it has one use and every element of it is used
    once (the consumer reads it through a permutation), or when its body only
    moves or decodes. Nothing is computed twice otherwise. The fused op keeps
    the consumer's location.

    Assumes: tern-decompose. Guarantees: values are unchanged.
    Cost: greedy rewriting to a fixed point.
  }];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def FuseEpilogue : Pass<"tern-fuse-epilogue", "mlir::ModuleOp"> {
  let summary = "Inline elementwise consumers into a contraction's epilogue.";
  let description = [{
    The only user of a contraction, when it is a linalg.generic of parallel
    loops that reads the contraction through the identity, becomes part of the
    contraction's scalar body; its other inputs become extras. The contraction
    takes the user's location.

    Assumes: tern-fuse-elementwise. Guarantees: values are unchanged.
    Cost: linear in contractions and their users.
  }];
  let dependentDialects = ["::tern::ir::TernDialect"];
}

#endif // TERN_PASSES_TILING
