//===- Mma.h - Contractions on the matrix units of a GPU ------------------===//
//
// A block computes a tile of results, blockM rows of inputs by the rows of one
// weight tile. Blocks of codes along K pass through shared memory in a ring of
// stages, copied while earlier ones are multiplied:
//
//   stage 0 .. lookahead-1
//   for each block of K
//     start copying the block that is `lookahead` ahead
//     wait for this one; barrier: everybody's copies are there
//     for each 32 codes: fragments from shared memory, products
//     barrier: nobody reads this stage any more
//   sums to shared memory; barrier; correction, epilogue, store
//
// Codes of fewer than 8 bits stay packed in shared memory: the layout puts 32
// consecutive codes in one bit field of 32 bytes, so that a shift and a mask
// turn a fragment of bytes into one of codes. For f16 inputs (MmaFloats.cpp) it
// puts what a lane multiplies into 16 bytes of its own.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/Lowering/PackedOp.h"
#include "passes/Lowering/Simt/Simt.h"

namespace tern::lowering {

/// A contraction of integers, or of f16 inputs with scaled codes, and how its
/// tile is cut.
struct MmaTile : PackedOp, MmaBlocks {
  /// `alignment` is that of the inputs' first byte.
  MmaTile(mlir::Operation *op, int64_t alignment);

  /// Inputs are copied 16 bytes at a time; else gathered byte by byte.
  bool copiesInputs;
  bool signedInputs = false, signedWeights = false;

  int64_t blockK() const { return matrix.getBlockK(); }
  int64_t threads() const { return warpsM * warpsN * warpLanes; }
  int64_t stages() const { return lookahead + 1; }
  int64_t blocksM() const { return llvm::divideCeil(m, blockM); }
  int64_t blocksN() const { return llvm::divideCeil(n, blockN); }
  int64_t inputBytesEach() const { return isInteger ? 1 : 2; }
  /// Rows in shared memory are 16 bytes further apart than they are long: then
  /// 8 of them lie in different banks.
  int64_t inputStride() const { return blockK() * inputBytesEach() + 16; }
  int64_t weightStride() const { return matrix.getDepth() + 16; }
  int64_t inputStage() const { return blockM * inputStride(); }
  /// In fragments, 8 rows are 16 bytes for each lane.
  int64_t weightStage() const {
    return isInteger ? blockN * weightStride() : blockN / 8 * 16 * warpLanes;
  }
  /// Columns of 8 results that a warp has.
  int64_t columns() const { return blockN / 8 / warpsN; }
  int64_t inputBytes() const { return stages() * inputStage(); }
  int64_t weightBytes() const { return stages() * weightStage(); }
  /// Behind the rings, whose place the sums of products take in the end.
  int64_t inputSumsOffset() const;
  int64_t sharedBytes() const;
};

/// Shared memory, and where a thread is.
struct MmaPlace {
  mlir::Value inputs, weights; ///< rings of stages
  mlir::Value tileM, tileN;    ///< which tile of results
  mlir::Value thread, lane;
  mlir::Value warpM, warpN; ///< which part of the tile is the warp's
};

/// Starts filling stage `stage` with block `block` of K.
void emitStage(SimtEmitter &b, const MmaTile &t, const MmaPlace &at,
               mlir::Value block, mlir::Value stage);

/// 16 rows of 32 bytes of inputs from column `step` * 32 on, as a fragment.
mlir::Value emitInputFragment(SimtEmitter &b, const MmaTile &t,
                              const MmaPlace &at, mlir::Value stage,
                              mlir::Value step);

/// Sums of a warp: for each column a vector of 4, then, where needed, the sums
/// of its two rows of inputs. Returns them with stage `stage` added.
llvm::SmallVector<mlir::Value> emitProducts(SimtEmitter &b, const MmaTile &t,
                                            const MmaPlace &at,
                                            mlir::Value stage,
                                            mlir::ValueRange sums);

/// The same of f16 inputs: for each column 4 scaled sums. `block` of K is what
/// the stage holds.
llvm::SmallVector<mlir::Value>
emitFloatProducts(SimtEmitter &b, const MmaTile &t, const MmaPlace &at,
                  mlir::Value block, mlir::Value stage, mlir::ValueRange sums);

/// Replaces `op` of `kernel`. Returns the number of blocks.
int64_t lowerMma(mlir::func::FuncOp kernel, mlir::Operation *op,
                 int64_t alignment);

} // namespace tern::lowering
