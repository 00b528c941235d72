//===- Matrix.h - The weights of a stage as its memory holds them ---------===//
#pragma once
#include "lib/Methods/Contraction.h"

namespace tern::lowering {

/// The matrix that a stage multiplies by: zero points are subtracted already.
struct StageMatrix {
  explicit StageMatrix(mlir::Operation *op);

  /// The weight of a row at column `column` of the filter's own order.
  int64_t get(int64_t row, int64_t column) const;
  /// All weights are -1 or +1, and stored as one bit.
  bool isBinary() const { return binary; }
  /// Bits of a weight: two's complement, or the one bit.
  int64_t getBits() const { return bits; }

  Contraction c;

private:
  std::optional<ConstantTensor> zeroPoints;
  bool binary = true;
  int64_t bits = 1;
};

/// Bits of a two's complement number of magnitude up to `magnitude`.
int64_t signedBits(int64_t magnitude);
/// Bits of an element in a word of a stream.
int64_t laneBits(mlir::Type element);

} // namespace tern::lowering
