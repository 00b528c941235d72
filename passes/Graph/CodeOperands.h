//===- CodeOperands.h - The codes behind a contraction's operands ---------===//
#pragma once
#include "dialects/Tern/Tern.h"
#include "lib/Eval/Tensor.h"
#include "passes/Graph/Constants.h"
#include "passes/Graph/EpilogueChain.h"

namespace tern::graph {

/// A real operand as codes, with constant scales and zero points.
struct CodeOperand {
  mlir::Value codes;
  eval::Tensor scale;               ///< f32, of the codes' rank
  std::optional<eval::Tensor> zero; ///< i32, as the scale; absent when zero
  Shape block;

  ir::QType code() const;
  bool isPerTensor() const { return scale.size() == 1; }
  float scaleAt(int64_t i) const {
    return static_cast<float>(scale.getFloat(scale.size() == 1 ? 0 : i));
  }
  int64_t zeroAt(int64_t i) const {
    return zero ? zero->getInt(zero->size() == 1 ? 0 : i) : 0;
  }
  /// Whether the scale varies along `axis` at most, by single elements.
  bool isPerIndexOf(int64_t axis) const;
  /// All zero points, as many as scales.
  llvm::SmallVector<int64_t> zeros() const;
  /// The greatest magnitude of a code less its zero point.
  int64_t greatest() const;
};

/// The scales of a matrix as one for each row and group of codes along it.
struct RowScales {
  eval::Tensor scale;               ///< f32, rows x groups
  llvm::SmallVector<int64_t> zeros; ///< as many
  int64_t group;                    ///< codes of a row that share a scale
};

/// Those of a matrix whose rows are dimension `rows`; nothing for other ranks
/// or where several rows share scales that others do not.
std::optional<RowScales> rowScales(const CodeOperand &matrix, unsigned rows);

/// The operand of a tern.dequantize of integer codes or i32 (of small floats,
/// too, where `floats`) whose scales are constant, finite and not zero.
std::optional<CodeOperand> codeOperand(mlir::Value value, ConstantFn constantOf,
                                       bool floats = false);

/// A constant float tensor of whole numbers from -128 to 127, as int8 codes of
/// scale 1.
std::optional<CodeOperand> wholeOperand(LocBuilder &b, mlir::Value value,
                                        ConstantPool &pool,
                                        ConstantFn constantOf);

/// A constant float tensor whose magnitude is one number for each index of
/// `axis`, as binary codes times that.
std::optional<CodeOperand> signOperand(LocBuilder &b, mlir::Value value,
                                       int64_t axis, ConstantPool &pool,
                                       ConstantFn constantOf);

/// The type that sums of `depth` products of both operands' values fit into:
/// i32, or i64.
mlir::Type accumulatorFor(const CodeOperand &lhs, const CodeOperand &rhs,
                          int64_t depth);

} // namespace tern::graph
