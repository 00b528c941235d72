//===- Quantized.h - What the quantised operators have in common ----------===//
#pragma once
#include "dialects/Tern/Tern.h"
#include "passes/Graph/Ops/Support.h"

namespace tern::graph {

/// The element as a code; null when it is none.
inline ir::QType codeOf(mlir::Type element) {
  return mlir::dyn_cast<ir::QType>(element);
}
inline bool isIntegerCode(mlir::Type element) {
  ir::QType code = codeOf(element);
  return code && code.isInteger();
}

/// How the elements of one tensor are scaled: scale (f32) and zero point (i32,
/// null when zero) of the shape that `block` says, as #tern.format.
struct Scaling {
  mlir::Value scale, zeroPoint;
  Shape block;
  mlir::Type scaleType; ///< element type of the file's scale
};

/// The scaling of a tensor of `shape` by operands `scale` and `zeroPoint`: one
/// for all, one for each index of `axis`, or one for `blockSize` consecutive
/// elements along it. Refuses other shapes.
mlir::FailureOr<Scaling> scalingOf(Expansion &e, llvm::ArrayRef<int64_t> shape,
                                   unsigned scale, unsigned zeroPoint,
                                   int64_t axis, int64_t blockSize);
/// Codes of f32 values and back, of any rank.
mlir::Value quantize(LocBuilder &b, mlir::Value value, const Scaling &scaling,
                     mlir::Type code, bool saturate = true);
mlir::Value dequantize(LocBuilder &b, mlir::Value codes,
                       const Scaling &scaling);

/// Operands i, i + 1 and i + 2 as codes, scale and zero point: the real values.
mlir::FailureOr<mlir::Value> dequantizeOperand(Expansion &e, unsigned i);
/// Result 0 as codes of `value`, by operands `scale` and `scale` + 1.
mlir::LogicalResult quantizeResult(Expansion &e, mlir::Value value,
                                   unsigned scale, mlir::Type code);

/// The scaling of uint8 codes that covers the values of `x` (of rank >= 1) and
/// 0, as DynamicQuantizeLinear has it.
Scaling dynamicScaling(LocBuilder &b, mlir::Value x);

/// Whether every element of a constant tensor is zero.
bool isAllZero(const eval::Tensor &tensor);
/// A tensor of one element as a constant of the module.
mlir::Value scalarTensor(LocBuilder &b, llvm::ArrayRef<int64_t> shape,
                         mlir::Type element, double value);

} // namespace tern::graph
