//===- Rotary.cpp - RotaryEmbedding ---------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Normalize.h"
#include "passes/Graph/Ops/ScalarMath.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

namespace {
/// The operands of a rotation, by number.
struct RotaryOperands {
  unsigned cosines, sines, positions;
};
} // namespace

/// The rows of a cache that `positions` name, as batch x length x 1 x angles
/// (one position: of the first element, the others follow it).
static FailureOr<Value> rowsOf(Expansion &e, unsigned cache,
                               const RotaryOperands &operands, int64_t batch,
                               int64_t length, int64_t angles) {
  LocBuilder &b = e.b;
  FailureOr<Value> table = wideOperand(e, cache);
  if (failed(table))
    return failure();
  ArrayRef<int64_t> shape = e.shape(cache);
  bool byPosition = e.has(operands.positions);
  if (shape.size() != (byPosition ? 2 : 3) || shape.back() != angles)
    return e.refuse("expected a cache of " + Twine(angles) + " angles");
  Shape result = {batch, length, 1, angles};
  if (!byPosition) {
    if (shape[0] != batch || shape[1] != length)
      return e.refuse("expected a cache of each position");
    return reshape(b, *table, result);
  }
  bool isOne = product(e.shape(operands.positions)) == 1;
  if (!isOne &&
      e.shape(operands.positions) != ArrayRef<int64_t>({batch, length}))
    return e.refuse("expected a position for each element");
  Value positions =
      reshape(b, e.operand(operands.positions),
              isOne ? ArrayRef<int64_t>({1, 1}) : e.shape(operands.positions));
  return gatherBy(
      b, *table, result,
      [&](LocBuilder &inner, ValueRange at, SmallVectorImpl<Value> &from) {
        Value zero = indexConstant(inner, 0);
        Value row = inner.create<tensor::ExtractOp>(
            positions,
            isOne ? ValueRange{zero, zero} : ValueRange{at[0], at[1]});
        if (isOne)
          row = inner.create<arith::AddIOp>(
              row, inner.create<arith::IndexCastOp>(row.getType(), at[1]));
        from.push_back(indexInto(inner, row, shape[0]));
        from.push_back(at[3]);
      });
}

/// x * cos - y * sin, or x * sin + y * cos.
static Value rotated(LocBuilder &b, ValueRange xyCosSin, bool second) {
  return compute(b, xyCosSin, elementOf(xyCosSin[0]),
                 [&](LocBuilder &inner, ValueRange args) {
                   Scalar x{inner, args[0]}, y{inner, args[1]},
                       cosine{inner, args[2]}, sine{inner, args[3]};
                   return second ? (x * sine + y * cosine).v
                                 : (x * cosine - y * sine).v;
                 });
}

/// Rotates the first 2 * angles elements of batch x length x heads x size.
static Value rotate(LocBuilder &b, Value x, Value cosines, Value sines,
                    int64_t angles, bool interleaved) {
  Shape shape(shapeOf(x)), zeros(4, 0), part(shape);
  part[3] = 2 * angles;
  Value turned = slice(b, x, zeros, part);
  Shape view = {shape[0], shape[1], shape[2], interleaved ? angles : 2,
                interleaved ? 2 : angles};
  int64_t axis = interleaved ? 4 : 3;
  turned = reshape(b, turned, view);
  Shape half(view), first(5, 0), second(5, 0), flat(shape), joined(view);
  half[axis] = 1;
  second[axis] = 1;
  flat[3] = angles;
  joined[axis] = 1;
  Value a = reshape(b, slice(b, turned, first, half), flat);
  Value c = reshape(b, slice(b, turned, second, half), flat);
  SmallVector<Value> operands = {a, c, cosines, sines};
  Value low = reshape(b, rotated(b, operands, false), joined);
  Value high = reshape(b, rotated(b, operands, true), joined);
  Value result = reshape(b, concat(b, {low, high}, axis), part);
  if (part[3] == shape[3])
    return result;
  Shape offsets(zeros), rest(shape);
  offsets[3] = part[3];
  rest[3] -= part[3];
  return concat(b, {result, slice(b, x, offsets, rest)}, 3);
}

static LogicalResult expandRotary(Expansion &e,
                                  const RotaryOperands &operands) {
  LocBuilder &b = e.b;
  FailureOr<Value> x = wideOperand(e, 0);
  if (failed(x))
    return failure();
  if (e.rank(0) != 3 && e.rank(0) != 4)
    return e.refuse("expected an input of rank 3 or 4");
  bool isFlat = e.rank(0) == 3;
  int64_t angles = e.shape(operands.cosines).back();
  int64_t heads = e.intAttr("num_heads", 0);
  if (isFlat && heads == 0) // com.microsoft: as many as the angles say
    heads = e.shape(0)[2] / (2 * angles);
  if (isFlat && (heads < 1 || e.shape(0)[2] % heads != 0))
    return e.refuse("expected num_heads that divides " + Twine(e.shape(0)[2]));
  Value input = isFlat ? reshape(b, *x,
                                 {e.shape(0)[0], e.shape(0)[1], heads,
                                  e.shape(0)[2] / heads})
                       : transpose(b, *x, {0, 2, 1, 3});
  ArrayRef<int64_t> shape = shapeOf(input);
  int64_t size = e.intAttr("rotary_embedding_dim", 0);
  if (size == 0)
    size = shape[3];
  if (size % 2 != 0 || size > shape[3])
    return e.refuse("expected an even number of up to " + Twine(shape[3]) +
                    " elements to rotate, but got " + Twine(size));
  FailureOr<Value> cosines =
      rowsOf(e, operands.cosines, operands, shape[0], shape[1], size / 2);
  FailureOr<Value> sines = failure();
  if (failed(cosines) || failed(sines = rowsOf(e, operands.sines, operands,
                                               shape[0], shape[1], size / 2)))
    return failure();
  Value y = rotate(b, input, *cosines, *sines, size / 2,
                   e.intAttr("interleaved", 0) != 0);
  y = isFlat ? reshape(b, y, e.shape(0)) : transpose(b, y, {0, 2, 1, 3});
  e.result(0, convert(b, y, e.elementType(0)));
  return success();
}

static LogicalResult expandRotaryEmbedding(Expansion &e) {
  return expandRotary(e, {1, 2, 3});
}

/// com.microsoft has the positions before the caches.
static LogicalResult expandMicrosoftRotary(Expansion &e) {
  if (e.floatAttr("scale", 1) != 1 || e.intAttr("is_packed_batching", 0) != 0)
    return e.refuse("expected scale = 1 and is_packed_batching = 0");
  return expandRotary(e, {2, 3, 1});
}

ArrayRef<OperatorRow> graph::rotaryOperators() {
  static const OperatorRow rows[] = {
      {"", "RotaryEmbedding", 23, 0, expandRotaryEmbedding, first(3)},
      {"com.microsoft", "RotaryEmbedding", 1, 0, expandMicrosoftRotary,
       first(4)},
  };
  return rows;
}
