//===- Insert.h - tern.insert as loops ------------------------------------===//
#pragma once
#include "dialects/Tern/Tern.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tern::lowering {

/// Replaces `op` of `kernel`, a func(lo, hi, memrefs), by loops over a grid of
/// all elements of the update, or, unless `allParallel`, of its rows. Returns
/// the number of grid points.
int64_t lowerInsert(mlir::func::FuncOp kernel, ir::InsertOp op,
                    bool allParallel);

} // namespace tern::lowering
