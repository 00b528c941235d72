//===- Cache.cpp - TensorScatter ------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Support.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using arith::CmpIPredicate;

/// The cache with the update in it, which starts at `start` of its batch (an
/// index) along `axis`; around the end when `circular`.
static Value writeInto(LocBuilder &b, Value cache, Value update, int64_t axis,
                       bool circular,
                       llvm::function_ref<Value(LocBuilder &, Value)> start) {
  int64_t size = shapeOf(cache)[axis], length = shapeOf(update)[axis];
  int64_t rank = shapeOf(cache).size();
  return elementwise(
      b, cache, elementOf(cache), [&](LocBuilder &inner, ValueRange args) {
        SmallVector<Value> at;
        for (int64_t i = 0; i < rank; ++i)
          at.push_back(inner.create<linalg::IndexOp>(i));
        Value zero = indexConstant(inner, 0);
        Value from = inner.create<arith::SubIOp>(at[axis], start(inner, at[0]));
        if (circular) {
          Value around =
              inner.create<arith::AddIOp>(from, indexConstant(inner, size));
          Value isBefore =
              inner.create<arith::CmpIOp>(CmpIPredicate::slt, from, zero);
          from = inner.create<arith::SelectOp>(isBefore, around, from);
        }
        Value isNew = inner.create<arith::CmpIOp>(CmpIPredicate::ult, from,
                                                  indexConstant(inner, length));
        at[axis] = inner.create<arith::SelectOp>(isNew, from, zero);
        Value fresh = inner.create<tensor::ExtractOp>(update, at);
        return inner.create<arith::SelectOp>(isNew, fresh, args[0]);
      });
}

static LogicalResult expandTensorScatter(Expansion &e) {
  FailureOr<int64_t> axis = axisAttr(e, "axis", -2, e.rank(0));
  if (failed(axis))
    return failure();
  std::string mode = e.stringAttr("mode", "linear");
  if (mode != "linear" && mode != "circular")
    return e.refuse("expected mode linear or circular, but got '" + mode + "'");
  Shape expected(e.shape(0));
  if (e.rank(1) != e.rank(0) || *axis == 0 ||
      e.shape(1)[*axis] > e.shape(0)[*axis])
    return e.refuse("expected an update that fits the cache");
  expected[*axis] = e.shape(1)[*axis];
  if (e.shape(1) != ArrayRef<int64_t>(expected) ||
      e.elementType(0) != e.elementType(1))
    return e.refuse(
        "expected an update of the cache's shape, but for the axis, "
        "and of its type");
  Value starts;
  if (e.has(2)) {
    if (!e.elementType(2).isInteger(64) || product(e.shape(2)) != e.shape(0)[0])
      return e.refuse("expected an index for each batch");
    starts = reshape(e.b, e.operand(2), {e.shape(0)[0]});
  }
  int64_t size = e.shape(0)[*axis];
  Value y = writeInto(e.b, e.operand(0), e.operand(1), *axis,
                      mode == "circular", [&](LocBuilder &b, Value batch) {
                        if (!starts)
                          return indexConstant(b, 0);
                        Value at = b.create<tensor::ExtractOp>(starts, batch);
                        return indexInto(b, at, size);
                      });
  e.result(0, y, e.onnxElementType(0));
  return success();
}

ArrayRef<OperatorRow> graph::cacheOperators() {
  static const OperatorRow rows[] = {
      {"", "TensorScatter", 24, 0, expandTensorScatter, first(2)},
  };
  return rows;
}
