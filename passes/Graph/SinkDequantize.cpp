//===- SinkDequantize.cpp - Move data as codes ----------------------------===//
//
//   %x = tern.dequantize %codes               %c = tensor.collapse_shape %codes
//   %y = tensor.collapse_shape %x      ->     %y = tern.dequantize %c
//
//===----------------------------------------------------------------------===//
#include "passes/Graph/SinkDequantize.h"
#include "dialects/Tern/Tern.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Graph/Ops/Build.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

namespace {
/// What a move does to a dequantize's operands.
struct Moved {
  Value codes, scale, zero;
  Shape block;
};
} // namespace

/// Blocks of whole dimensions where there is one scale, else single elements.
static Shape wholeBlocks(Value codes, Value scale) {
  Shape block;
  for (auto [size, scales] : llvm::zip(shapeOf(codes), shapeOf(scale)))
    block.push_back(scales == 1 ? std::max<int64_t>(size, 1) : 1);
  return block;
}

static bool isPerTensor(ir::DequantizeOp op) {
  return product(shapeOf(op.getScale())) == 1;
}

/// A scale (or zero point) of one element in as many dimensions as `rank`.
static Value oneOfRank(LocBuilder &b, Value scale, int64_t rank) {
  return scale ? reshape(b, scale, Shape(rank, 1)) : Value();
}

/// The dimension along which the scale varies, when it is the only one and
/// every index has its own; nothing otherwise.
static std::optional<int64_t> scaleAxis(ir::DequantizeOp op) {
  ArrayRef<int64_t> scale = shapeOf(op.getScale());
  std::optional<int64_t> axis;
  for (auto [i, size] : llvm::enumerate(scale)) {
    if (size == 1)
      continue;
    if (axis || op.getFormat().getBlock()[i] != 1)
      return std::nullopt;
    axis = i;
  }
  return axis;
}

/// Where dimension `axis` goes in a reshape that keeps it apart.
static std::optional<int64_t> axisAfter(int64_t axis, ArrayRef<int64_t> from,
                                        ArrayRef<int64_t> to) {
  int64_t before = product(from.take_front(axis));
  int64_t seen = 1;
  for (auto [i, size] : llvm::enumerate(to)) {
    if (seen == before && size == from[axis])
      return i;
    seen *= size;
  }
  return std::nullopt;
}

static std::optional<Moved> moveReshape(LocBuilder &b, ir::DequantizeOp op,
                                        ArrayRef<int64_t> shape) {
  Value codes = op.getInput(), scale = op.getScale(), zero = op.getZeroPoint();
  if (shape.empty())
    return std::nullopt;
  Shape scaleShape(shape.size(), 1);
  if (!isPerTensor(op)) {
    std::optional<int64_t> axis = scaleAxis(op);
    if (axis)
      axis = axisAfter(*axis, shapeOf(codes), shape);
    if (!axis)
      return std::nullopt;
    scaleShape[*axis] = shape[*axis];
  }
  codes = reshape(b, codes, shape);
  scale = reshape(b, scale, scaleShape);
  return Moved{codes, scale, zero ? reshape(b, zero, scaleShape) : Value(),
               wholeBlocks(codes, scale)};
}

static std::optional<Moved> moveSlice(LocBuilder &b, ir::DequantizeOp op,
                                      tensor::ExtractSliceOp slice) {
  RankedTensorType type = slice.getType();
  if (!isPerTensor(op) || type.getRank() == 0)
    return std::nullopt;
  auto codes = cast<RankedTensorType>(op.getInput().getType());
  Value moved = b.create<tensor::ExtractSliceOp>(
      tensorOf(type.getShape(), codes.getElementType()), op.getInput(),
      slice.getMixedOffsets(), slice.getMixedSizes(), slice.getMixedStrides());
  Value scale = oneOfRank(b, op.getScale(), type.getRank());
  return Moved{moved, scale, oneOfRank(b, op.getZeroPoint(), type.getRank()),
               wholeBlocks(moved, scale)};
}

static std::optional<Moved> moveTranspose(LocBuilder &b, ir::DequantizeOp op,
                                          linalg::GenericOp generic) {
  Shape permutation = transposition(generic);
  if (permutation.empty())
    return std::nullopt;
  Shape block;
  for (int64_t from : permutation)
    block.push_back(op.getFormat().getBlock()[from]);
  Value zero = op.getZeroPoint();
  return Moved{transpose(b, op.getInput(), permutation),
               transpose(b, op.getScale(), permutation),
               zero ? transpose(b, zero, permutation) : Value(), block};
}

static std::optional<Moved> move(LocBuilder &b, ir::DequantizeOp op,
                                 Operation &mover) {
  if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(mover))
    return moveReshape(b, op, shapeOf(mover.getResult(0)));
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(mover))
    return moveSlice(b, op, slice);
  if (auto generic = dyn_cast<linalg::GenericOp>(mover))
    return moveTranspose(b, op, generic);
  return std::nullopt;
}

void graph::sinkDequantize(func::FuncOp entry) {
  for (Operation &op : llvm::make_early_inc_range(entry.getBody().front())) {
    if (op.getNumResults() != 1 || op.getNumOperands() == 0)
      continue;
    auto dequantize = op.getOperand(0).getDefiningOp<ir::DequantizeOp>();
    if (!dequantize)
      continue;
    LocBuilder b(op.getLoc(), op.getContext());
    b.setInsertionPoint(&op);
    std::optional<Moved> moved = move(b, dequantize, op);
    if (!moved)
      continue;
    Value result = b.create<ir::DequantizeOp>(
        op.getResultTypes()[0], moved->codes, moved->scale, moved->zero,
        ir::FormatAttr::get(op.getContext(), moved->block));
    op.getResult(0).replaceAllUsesWith(result);
    op.erase();
  }
}
