//===- Direct.h - Contractions on operands as they are --------------------===//
//
// The method that computes any contraction, and the only one where weights are
// computed. One grid point makes a strip of results, neighbours along the last
// dimension:
//
//   acc[0..width) = 0                     (stack memory)
//   for each term of the dot products:    acc[x] += lhs term * rhs term
//   result[x] = epilogue(acc[x])
//
// The innermost loop runs over neighbours in memory. Sums are in the order of
// k; a float dot product of rows is 16 such sums side by side. Where operands
// are floats as they are, vectors of them make several rows (FloatTile.h).
//
//===----------------------------------------------------------------------===//
#pragma once
#include "lib/Methods/VectorShape.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/Lowering/Emit.h"

namespace tern::lowering {

/// Replace `op` of `kernel`, a func(lo, hi, memrefs), by loops. Return the
/// number of grid points.
int64_t lowerDirectMatmul(mlir::func::FuncOp kernel, ir::MatmulOp op,
                          const VectorShape &shape);
int64_t lowerDirectConv(mlir::func::FuncOp kernel, ir::ConvOp op,
                        const VectorShape &shape);

/// Accumulators of a strip: so many that they stay in the L1 cache; or one,
/// where each result has a thread.
inline int64_t stripWidthFor(const VectorShape &shape) {
  return shape.isSimt ? 1 : 256;
}

/// [begin, end) along the last dimension of a result.
using Columns = std::pair<mlir::Value, mlir::Value>;

/// The strip of results that a grid point makes, of one row or of several that
/// follow one another.
class Strip {
public:
  Strip(Emitter &b, mlir::func::FuncOp kernel, mlir::Operation *op,
        mlir::Type accumulator, int64_t width, int64_t rows = 1);

  /// Writes the loops around `sum(place, range)`, where `place` are the
  /// result's indices but the last, of the first row. Replaces the operation;
  /// returns the grid.
  int64_t emit(llvm::function_ref<void(mlir::ValueRange, Columns)> sum);
  /// acc[x] = 0 for the x of `range`.
  void clear(Columns range);
  /// acc[x] += term(x) for the x of `range`, a part of the strip's.
  void accumulate(Columns range,
                  llvm::function_ref<mlir::Value(mlir::Value)> term);
  /// Sets the sums of a row from column `x` on, one or a vector of them.
  void store(mlir::Value sums, int64_t row, mlir::Value x);

private:
  /// A loop over `range`; none over a strip of one that is all there.
  void over(Columns range, llvm::function_ref<void(mlir::Value)> body);
  void finish(mlir::ValueRange place, Columns range);

  Emitter &b;
  mlir::func::FuncOp kernel;
  mlir::Operation *op;
  mlir::Type accumulator;
  int64_t width, rows;
  mlir::Value init, acc;
  /// Where the current strip begins.
  mlir::Value begin;
};

/// An element less its zero point (i32, or null), as a number of `type`: the
/// difference is exact in i32.
mlir::Value numberOf(Emitter &b, mlir::Value element, mlir::Value zeroPoint,
                     mlir::Type type);
/// x * y of integers or floats.
mlir::Value product(Emitter &b, mlir::Value x, mlir::Value y);

llvm::ArrayRef<int64_t> shapeOf(mlir::Value memory);

} // namespace tern::lowering
