//===- LoopNest.h - The loops of one linalg operation ---------------------===//
#pragma once
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Lowering/Emit.h"

namespace tern::lowering {

/// Writes the loops of one operation on memory, or pieces of them.
class LoopNest {
public:
  LoopNest(mlir::linalg::GenericOp op, Emitter &b);

  /// Replaces the operation by loops over a grid, all parallel dimensions or
  /// the leading ones. Returns the number of grid points.
  int64_t emit(mlir::func::FuncOp kernel, bool allParallel);

protected:
  using Value = mlir::Value;
  using ValueRange = mlir::ValueRange;
  unsigned countGridDims() const;
  void emitParallel(llvm::ArrayRef<unsigned> dims);
  void emitPoint();
  /// The reduction over `dims`, from `carried` on.
  llvm::SmallVector<Value> emitReduction(llvm::ArrayRef<unsigned> dims,
                                         ValueRange carried);
  /// The body at `position`; with accumulators, of a reduction.
  llvm::SmallVector<Value> emitBody(ValueRange accumulators);
  llvm::SmallVector<Value> indicesOf(mlir::OpOperand &operand);
  Value load(mlir::OpOperand &operand) {
    return b.create<mlir::memref::LoadOp>(operand.get(), indicesOf(operand));
  }
  void store(ValueRange values);

  mlir::linalg::GenericOp op;
  Emitter &b;
  llvm::SmallVector<int64_t> sizes;
  /// The loops' induction variables, by dimension.
  llvm::SmallVector<Value> position;
  llvm::SmallVector<unsigned> parallel, reduction;
};

} // namespace tern::lowering
