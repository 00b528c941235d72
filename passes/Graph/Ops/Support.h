//===- Support.h - What the families of operators have in common ----------===//
#pragma once
#include "passes/Graph/OperatorTable.h"
#include "passes/Graph/Ops/Build.h"

namespace tern::graph {

/// A scalar body that may depend on the signedness of its operands.
using SignedScalarFn =
    llvm::function_ref<mlir::Value(LocBuilder &, mlir::ValueRange, bool)>;

/// Every operand, checked to be of one element type and to broadcast together
/// (opsets before 7: with their `broadcast` and `axis`).
mlir::FailureOr<llvm::SmallVector<mlir::Value>>
broadcastOperands(Expansion &e, bool sameType = true);

/// Result 0 computed elementwise from all operands, of their element type or
/// of `element`.
mlir::LogicalResult expandElementwise(Expansion &e, SignedScalarFn body,
                                      mlir::Type element = {});
/// As expandElementwise, on float operands only.
mlir::LogicalResult expandFloat(Expansion &e, ScalarFn body);

/// Integers that a node must know at compile time; refuses otherwise. `what`
/// names the operand in the refusal: "axes".
mlir::FailureOr<Shape> constantInts(Expansion &e, unsigned operand,
                                    llvm::StringRef what);
/// One such integer.
mlir::FailureOr<int64_t> constantInt(Expansion &e, unsigned operand,
                                     llvm::StringRef what);
/// Axes that are an attribute before opset `inputSince` and operand 1 from
/// then on; normalized, sorted; nothing when absent.
mlir::FailureOr<std::optional<Shape>>
axesOf(Expansion &e, int64_t rank, int64_t inputSince, unsigned operand = 1);
/// An axis attribute, normalized; refuses when out of range.
mlir::FailureOr<int64_t> axisAttr(Expansion &e, llvm::StringRef name,
                                  int64_t absent, int64_t rank);
/// Refuses a type that an operator has no meaning for.
mlir::LogicalResult refuseType(Expansion &e, unsigned operand,
                               llvm::StringRef expected);

/// The onnx-form element type of ONNX's TensorProto.DataType; null for strings,
/// complex numbers and unknown numbers.
mlir::Type onnxTypeOfData(mlir::MLIRContext *context, int64_t dataType);

/// result[i...] = source[position(i...)]: the body gets the result's indices
/// and returns (in `out`) as many as the source has dimensions, all inside.
mlir::Value
gatherBy(LocBuilder &b, mlir::Value source, llvm::ArrayRef<int64_t> shape,
         llvm::function_ref<void(LocBuilder &, mlir::ValueRange,
                                 llvm::SmallVectorImpl<mlir::Value> &out)>
             position);
/// An i32 or i64 element as an index into a dimension of `size`: negative ones
/// count from the end; then clamped into range.
mlir::Value indexInto(LocBuilder &b, mlir::Value integer, int64_t size);
/// An index-typed constant.
mlir::Value indexConstant(LocBuilder &b, int64_t value);
/// i64 values as a constant of the module.
mlir::Value intsConstant(Expansion &e, llvm::ArrayRef<int64_t> values,
                         llvm::ArrayRef<int64_t> shape);

} // namespace tern::graph
