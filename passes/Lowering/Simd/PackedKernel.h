//===- PackedKernel.h - Contractions on packed weights --------------------===//
//
// One grid point computes a chunk of the rows of the weights for a chunk of
// the rows of the inputs:
//
//   for each block of inputs (blockM rows of the lhs, or pixels of a conv)
//     panel: their numbers, padded along K, in stack memory, and their sums
//     for each tile of weight rows
//       tile:   dot products in registers, spilled to stack memory; with narrow
//               sums (lib/Methods/NarrowSums.h) window by window
//       finish: corrections, the epilogue, the store
//
//===----------------------------------------------------------------------===//
#pragma once
#include "lib/Methods/VectorShape.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/Lowering/PackedOp.h"

namespace tern::lowering {

/// A bufferized contraction on packed weights, and how it is cut into blocks.
struct SimdOp : PackedOp {
  SimdOp(mlir::Operation *op, const VectorShape &shape);

  VectorShape shape;
  /// Input rows of a block; vectors of weights that the inner loop holds.
  int64_t blockM, vectors;
  /// Sums of every result that lie side by side.
  int64_t chains = 1;
  /// Blocks of packed codes that a narrow sum takes, 0 without narrow sums, and
  /// whether wide sums stay in memory meanwhile.
  int64_t window;
  bool sumsInMemory;
  /// Whether codes that stay in place have narrow sums of their own.
  bool inPlace;
  /// Whether sums of four inputs are looked up (LookupStrip.cpp).
  bool looksUp;
  /// Whether bytes of weights are signed.
  bool signedWeights;
  /// Input blocks and weight tiles of a grid point, and the grid.
  int64_t chunkM, chunkN, gridM, gridN;

  int64_t blocksM() const { return llvm::divideCeil(m, blockM); }
  /// Whether weights are asked for before they are read: where each is read
  /// once, and its bytes take so many instructions that the hardware's own
  /// look-ahead does not reach far enough.
  bool prefetches() const {
    return blockM == 1 && shape.prefetchFields &&
           matrix.getFields() >= shape.prefetchFields;
  }
  /// The field whose codes stay in place, and how much larger they are.
  static constexpr int64_t fieldInPlace = 1, shiftInPlace = 2;
  /// Windows of a whole group of scales, and of a row of weights.
  int64_t windowsOfGroup() const {
    int64_t length = window * matrix.getBlockK();
    return llvm::divideCeil(std::min(scaleGroup, paddedK()), length);
  }
  int64_t windows() const {
    int64_t length = window * matrix.getBlockK(), last = k % scaleGroup;
    return k / scaleGroup * windowsOfGroup() + llvm::divideCeil(last, length);
  }
  mlir::Type accumulatorType() const;
  /// A vector of `count` vectors' lanes.
  mlir::VectorType vectorOf(mlir::Type element, int64_t perLane = 1) const;

private:
  void joinVectors();
};

/// Stack memory of a kernel, all rank 1.
struct Scratch {
  mlir::Value panel; ///< blockM x paddedK inputs, i8 or f32
  mlir::Value bits;  ///< the same, a bit each, in the weights' order
  mlir::Value sums;  ///< blockM x groups sums of the panel; null if not needed
  /// blockM x windows() values of i16 that narrow sums start at, and those of
  /// codes in place; null if 0.
  mlir::Value starts, startsInPlace;
  /// Where sums are looked up: for four inputs after the other, the low bits of
  /// their 16 sums, then the high ones.
  mlir::Value tables;
  mlir::Value acc; ///< blockM x rows accumulators
};

/// Fills `scratch.panel` and `.sums` with the inputs from row `first` on.
void emitPanel(Emitter &b, const SimdOp &p, const Scratch &scratch,
               mlir::Value first);
/// Fills `scratch.tables`.
void emitTables(Emitter &b, const SimdOp &p, const Scratch &scratch);
/// Fills `scratch.bits` from the panel.
void emitBits(Emitter &b, const SimdOp &p, const Scratch &scratch);
/// Dot products of the panel with weight tile `tile` into `scratch.acc`.
void emitTile(Emitter &b, const SimdOp &p, const Scratch &scratch,
              mlir::Value tile, mlir::Value first);
/// Corrects, runs the epilogue and stores.
void emitFinish(Emitter &b, const SimdOp &p, const Scratch &scratch,
                mlir::Value tile, mlir::Value first);

/// Replaces `op` of `kernel`, a func(lo, hi, memrefs), by loops. Returns the
/// number of grid points.
int64_t lowerPackedContraction(mlir::func::FuncOp kernel, mlir::Operation *op,
                               const VectorShape &shape);

} // namespace tern::lowering
