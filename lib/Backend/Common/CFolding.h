//===- CFolding.h - Which operations become part of an expression ---------===//
#pragma once
#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace tern::backend {

/// Decides for a kernel which values are printed inside the expression that
/// uses them rather than as variables: those with one use, in the same block,
/// whose evaluation there gives the same value (no store comes between a load
/// and the statement), as long as expressions stay small enough to read.
class CFolding {
public:
  explicit CFolding(mlir::Operation *kernel);
  bool isFolded(mlir::Operation *op) const { return folded.contains(op); }
  /// Neither a variable nor a statement: nothing uses it, or a literal.
  static bool isOmitted(mlir::Operation *op);

private:
  void decide(mlir::Block &block);
  bool canFold(mlir::Operation *op);

  llvm::DenseSet<mlir::Operation *> folded;
  /// The statement that evaluates an operation, and how deep inside it.
  struct Place {
    mlir::Operation *statement;
    unsigned depth;
  };
  llvm::DenseMap<mlir::Operation *, Place> places;
  /// Operations in a statement's expression.
  llvm::DenseMap<mlir::Operation *, unsigned> sizes;
};

} // namespace tern::backend
