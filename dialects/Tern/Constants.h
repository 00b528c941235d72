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
  /// float kind as its bits, i16 to i64 sign-extended.
  int64_t getInt(int64_t i) const;
  /// The bits of element `i` of an f32, f16, bf16 or f64 tensor.
  uint64_t getBits(int64_t i) const;
  float getF32(int64_t i) const;

private:
  mlir::RankedTensorType type;
  llvm::ArrayRef<char> bytes;
  /// A splat written out; nothing else is copied.
  std::shared_ptr<std::vector<char>> owned;
};

} // namespace tern
