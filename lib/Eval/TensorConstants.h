//===- TensorConstants.h - Tensors as constants of the IR -----------------===//
#pragma once
#include "lib/Eval/Tensor.h"
#include "mlir/IR/BuiltinAttributes.h"

namespace tern::eval {

/// Whether a constant of this type is an arith.constant rather than a weight.
bool isInlineConstant(mlir::RankedTensorType type);

/// Bytes of a constant of tensor-level type, as a weight's blob has them.
int64_t blobBytes(mlir::RankedTensorType type);

/// The value of an arith.constant.
mlir::DenseElementsAttr toDense(const Tensor &value);

/// The value of a tern.weight without a layout.
mlir::ElementsAttr toBlob(const Tensor &value, llvm::StringRef name);

} // namespace tern::eval
