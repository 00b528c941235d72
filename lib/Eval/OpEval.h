//===- OpEval.h - Evaluation of single tensor-level operations ------------===//
#pragma once
#include "dialects/Tern/Tern.h"
#include "lib/Eval/Eval.h"
#include "lib/Eval/Noise.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace tern::eval {

/// The values of an operation's operands, and of tensors captured by regions.
using Lookup = llvm::function_ref<const Tensor *(mlir::Value)>;
using Results = llvm::SmallVector<Tensor, 1>;

/// Fails with a located error when `type` is not a static tensor of a size
/// that a host can hold.
mlir::LogicalResult checkSize(mlir::Operation *op, mlir::Type type);

/// With `noise`, results that implementations may round differently are moved.
mlir::FailureOr<Results> evalGeneric(mlir::linalg::GenericOp op, Lookup lookup,
                                     Noise *noise);
mlir::FailureOr<Results> evalMatmul(ir::MatmulOp op, Lookup lookup,
                                    Noise *noise);
mlir::FailureOr<Results> evalConv(ir::ConvOp op, Lookup lookup, Noise *noise);
mlir::FailureOr<Results> evalQuantize(ir::QuantizeOp op, Lookup lookup);
mlir::FailureOr<Results> evalInsert(ir::InsertOp op, Lookup lookup);
mlir::FailureOr<Results> evalDequantize(ir::DequantizeOp op, Lookup lookup);

/// tensor.*, linalg.fill, arith.constant, and scalar operations at function
/// level (as rank-0 tensors).
mlir::FailureOr<Results> evalTensorOp(mlir::Operation *op, Lookup lookup);

/// The contents of a constant attribute of a static tensor type, in byte
/// storage; `type` gives the element type when the blob holds codes.
mlir::FailureOr<Tensor> fromAttribute(mlir::Operation *op,
                                      mlir::ElementsAttr value,
                                      mlir::RankedTensorType type);

/// An operand's elements addressed by loop indices: offset = base + sum of
/// stride[d] * index[d] where the map is linear, else by evaluating the map.
class Access {
public:
  Access(const Tensor &tensor, mlir::AffineMap map);
  int64_t offset(llvm::ArrayRef<int64_t> indices) const;
  /// Elements between neighbours along loop `dim`; nothing when that varies.
  std::optional<int64_t> stride(unsigned dim) const;

private:
  llvm::SmallVector<int64_t> tensorStrides;
  mlir::AffineMap map;
  bool linear;
  int64_t base = 0;
  llvm::SmallVector<int64_t> strides;
};

/// Calls `body(indices)` for every point of `sizes`, the last fastest.
mlir::LogicalResult
forEachPoint(llvm::ArrayRef<int64_t> sizes,
             llvm::function_ref<mlir::LogicalResult(llvm::ArrayRef<int64_t>)>);

} // namespace tern::eval
