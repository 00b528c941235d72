//===- Fpga.h - What stages take of a part --------------------------------===//
//
// Pure functions. Products, adder trees, accumulators and comparators: FINN-R
// (Blott et al., "FINN-R: an end-to-end deep-learning framework for fast
// exploration of quantized neural networks", TRETS 2018), which a synthesis
// with Yosys of 32 products agrees with to some 10 % at 8 x 8 bits and exceeds
// at 2 x 8. Memories: the shapes of the vendor's blocks. Arithmetic on floats:
// recalled from synthesis reports of the vendor's cores, a guess.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "lib/Target/Machine.h"
#include <string>

namespace tern {

/// Pieces of a part. Fractions occur in sums of estimates.
struct FpgaResources {
  double lut = 0, ff = 0, bram18 = 0, uram = 0, dsp = 0;
  FpgaResources &operator+=(const FpgaResources &other);
};

/// How a memory is made.
enum class MemoryKind { LutRam, Bram, Uram };
const char *nameOf(MemoryKind kind);

/// 18-kbit blocks for `depth` words of `width` bits: 512 x 36, or 1024 x 18 and
/// narrower ones.
int64_t bram18For(int64_t width, int64_t depth);
/// 4096 x 72 each.
int64_t uramFor(int64_t width, int64_t depth);
/// A memory of that kind.
FpgaResources memoryOf(MemoryKind kind, int64_t width, int64_t depth);
/// The kind that takes the smallest share of the part. A constant needs initial
/// contents, which URAM does not have.
MemoryKind chooseMemory(int64_t width, int64_t depth, bool isConstant,
                        const FpgaParts &part);

/// Scalar operations of an epilogue, one set for each lane.
struct ScalarOps {
  int64_t floatAdd = 0, floatMul = 0, floatDiv = 0, floatConvert = 0,
          floatCompare = 0;
  int64_t integerBits = 0; ///< summed widths of integer operations
};
FpgaResources resourcesOf(const ScalarOps &ops);

/// A folded matrix-vector unit: `pe` rows and `simd` columns at a time.
struct MatrixVectorUnit {
  int64_t pe = 1, simd = 1;
  int64_t rows = 1, columns = 1; ///< of the whole matrix
  int64_t vectors = 1;           ///< per inference
  int64_t weightBits = 8, inputBits = 8, sumBits = 32, outputBits = 8;
  ScalarOps epilogue;

  /// (rows / pe) * (columns / simd) for each vector.
  int64_t getCycles() const { return vectors * (rows / pe) * (columns / simd); }
  /// Words of the weights' memory, and their width.
  int64_t getWeightDepth() const { return (rows / pe) * (columns / simd); }
  int64_t getWeightWidth() const { return pe * simd * weightBits; }
  /// Products that are worth a multiplier block.
  bool usesDsp() const { return weightBits * inputBits >= 32; }
};
FpgaResources resourcesOf(const MatrixVectorUnit &unit, const FpgaParts &part);

/// A sliding window: a ring of rows, one word a cycle in or out.
struct SlidingWindow {
  int64_t wordBits = 8;
  int64_t bufferWords = 0, inputWords = 0, outputWords = 0;
  int64_t getCycles() const { return inputWords + outputWords; }
};
FpgaResources resourcesOf(const SlidingWindow &window, const FpgaParts &part);

/// A queue: shift registers of LUTs while it is short.
FpgaResources fifoOf(int64_t width, int64_t depth, const FpgaParts &part);

/// The first resource that `used` exceeds `share` of the part in; empty: fits.
std::string exceeded(const FpgaResources &used, const FpgaParts &part,
                     double share);
/// How much of the named resource `used` is.
double amountOf(const FpgaResources &used, const std::string &resource);
double amountOf(const FpgaParts &part, const std::string &resource);

} // namespace tern
