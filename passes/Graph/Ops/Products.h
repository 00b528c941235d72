//===- Products.h - Shapes of matrix products and convolutions ------------===//
#pragma once
#include "passes/Graph/Ops/Support.h"

namespace tern::graph {

/// ONNX's MatMul of tensors of any rank, as a tern.matmul has it.
struct Product {
  mlir::Value lhs, rhs; ///< M x K, B x M x K; N x K when transposed, else K x N
  bool transposed = false;
  Shape batch, result;
  int64_t m = 1, n = 1, k = 1;

  /// Rows of the left-hand side of all batches.
  int64_t rows() const { return product(batch) * m; }
  bool isBatched() const { return shapeOf(rhs).size() == 3; }
  /// The shape of the tern.matmul's result.
  Shape matrixShape() const {
    return isBatched() ? Shape{product(batch), m, n} : Shape{rows(), n};
  }
};

/// Operands `a` and `c` of a MatMul. Refuses shapes that do not fit.
mlir::FailureOr<Product> matmulOperands(Expansion &e, mlir::Value a,
                                        mlir::Value c);

/// The product itself, of floats, of shape `result`.
mlir::Value realProduct(LocBuilder &b, const Product &p);

/// The window of a convolution, as tern.conv has it, and the result's shape.
struct Window {
  Shape strides, dilations, pads, result;
  int64_t groups = 1;
};

/// The window that a node's attributes say, auto_pad included.
mlir::FailureOr<Window> windowOf(Expansion &e, llvm::ArrayRef<int64_t> input,
                                 llvm::ArrayRef<int64_t> filter);

} // namespace tern::graph
