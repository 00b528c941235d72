//===- Kernels.h - Kernels and their launches -----------------------------===//
#pragma once
#include "dialects/Kern/Kern.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace tern::lowering {

/// The kernels of a module and who launches them, for setting grids.
class Kernels {
public:
  explicit Kernels(mlir::ModuleOp module);

  llvm::ArrayRef<mlir::func::FuncOp> get() const { return kernels; }
  /// The bytes that the address of a kernel's argument is a multiple of, given
  /// that of what views show is one of 64.
  int64_t alignmentOf(mlir::BlockArgument buffer) const;
  /// Makes `trip` the grid of a kernel's launches, and notes it on the kernel.
  void setGrid(mlir::func::FuncOp kernel, int64_t trip);

private:
  llvm::SmallVector<mlir::func::FuncOp> kernels;
  llvm::DenseMap<mlir::StringAttr, llvm::SmallVector<kern::LaunchOp, 1>>
      launches;
};

} // namespace tern::lowering
