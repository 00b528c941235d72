//===- Constants.h - The elements of constant tensors ---------------------===//
#pragma once
#include "dialects/Tern/Codes.h"
#include <memory>
#include <optional>
#include <vector>

namespace tern {

/// The elements behind a constant tensor value: `arith.constant`, or
/// `tern.use` of a weight without a layout. Reads straight from the blob.
class ConstantTensor {
public:
  /// Nothing when `value` is no such constant, or its blob is missing.
  static std::optional<ConstantTensor> get(mlir::Value value);

  mlir::RankedTensorType getType() const { return type; }
  llvm::ArrayRef<int64_t> getShape() const { return type.getShape(); }
  int64_t size() const { return type.getNumElements(); }
  /// Element `i` in row-major order, of an integer type or code; a code of a
  /// float kind as its bits, i16 to i64 sign-extended. The first call decodes
  /// all codes; threads may share a tensor from then on.
  int64_t getInt(int64_t i) const {
    if (!isByte)
      return getWide(i);
    if (!codes)
      decode();
    return isSigned ? static_cast<int8_t>(codes[i]) : codes[i];
  }
  /// The bits of element `i` of an f32, f16, bf16 or f64 tensor.
  uint64_t getBits(int64_t i) const;
  float getF32(int64_t i) const;

private:
  int64_t getWide(int64_t i) const;
  void decode() const;

  mlir::RankedTensorType type;
  llvm::ArrayRef<char> bytes;
  bool isTransposed = false;
  /// Whether elements are codes that fit a byte, and whether it is signed.
  bool isByte = false, isSigned = false;
  /// A splat written out.
  std::shared_ptr<std::vector<char>> owned;
  /// Such codes in row-major order, a byte each: the blob's own, or decoded.
  mutable const uint8_t *codes = nullptr;
  mutable std::shared_ptr<std::vector<uint8_t>> decoded;
};

/// The elements of a weight in the order of its type: its own, or a copy where
/// it is transposed.
mlir::ElementsAttr rowMajorElements(ir::WeightOp weight);

} // namespace tern
