//===- CodeOperands.cpp - The codes behind a contraction's operands -------===//
#include "passes/Graph/CodeOperands.h"
#include <cmath>

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using eval::Tensor;
using ir::QType;

QType CodeOperand::code() const { return dyn_cast<QType>(elementOf(codes)); }

bool CodeOperand::isPerIndexOf(int64_t axis) const {
  for (auto [i, size] : llvm::enumerate(scale.getShape()))
    if (size != 1 && (static_cast<int64_t>(i) != axis || block[i] != 1))
      return false;
  return true;
}

SmallVector<int64_t> CodeOperand::zeros() const {
  SmallVector<int64_t> all;
  for (int64_t i = 0; i < scale.size(); ++i)
    all.push_back(zeroAt(i));
  return all;
}

int64_t CodeOperand::greatest() const {
  int64_t most = 0;
  for (int64_t i = 0; i < scale.size(); ++i)
    most = std::max({most, std::abs(code().getMin() - zeroAt(i)),
                     std::abs(code().getMax() - zeroAt(i))});
  return most;
}

std::optional<RowScales> graph::rowScales(const CodeOperand &matrix,
                                          unsigned rows) {
  if (matrix.block.size() != 2)
    return std::nullopt;
  unsigned depth = 1 - rows;
  ArrayRef<int64_t> shape = shapeOf(matrix.codes);
  ArrayRef<int64_t> scales = matrix.scale.getShape();
  if (scales[rows] != 1 && matrix.block[rows] != 1)
    return std::nullopt;
  int64_t n = shape[rows], groups = scales[depth];
  Builder b(matrix.codes.getContext());
  RowScales result;
  result.scale = Tensor(tensorOf({n, groups}, b.getF32Type()));
  for (int64_t row = 0; row < n; ++row)
    for (int64_t g = 0; g < groups; ++g) {
      int64_t at[2];
      at[rows] = scales[rows] == 1 ? 0 : row;
      at[depth] = g;
      int64_t from = at[0] * scales[1] + at[1];
      result.scale.setFloat(row * groups + g, matrix.scaleAt(from));
      result.zeros.push_back(matrix.zeroAt(from));
    }
  result.group =
      groups == 1 ? std::max<int64_t>(shape[depth], 1) : matrix.block[depth];
  return result;
}

std::optional<CodeOperand>
graph::codeOperand(Value value, ConstantFn constantOf, bool floats) {
  auto op = value.getDefiningOp<ir::DequantizeOp>();
  if (!op || !elementOf(value).isF32())
    return std::nullopt;
  Type element = elementOf(op.getInput());
  auto code = dyn_cast<QType>(element);
  if (code ? !code.isInteger() && !floats : !element.isInteger(32))
    return std::nullopt;
  CodeOperand operand;
  operand.codes = op.getInput();
  operand.block = Shape(op.getFormat().getBlock());
  std::optional<Tensor> scale = constantOf(op.getScale());
  if (!scale)
    return std::nullopt;
  operand.scale = *scale;
  for (int64_t i = 0; i < scale->size(); ++i)
    if (scale->getFloat(i) == 0 || !std::isfinite(scale->getFloat(i)))
      return std::nullopt;
  if (!op.getZeroPoint())
    return operand;
  operand.zero = constantOf(op.getZeroPoint());
  return operand.zero ? std::optional(operand) : std::nullopt;
}

/// A constant f32 tensor that is not empty.
static std::optional<Tensor> floatsOf(Value value, ConstantFn constantOf) {
  if (!elementOf(value).isF32())
    return std::nullopt;
  std::optional<Tensor> known = constantOf(value);
  return known && known->size() ? known : std::nullopt;
}

std::optional<CodeOperand> graph::wholeOperand(LocBuilder &b, Value value,
                                               ConstantPool &pool,
                                               ConstantFn constantOf) {
  std::optional<Tensor> known = floatsOf(value, constantOf);
  if (!known)
    return std::nullopt;
  auto int8 = QType::get(b.getContext(), ir::CodeKind::SInt, 8);
  Tensor codes(tensorOf(known->getShape(), int8));
  for (int64_t i = 0; i < known->size(); ++i) {
    double real = known->getFloat(i);
    if (real != std::nearbyint(real) || real < -128 || real > 127)
      return std::nullopt;
    codes.setInt(i, static_cast<int64_t>(real));
  }
  CodeOperand operand;
  operand.codes = pool.make(b, codes, "whole");
  operand.block = Shape(known->getShape());
  operand.scale =
      Tensor(tensorOf(Shape(operand.block.size(), 1), b.getF32Type()));
  operand.scale.setFloat(0, 1);
  return operand;
}

std::optional<CodeOperand> graph::signOperand(LocBuilder &b, Value value,
                                              int64_t axis, ConstantPool &pool,
                                              ConstantFn constantOf) {
  std::optional<Tensor> known = floatsOf(value, constantOf);
  if (!known)
    return std::nullopt;
  ArrayRef<int64_t> shape = known->getShape();
  int64_t rows = shape[axis], inner = product(shape.drop_front(axis + 1));
  auto binary = QType::get(b.getContext(), ir::CodeKind::Binary);
  CodeOperand operand;
  operand.block = Shape(shape);
  operand.block[axis] = 1;
  Shape scales(shape.size(), 1);
  scales[axis] = rows;
  operand.scale = Tensor(tensorOf(scales, b.getF32Type()));
  Tensor codes(tensorOf(shape, binary));
  for (int64_t i = 0; i < known->size(); ++i) {
    double real = known->getFloat(i), size = std::abs(real);
    int64_t row = i / inner % rows;
    if (i == row * inner)
      operand.scale.setFloat(row, size);
    if (size == 0 || !std::isfinite(size) ||
        size != operand.scale.getFloat(row))
      return std::nullopt;
    codes.setInt(i, real > 0 ? 1 : -1);
  }
  operand.codes = pool.make(b, codes, "signs");
  return operand;
}

Type graph::accumulatorFor(const CodeOperand &lhs, const CodeOperand &rhs,
                           int64_t depth) {
  Builder b(lhs.codes.getContext());
  // A quarter of the range is left to the bias.
  double bound = static_cast<double>(lhs.greatest()) *
                 static_cast<double>(rhs.greatest()) *
                 static_cast<double>(depth);
  return bound < 0x1.8p30 ? b.getI32Type() : b.getI64Type();
}
