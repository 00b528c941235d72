//===- Tensor.h - A host tensor of any element type -----------------------===//
#pragma once
#include "mlir/IR/BuiltinTypes.h"
#include <memory>

namespace tern::eval {

/// A dense row-major tensor with static shape, in the byte storage that the
/// ABI of a compiled model uses: bool one byte; !tern.q integers of up to 8
/// bits their value in one byte, above 8 bits in two; small floats their bits
/// in one byte; i32, i64, f16, bf16, f32, f64 as they are. Copies share bytes.
class Tensor {
public:
  Tensor() = default;
  /// Zero-filled storage of `type`, which must have a static shape.
  explicit Tensor(mlir::RankedTensorType type);
  /// Storage that someone else keeps alive.
  Tensor(mlir::RankedTensorType type, std::shared_ptr<char> bytes);

  explicit operator bool() const { return bytes != nullptr; }
  mlir::RankedTensorType getType() const { return type; }
  mlir::Type getElementType() const { return type.getElementType(); }
  llvm::ArrayRef<int64_t> getShape() const { return type.getShape(); }
  int64_t size() const { return type.getNumElements(); }
  size_t sizeInBytes() const { return size() * elementBytes(getElementType()); }
  char *data() const { return bytes.get(); }
  template <typename T> T *as() const {
    return reinterpret_cast<T *>(bytes.get());
  }

  /// Element `i` in row-major order: integers, booleans and integer codes.
  int64_t getInt(int64_t i) const;
  void setInt(int64_t i, int64_t value);
  /// Element `i` as a number; a small float is decoded, an integer converted.
  double getFloat(int64_t i) const;
  /// Rounds to the element type (nearest even); float types only.
  void setFloat(int64_t i, double value);
  /// All elements as integers, for shapes, axes, pads.
  llvm::SmallVector<int64_t> toInts() const;

  /// Bytes of one element in this storage.
  static size_t elementBytes(mlir::Type elementType);

private:
  mlir::RankedTensorType type;
  std::shared_ptr<char> bytes;
};

} // namespace tern::eval
