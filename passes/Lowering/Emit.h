//===- Emit.h - Writing loops and index arithmetic ------------------------===//
#pragma once
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace tern::lowering {

/// A builder with the shorthands that kernel emitters need. Arithmetic folds.
class Emitter : public mlir::ImplicitLocOpBuilder {
public:
  using ImplicitLocOpBuilder::ImplicitLocOpBuilder;
  using Value = mlir::Value;
  using ValueRange = mlir::ValueRange;

  Value index(int64_t value);
  /// A constant of an integer or float type, or a vector of it.
  Value constant(mlir::Type type, int64_t value);
  Value add(Value a, Value b);
  Value add(Value a, int64_t b) { return add(a, like(a, b)); }
  Value sub(Value a, Value b);
  Value mul(Value a, Value b);
  Value mul(Value a, int64_t b) { return mul(a, like(a, b)); }
  /// x * y + sum of floats; `fused`: rounded once.
  Value multiplyAdd(Value x, Value y, Value sum, bool fused);
  /// Of non-negative indices.
  Value div(Value a, int64_t b);
  Value mod(Value a, int64_t b);
  Value min(Value a, Value b);
  Value min(Value a, int64_t b) { return min(a, index(b)); }
  /// The expression over `dims`.
  Value expand(mlir::AffineExpr expr, ValueRange dims);

  void loop(Value begin, Value end, mlir::function_ref<void(Value)> body);
  void loop(int64_t begin, int64_t end, mlir::function_ref<void(Value)> body) {
    loop(index(begin), index(end), body);
  }
  using Carry = mlir::function_ref<llvm::SmallVector<Value>(Value, ValueRange)>;
  llvm::SmallVector<Value> loop(Value begin, Value end, ValueRange inits,
                                Carry body);

  /// An f16, bf16 or f32 scalar as f32.
  Value toF32(Value value);

  /// `value`, called `name` where code is printed, unless it has a name.
  Value named(llvm::StringRef name, Value value);

  /// Element `flat` (row-major) of a memref of any rank.
  Value loadFlat(Value memref, Value flat);
  /// Row-major coordinates of `flat` in `shape`.
  llvm::SmallVector<Value> delinearize(Value flat,
                                       llvm::ArrayRef<int64_t> shape);

private:
  Value like(Value model, int64_t value) {
    return constant(model.getType(), value);
  }
};

} // namespace tern::lowering
