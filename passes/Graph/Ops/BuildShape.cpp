//===- BuildShape.cpp - Building blocks that move elements ----------------===//
#include "dialects/Tern/Tern.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "passes/Graph/Ops/Build.h"

using namespace mlir;
using utils::IteratorType;

namespace tern::graph {

Value emptyTensor(LocBuilder &b, ArrayRef<int64_t> shape, Type element) {
  return b.create<tensor::EmptyOp>(shape, element);
}

Value filled(LocBuilder &b, ArrayRef<int64_t> shape, Value scalar) {
  Value init = emptyTensor(b, shape, scalar.getType());
  return b.create<linalg::FillOp>(ValueRange{scalar}, ValueRange{init})
      .getResult(0);
}

/// One group of all the dimensions; none for a scalar on the other side.
static SmallVector<ReassociationIndices> oneGroup(size_t rank) {
  if (rank == 0)
    return {};
  ReassociationIndices all;
  for (size_t i = 0; i < rank; ++i)
    all.push_back(i);
  return {all};
}

Value reshape(LocBuilder &b, Value value, ArrayRef<int64_t> shape) {
  auto from = cast<RankedTensorType>(value.getType());
  RankedTensorType to = tensorOf(shape, from.getElementType());
  if (from == to)
    return value;
  if (from.getRank() == 0)
    return b.create<tensor::ExpandShapeOp>(to, value,
                                           SmallVector<ReassociationIndices>{});
  if (to.getRank() == 0)
    return b.create<tensor::CollapseShapeOp>(
        to, value, SmallVector<ReassociationIndices>{});
  if (from.getRank() != to.getRank() && from.getNumElements() != 0)
    if (auto groups = getReassociationIndicesForReshape(from, to)) {
      if (from.getRank() > to.getRank())
        return b.create<tensor::CollapseShapeOp>(to, value, *groups);
      return b.create<tensor::ExpandShapeOp>(to, value, *groups);
    }
  if (from.getRank() > 1)
    value = b.create<tensor::CollapseShapeOp>(
        tensorOf({from.getNumElements()}, from.getElementType()), value,
        oneGroup(from.getRank()));
  if (to.getRank() == 1)
    return value;
  return b.create<tensor::ExpandShapeOp>(to, value, oneGroup(to.getRank()));
}

Shape transposition(linalg::GenericOp op) {
  if (op.getNumDpsInputs() != 1 || op->getNumResults() != 1 ||
      op.getNumParallelLoops() != op.getNumLoops())
    return {};
  Operation *yield = op.getBody()->getTerminator();
  AffineMap in = op.getIndexingMapsArray()[0];
  bool moves = yield->getOperand(0) == op.getBody()->getArgument(0) &&
               op.getIndexingMapsArray()[1].isIdentity() && in.isPermutation();
  Shape permutation;
  for (unsigned i = 0; moves && i < in.getNumResults(); ++i)
    permutation.push_back(
        *in.getResultPosition(getAffineDimExpr(i, op.getContext())));
  return permutation;
}

Value transpose(LocBuilder &b, Value value, ArrayRef<int64_t> permutation) {
  ArrayRef<int64_t> shape = shapeOf(value);
  Shape resultShape;
  SmallVector<AffineExpr> exprs(shape.size());
  bool isIdentity = true;
  for (auto [i, from] : llvm::enumerate(permutation)) {
    resultShape.push_back(shape[from]);
    exprs[from] = b.getAffineDimExpr(i);
    isIdentity &= static_cast<int64_t>(i) == from;
  }
  if (isIdentity)
    return value;
  Value init = emptyTensor(b, resultShape, elementOf(value));
  SmallVector<AffineMap> maps = {
      AffineMap::get(shape.size(), 0, exprs, b.getContext()),
      b.getMultiDimIdentityMap(shape.size())};
  SmallVector<IteratorType> iterators(shape.size(), IteratorType::parallel);
  auto op = b.create<linalg::GenericOp>(
      TypeRange{init.getType()}, ValueRange{value}, ValueRange{init}, maps,
      iterators, [](OpBuilder &nested, Location loc, ValueRange args) {
        nested.create<linalg::YieldOp>(loc, args[0]);
      });
  return op.getResult(0);
}

Value broadcastTo(LocBuilder &b, Value value, ArrayRef<int64_t> shape) {
  if (shapeOf(value) == shape)
    return value;
  return elementwise(
      b, value, elementOf(value),
      [](LocBuilder &, ValueRange args) { return args[0]; }, shape);
}

static SmallVector<OpFoldResult> indexAttrs(LocBuilder &b,
                                            ArrayRef<int64_t> values) {
  SmallVector<OpFoldResult> attrs;
  for (int64_t value : values)
    attrs.push_back(b.getIndexAttr(value));
  return attrs;
}

Value slice(LocBuilder &b, Value value, ArrayRef<int64_t> offsets,
            ArrayRef<int64_t> sizes, ArrayRef<int64_t> strides) {
  Shape ones(sizes.size(), 1);
  if (strides.empty())
    strides = ones;
  if (shapeOf(value) == sizes)
    return value;
  return b.create<tensor::ExtractSliceOp>(
      tensorOf(sizes, elementOf(value)), value, indexAttrs(b, offsets),
      indexAttrs(b, sizes), indexAttrs(b, strides));
}

Value concat(LocBuilder &b, ValueRange values, int64_t axis) {
  if (values.size() == 1)
    return values[0];
  Shape shape(shapeOf(values[0]));
  shape[axis] = 0;
  for (Value value : values)
    shape[axis] += shapeOf(value)[axis];
  Value result = emptyTensor(b, shape, elementOf(values[0]));
  Shape offsets(shape.size(), 0), strides(shape.size(), 1);
  for (Value value : values) {
    if (shapeOf(value)[axis] == 0)
      continue;
    result = b.create<tensor::InsertSliceOp>(
        value, result, indexAttrs(b, offsets), indexAttrs(b, shapeOf(value)),
        indexAttrs(b, strides));
    offsets[axis] += shapeOf(value)[axis];
  }
  return result;
}

Value padScalar(LocBuilder &b, Value value, ArrayRef<int64_t> low,
                ArrayRef<int64_t> high, Value scalar) {
  auto isZero = [](int64_t size) { return size == 0; };
  if (llvm::all_of(low, isZero) && llvm::all_of(high, isZero))
    return value;
  Shape shape(shapeOf(value));
  for (size_t i = 0; i < shape.size(); ++i)
    shape[i] += low[i] + high[i];
  return b.create<tensor::PadOp>(tensorOf(shape, elementOf(value)), value,
                                 indexAttrs(b, low), indexAttrs(b, high),
                                 scalar);
}

Value padConstant(LocBuilder &b, Value value, ArrayRef<int64_t> low,
                  ArrayRef<int64_t> high, double fill) {
  Type element = elementOf(value);
  Value scalar = scalarConstant(b, computeType(element), fill);
  return padScalar(b, value, low, high, fromCompute(b, scalar, element));
}

} // namespace tern::graph
