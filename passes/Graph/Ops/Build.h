//===- Build.h - Tensor-level building blocks of the expansions -----------===//
#pragma once
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include <optional>

namespace tern::graph {

using LocBuilder = mlir::ImplicitLocOpBuilder;
using Shape = llvm::SmallVector<int64_t>;
/// A scalar body: gets the operands' scalars, returns the result's.
using ScalarFn =
    llvm::function_ref<mlir::Value(LocBuilder &, mlir::ValueRange)>;

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// The type scalar arithmetic on an element happens in: i32 for integer codes,
/// f32 for small floats, f16 and bf16, else the type itself.
mlir::Type computeType(mlir::Type element);
/// Whether elements are (small or ordinary) floats; integer codes, i32, i64
/// and i1 are not.
bool isFloatElement(mlir::Type element);
llvm::ArrayRef<int64_t> shapeOf(mlir::Value tensor);
mlir::Type elementOf(mlir::Value tensor);
mlir::RankedTensorType tensorOf(llvm::ArrayRef<int64_t> shape,
                                mlir::Type element);

//===----------------------------------------------------------------------===//
// Scalars (inside bodies)
//===----------------------------------------------------------------------===//

/// An element's scalar in its computeType.
mlir::Value toCompute(LocBuilder &b, mlir::Value scalar);
/// A scalar of computeType(element) as an element: integer codes keep the low
/// bits, floats round to nearest even (`saturate`: small floats only).
mlir::Value fromCompute(LocBuilder &b, mlir::Value scalar, mlir::Type element,
                        bool saturate = false);
/// `value` as a scalar constant of a builtin integer or float type.
mlir::Value scalarConstant(LocBuilder &b, mlir::Type type, double value);
mlir::Value scalarConstant(LocBuilder &b, mlir::Type type, int64_t value);
inline mlir::Value scalarConstant(LocBuilder &b, mlir::Type type, int value) {
  return scalarConstant(b, type, static_cast<int64_t>(value));
}
/// A float as an integer that saturates; a NaN becomes 0. Never poison.
mlir::Value floatToInt(LocBuilder &b, mlir::Value value, mlir::IntegerType type,
                       bool isUnsigned);
/// The least (or greatest) value of i32, i64, f32, f64; -inf, +inf for floats.
mlir::Value lowestOf(LocBuilder &b, mlir::Type type, bool isUnsigned = false);
mlir::Value greatestOf(LocBuilder &b, mlir::Type type, bool isUnsigned = false);

//===----------------------------------------------------------------------===//
// Elementwise, with numpy broadcasting
//===----------------------------------------------------------------------===//

/// The shape that `values` broadcast to; nothing when they do not.
std::optional<Shape> broadcastShape(mlir::ValueRange values);

/// One linalg.generic of all parallel iterators; the body works on elements as
/// they are. `values` broadcast together (check with broadcastShape), at least
/// to `shape` when given.
mlir::Value elementwise(LocBuilder &b, mlir::ValueRange values,
                        mlir::Type element, ScalarFn body,
                        llvm::ArrayRef<int64_t> shape = {});
/// As elementwise, with the body on computeType scalars.
mlir::Value compute(LocBuilder &b, mlir::ValueRange values, mlir::Type element,
                    ScalarFn body, llvm::ArrayRef<int64_t> shape = {});
/// Every element computed from its position: the body gets the indices
/// (of type index), one per dimension, and returns an element.
mlir::Value generate(LocBuilder &b, llvm::ArrayRef<int64_t> shape,
                     mlir::Type element, ScalarFn body);
/// Converts between float element types, integer ones of the same signedness,
/// or from one to the other (saturating).
mlir::Value convert(LocBuilder &b, mlir::Value value, mlir::Type element,
                    bool isUnsigned = false);

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

/// Folds `axes` (sorted, in range) with `body(accumulator, element)`, from
/// `init`, in row-major order. The accumulator has init's type, the body gets
/// the element in its computeType. The reduced axes stay with size 1 when
/// `keepDims`.
mlir::Value reduce(LocBuilder &b, mlir::Value value,
                   llvm::ArrayRef<int64_t> axes, bool keepDims,
                   mlir::Value init, ScalarFn body);

/// The float product lhs x rhs (rhs transposed when `transposeB`), M x K by
/// K x N, or both with a leading batch dimension; of f32 or f64.
mlir::Value floatMatmul(LocBuilder &b, mlir::Value lhs, mlir::Value rhs,
                        bool transposeB);

//===----------------------------------------------------------------------===//
// Shape
//===----------------------------------------------------------------------===//

mlir::Value reshape(LocBuilder &b, mlir::Value value,
                    llvm::ArrayRef<int64_t> shape);
mlir::Value transpose(LocBuilder &b, mlir::Value value,
                      llvm::ArrayRef<int64_t> permutation);
/// The permutation of a generic that only transposes; empty for others.
Shape transposition(mlir::linalg::GenericOp op);
/// `value` repeated to `shape` (numpy broadcasting).
mlir::Value broadcastTo(LocBuilder &b, mlir::Value value,
                        llvm::ArrayRef<int64_t> shape);
/// A tensor whose every element is `scalar` (of a builtin type).
mlir::Value filled(LocBuilder &b, llvm::ArrayRef<int64_t> shape,
                   mlir::Value scalar);
mlir::Value emptyTensor(LocBuilder &b, llvm::ArrayRef<int64_t> shape,
                        mlir::Type element);
/// sizes elements from offsets, steps of strides (>= 1) between them.
mlir::Value slice(LocBuilder &b, mlir::Value value,
                  llvm::ArrayRef<int64_t> offsets,
                  llvm::ArrayRef<int64_t> sizes,
                  llvm::ArrayRef<int64_t> strides = {});
/// One after another along `axis`; all of one element type.
mlir::Value concat(LocBuilder &b, mlir::ValueRange values, int64_t axis);
/// `low` and `high` elements of a constant around `value`. `fill` is a number
/// of the computeType's kind, encoded for codes.
mlir::Value padConstant(LocBuilder &b, mlir::Value value,
                        llvm::ArrayRef<int64_t> low,
                        llvm::ArrayRef<int64_t> high, double fill);

/// As padConstant, around a scalar of the element type.
mlir::Value padScalar(LocBuilder &b, mlir::Value value,
                      llvm::ArrayRef<int64_t> low, llvm::ArrayRef<int64_t> high,
                      mlir::Value scalar);

/// An axis as 0..rank-1, negative ones counted from the end; nothing when out
/// of range.
std::optional<int64_t> normalizeAxis(int64_t axis, int64_t rank);
int64_t product(llvm::ArrayRef<int64_t> sizes);

} // namespace tern::graph
