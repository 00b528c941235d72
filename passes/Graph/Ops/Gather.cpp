//===- Gather.cpp - Operators that take elements by computed positions ----===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Support.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

static LogicalResult checkIndices(Expansion &e, unsigned operand) {
  Type element = e.elementType(operand);
  if (element.isInteger(32) || element.isInteger(64))
    return success();
  return refuseType(e, operand, "indices of int32 or int64");
}

/// A Gather of one constant position is a slice.
static bool gatherConstant(Expansion &e, int64_t axis) {
  if (product(e.shape(1)) != 1)
    return false;
  std::optional<eval::Tensor> index = e.constant(1);
  if (!index)
    return false;
  Shape shape(e.shape(0)), offsets(shape.size(), 0), sizes = shape, result;
  auto at = normalizeAxis(index->getInt(0), shape[axis]);
  if (!at)
    return false;
  offsets[axis] = *at;
  sizes[axis] = 1;
  result.assign(shape.begin(), shape.begin() + axis);
  result.append(e.shape(1).begin(), e.shape(1).end());
  result.append(shape.begin() + axis + 1, shape.end());
  e.result(0, reshape(e.b, slice(e.b, e.operand(0), offsets, sizes), result),
           e.onnxElementType(0));
  return true;
}

static LogicalResult expandGather(Expansion &e) {
  FailureOr<int64_t> axis = axisAttr(e, "axis", 0, e.rank(0));
  if (failed(axis) || failed(checkIndices(e, 1)))
    return failure();
  if (gatherConstant(e, *axis))
    return success();
  ArrayRef<int64_t> shape = e.shape(0), indices = e.shape(1);
  Shape result(shape.take_front(*axis));
  result.append(indices.begin(), indices.end());
  result.append(shape.begin() + *axis + 1, shape.end());
  if (shape[*axis] == 0 && product(result) != 0)
    return e.refuse("expected a dimension to gather from that is not empty");
  Value source = e.operand(0), positions = e.operand(1);
  Value value =
      gatherBy(e.b, source, result,
               [&](LocBuilder &b, ValueRange at, SmallVectorImpl<Value> &out) {
                 ValueRange inner = at.slice(*axis, indices.size());
                 Value integer = b.create<tensor::ExtractOp>(positions, inner);
                 llvm::append_range(out, at.take_front(*axis));
                 out.push_back(indexInto(b, integer, shape[*axis]));
                 llvm::append_range(out, at.drop_front(*axis + indices.size()));
               });
  e.result(0, value, e.onnxElementType(0));
  return success();
}

static LogicalResult expandGatherElements(Expansion &e) {
  FailureOr<int64_t> axis = axisAttr(e, "axis", 0, e.rank(0));
  if (failed(axis) || failed(checkIndices(e, 1)))
    return failure();
  Value source = e.operand(0), positions = e.operand(1);
  int64_t size = e.shape(0)[*axis];
  if (e.rank(1) != e.rank(0) || size == 0)
    return e.refuse("expected indices of the data's rank, and data");
  Value value =
      gatherBy(e.b, source, e.shape(1),
               [&](LocBuilder &b, ValueRange at, SmallVectorImpl<Value> &out) {
                 Value integer = b.create<tensor::ExtractOp>(positions, at);
                 llvm::append_range(out, at);
                 out[*axis] = indexInto(b, integer, size);
               });
  e.result(0, value, e.onnxElementType(0));
  return success();
}

static LogicalResult expandGatherND(Expansion &e) {
  int64_t batch = e.intAttr("batch_dims", 0), rank = e.rank(1);
  if (failed(checkIndices(e, 1)))
    return failure();
  if (rank == 0 || batch < 0 || batch >= rank)
    return e.refuse("expected batch_dims below the indices' rank, but got " +
                    Twine(batch));
  ArrayRef<int64_t> shape = e.shape(0), indices = e.shape(1);
  int64_t depth = indices.back(), taken = batch + depth;
  if (taken > e.rank(0))
    return e.refuse("expected indices into the data's dimensions, but got " +
                    Twine(depth) + " after " + Twine(batch) + " of batch");
  Shape result(indices.drop_back());
  result.append(shape.begin() + taken, shape.end());
  Value source = e.operand(0), positions = e.operand(1);
  Value value =
      gatherBy(e.b, source, result,
               [&](LocBuilder &b, ValueRange at, SmallVectorImpl<Value> &out) {
                 llvm::append_range(out, at.take_front(batch));
                 SmallVector<Value> where(at.take_front(rank - 1));
                 where.push_back({});
                 for (int64_t i = 0; i < depth; ++i) {
                   where.back() = indexConstant(b, i);
                   Value integer =
                       b.create<tensor::ExtractOp>(positions, where);
                   out.push_back(indexInto(b, integer, shape[batch + i]));
                 }
                 llvm::append_range(out, at.drop_front(rank - 1));
               });
  e.result(0, value, e.onnxElementType(0));
  return success();
}

/// The first `length` of each sequence are reversed, the rest stay.
static LogicalResult expandReverseSequence(Expansion &e) {
  FailureOr<int64_t> time = axisAttr(e, "time_axis", 0, e.rank(0));
  FailureOr<int64_t> batch = axisAttr(e, "batch_axis", 1, e.rank(0));
  if (failed(time) || failed(batch) || failed(checkIndices(e, 1)))
    return failure();
  Value source = e.operand(0), lengths = e.operand(1);
  Value value = gatherBy(
      e.b, source, e.shape(0),
      [&](LocBuilder &b, ValueRange at, SmallVectorImpl<Value> &out) {
        Value integer =
            b.create<tensor::ExtractOp>(lengths, ValueRange{at[*batch]});
        Value length = b.create<arith::IndexCastOp>(b.getIndexType(), integer);
        Value last = b.create<arith::SubIOp>(length, indexConstant(b, 1));
        Value mirrored = b.create<arith::SubIOp>(last, at[*time]);
        mirrored = b.create<arith::MaxSIOp>(mirrored, indexConstant(b, 0));
        Value inside = b.create<arith::CmpIOp>(arith::CmpIPredicate::slt,
                                               at[*time], length);
        llvm::append_range(out, at);
        out[*time] = b.create<arith::SelectOp>(inside, mirrored, at[*time]);
      });
  e.result(0, value, e.onnxElementType(0));
  return success();
}

/// Positions along an axis that are known to be wanted: a Gather of constants.
static LogicalResult expandCompress(Expansion &e) {
  std::optional<eval::Tensor> condition = e.constant(1);
  if (!condition)
    return e.refuse("expected a condition that is known at compile time: the "
                    "result's size depends on it");
  Value source = e.operand(0);
  int64_t axis = 0;
  if (!e.hasAttr("axis")) {
    source = reshape(e.b, source, {product(e.shape(0))});
  } else {
    FailureOr<int64_t> attribute = axisAttr(e, "axis", 0, e.rank(0));
    if (failed(attribute))
      return failure();
    axis = *attribute;
  }
  Shape sizes(shapeOf(source)), offsets(sizes.size(), 0), whole = sizes;
  SmallVector<Value> kept;
  sizes[axis] = 1;
  for (int64_t i = 0; i < std::min(condition->size(), whole[axis]); ++i) {
    if (!condition->getInt(i))
      continue;
    offsets[axis] = i;
    kept.push_back(slice(e.b, source, offsets, sizes));
  }
  whole[axis] = 0;
  e.result(0,
           kept.empty() ? emptyTensor(e.b, whole, e.elementType(0))
                        : concat(e.b, kept, axis),
           e.onnxElementType(0));
  return success();
}

ArrayRef<OperatorRow> graph::gatherOperators() {
  static const OperatorRow rows[] = {
      {"", "Gather", 1, 0, expandGather, first(2)},
      {"", "GatherElements", 11, 0, expandGatherElements, first(2)},
      {"", "GatherND", 11, 0, expandGatherND, first(2)},
      {"", "ReverseSequence", 10, 0, expandReverseSequence, first(2)},
      {"", "Compress", 9, 0, expandCompress, first(2)},
  };
  return rows;
}
