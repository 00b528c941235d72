//===- CRanges.h - What scalar integers can be ----------------------------===//
//
// Signed overflow is undefined in C and wraps in kernels. Where intervals prove
// that a sum cannot overflow it is printed as a plain sum; else through a leaf
// that wraps. Index arithmetic is almost always the former.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include <optional>

namespace tern::backend {

/// All values from `min` to `max`, both included.
struct CRange {
  int64_t min, max;
  bool isNatural() const { return min >= 0; }
  bool contains(int64_t value) const { return min <= value && value <= max; }
};

class CRanges {
public:
  /// The interval of a scalar integer or index.
  CRange of(mlir::Value value);
  /// The exact result of an addi, subi, muli or shli as an integer, before it
  /// wraps; nothing when it can leave the type.
  std::optional<CRange> exact(mlir::Operation *op);
  /// All values of a type.
  static CRange all(mlir::Type type);

private:
  CRange compute(mlir::Value value);
  CRange ofArgument(mlir::BlockArgument argument);
  CRange ofDivision(mlir::Operation *op, bool isRemainder);
  llvm::DenseMap<mlir::Value, CRange> known;
};

} // namespace tern::backend
