//===- PackedKernel.h - Contractions on packed weights --------------------===//
//
// One grid point computes a chunk of the rows of the weights for a chunk of
// the rows of the inputs:
//
//   for each block of inputs (blockM rows of the lhs, or pixels of a conv)
//     panel: their numbers, padded along K, in stack memory, and their sums
//     for each tile of weight rows
//       tile:   dot products in registers, spilled to stack memory
//       finish: corrections, the epilogue, the store
//
//===----------------------------------------------------------------------===//
#pragma once
#include "dialects/Tern/Layout.h"
#include "lib/Methods/VectorShape.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/Lowering/Emit.h"

namespace tern::lowering {

/// A bufferized contraction on packed weights, and how it is cut into blocks.
struct PackedOp {
  PackedOp(mlir::Operation *op, const VectorShape &shape);

  mlir::Operation *op;
  VectorShape shape;
  bool isConv, isInteger;
  /// Rows of inputs, of weights, and the length of a dot product.
  int64_t m, n, k;
  /// Consecutive k that share a scale or zero point, and how many of these.
  int64_t scaleGroup, groups;
  PackedMatrix matrix;
  mlir::Value lhs, weights, lhsZp, rhsZp, rhsScale, init;
  mlir::ValueRange extras;
  /// The packed sums over k of (weight - zero point), or null.
  mlir::Value rowSums;
  /// What the panel holds is the input minus `shift`.
  int64_t shift;
  /// value - zero point = factor * code - (offset + zero point).
  int64_t factor, offset;
  /// Input rows of a block; vectors of weights that the inner loop holds.
  int64_t blockM, vectors;
  /// Input blocks and weight tiles of a grid point, and the grid.
  int64_t chunkM, chunkN, gridM, gridN;

  int64_t paddedK() const { return matrix.getBlocks() * matrix.getBlockK(); }
  int64_t blocksM() const { return llvm::divideCeil(m, blockM); }
  int64_t rows() const { return matrix.getRows(); }
  /// Dot products of a scale's groups are scaled in the tile.
  bool scalesInTile() const { return bool(rhsScale); }
  bool needsSums() const { return isInteger && (offset != 0 || rhsZp); }
  mlir::Type accumulatorType() const;
  /// A vector of `count` vectors' lanes.
  mlir::VectorType vectorOf(mlir::Type element, int64_t perLane = 1) const;
};

/// Stack memory of a kernel, all rank 1.
struct Scratch {
  mlir::Value panel; ///< blockM x paddedK inputs, i8 or f32
  mlir::Value sums;  ///< blockM x groups sums of the panel; null if not needed
  mlir::Value acc;   ///< blockM x rows accumulators
};

/// Fills `scratch.panel` and `.sums` with the inputs from row `first` on.
void emitPanel(Emitter &b, const PackedOp &p, const Scratch &scratch,
               mlir::Value first);
/// Dot products of the panel with weight tile `tile` into `scratch.acc`.
void emitTile(Emitter &b, const PackedOp &p, const Scratch &scratch,
              mlir::Value tile, mlir::Value first);
/// Corrects, runs the epilogue and stores.
void emitFinish(Emitter &b, const PackedOp &p, const Scratch &scratch,
                mlir::Value tile, mlir::Value first);

/// Value at (row of `tile`, group) of a per-row operand, packed or one for
/// all rows: the index of its first row in a tile, and whether rows differ.
std::pair<mlir::Value, bool> perRowIndex(Emitter &b, const PackedOp &p,
                                         mlir::Value operand, mlir::Value tile,
                                         mlir::Value group);
/// The zero point of input row `row` less the panel's shift; null if 0.
mlir::Value inputZeroPoint(Emitter &b, const PackedOp &p, mlir::Value row);

/// Replaces `op` of `kernel`, a func(lo, hi, memrefs), by loops. Returns the
/// number of grid points.
int64_t lowerPackedContraction(mlir::func::FuncOp kernel, mlir::Operation *op,
                               const VectorShape &shape);

} // namespace tern::lowering
