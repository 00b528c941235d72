//===- RowReduction.h - Reductions with a warp to each row ----------------===//
#pragma once
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace tern::lowering {

/// Whether lanes can reduce parts of a row: one result of 32 bits, combined by
/// one associative operation that has a neutral element, over a last dimension
/// of a warp's length or more.
bool isRowReduction(mlir::linalg::GenericOp op);

/// Replaces the operation of `kernel`. Every lane of a warp combines, in
/// ascending order, the elements of the last reduced dimension that are 32
/// apart; then the lanes' results meet over distances 16, 8, 4, 2, 1, and what
/// memory held before comes last. That is the order of float sums. Returns the
/// number of blocks.
int64_t lowerRowReduction(mlir::linalg::GenericOp op,
                          mlir::func::FuncOp kernel);

} // namespace tern::lowering
