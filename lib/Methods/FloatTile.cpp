//===- FloatTile.cpp - Float products as they are, a few rows at once -----===//
#include "lib/Methods/FloatTile.h"

using namespace mlir;
using namespace tern;

/// Accumulators of a tile, in vectors of 16 lanes: two registers each of the 16
/// that the smallest of the vector units has.
static constexpr int64_t tileVectors = 4;

/// Whether a vector can be read of an operand.
static bool isFloats(Value operand) {
  auto type = cast<ShapedType>(operand.getType());
  Type element = type.getElementType();
  if (!element.isF32() && !element.isF16() && !element.isBF16())
    return false;
  SmallVector<int64_t> strides;
  int64_t offset;
  auto memory = dyn_cast<MemRefType>(type);
  return !memory || (succeeded(getStridesAndOffset(memory, strides, offset)) &&
                     strides.back() == 1);
}

std::optional<FloatTile> tern::planFloatTile(ir::MatmulOp op,
                                             const VectorShape &shape) {
  if (shape.isSimt || !op.getAccumulator().isF32() || op.getRhsScale() ||
      !isFloats(op.getLhs()) || !isFloats(op.getRhs()))
    return std::nullopt;
  auto shapeOf = [](Value v) {
    return cast<ShapedType>(v.getType()).getShape();
  };
  ArrayRef<int64_t> result = shapeOf(op.getInit());
  int64_t rows = result[result.size() - 2], columns = result.back();
  bool byDots = op.getTransposeB();
  FloatTile tile = {tileVectors, byDots ? 1 : floatLanes};
  bool isLong = (byDots ? shapeOf(op.getLhs()).back() : columns) >= floatLanes;
  if (!isLong || columns % tile.columns)
    return std::nullopt;
  while (rows % tile.rows)
    tile.rows /= 2;
  // As many accumulators, whatever the rows.
  int64_t wider = tile.columns * tileVectors / tile.rows;
  if (columns % wider == 0)
    tile.columns = wider;
  return tile;
}
