//===- VectorShape.h - What the packed kernels need of a machine ----------===//
#pragma once
#include "dialects/Tern/Tern.h"

namespace tern {

/// The vector unit as the packed kernels see it.
struct VectorShape {
  /// i32 lanes of a vector; per 64 bits of vector length when `scalable`.
  int64_t lanes;
  /// Products that one integer dot step sums per lane.
  int64_t depth;
  /// Whether the length is known only at run time (RISC-V).
  bool scalable;
  /// Rows of a weight tile, a multiple of `lanes` (scalable: of any length).
  int64_t tileRows;
  /// Registers that the inner loop may hold: rows of activations, vectors of
  /// weights.
  int64_t blockM, blockN;
  /// Whether a fused multiply-add is one instruction (else products round).
  bool hasFma;
  /// Whether kernels are of threads, warps and blocks (passes/Lowering/Simt);
  /// the numbers above then say nothing.
  bool isSimt = false;
  /// Codes of a byte from which on weights that are read once are asked for
  /// before they are read; 0: never. Measured by bench/mpgemm.py at M = 1: with
  /// AVX2 bytes gain a tenth, fewer bits more; AVX-512 is unmeasured.
  int64_t prefetchFields = 0;
  /// Whether a table of 16 bytes is looked up by every lane in about the time
  /// of an addition. Of the cores that llvm-mca knows, it is so on the SiFive
  /// P670 and not on the X280.
  bool looksUp = false;
  /// Products of one-bit codes that take as long as one of bytes: instructions
  /// counted, with or without one that counts the bits of bytes or masks.
  int64_t bitProducts = 3;
  /// Whether codes of 4 bits become floats quicker by a table in registers than
  /// by conversions (x86 shuffles bytes).
  bool hasTables = false;
  /// How many times as many products as of bytes a dot of codes of up to 4 bits
  /// does: vpmaddubsw and an addition do what four pmaddwd and what prepares
  /// them do.
  int64_t fewBitProducts = 1;
};

/// How a packed kernel blocks its registers and its panel of inputs.
struct PackedBlocks {
  int64_t inputs;  ///< rows of inputs in a block
  int64_t vectors; ///< vectors of weights that the inner loop holds
  /// Whether sums of 32 bits stay in memory while narrow ones fill.
  bool inMemory = false;
  /// Whether the second of four codes of a byte is multiplied where it is, and
  /// so has narrow sums of its own (4 times as large): a shift less.
  bool inPlace = false;
  /// Whether sums of four inputs are looked up by four one-bit codes.
  bool looksUp = false;
};

/// What narrow sums (NarrowSums.h) change about the registers of a kernel.
struct NarrowShape {
  int64_t window = 0; ///< products that a narrow sum takes; 0: there are none
  int64_t bits = 8;   ///< of a stored code
  bool isScaled = false; ///< whether groups are scaled while they are summed
};

/// The blocks for `rows` rows of inputs of `rowBytes` each in the panel, and
/// weight tiles of `tileRows` rows.
PackedBlocks planPackedBlocks(const VectorShape &shape, int64_t rows,
                              int64_t rowBytes, int64_t tileRows,
                              const NarrowShape &narrow = {});

/// The blocks of kernels that count bits. Where a vector has bits of one row
/// (`scalable`), `vectors` are rows.
PackedBlocks planBitBlocks(const VectorShape &shape, int64_t rows,
                           int64_t rowBytes, int64_t tileRows);

/// By the name and the features of the target; without one, portable C.
VectorShape getVectorShape(ir::TargetAttr target);

} // namespace tern
