//===- Cache.cpp - TensorScatter ------------------------------------------===//
#include "dialects/Tern/Tern.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Support.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

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
  auto insert =
      e.b.create<ir::InsertOp>(e.operand(0).getType(), e.operand(1), starts,
                               e.operand(0), *axis, mode == "circular");
  e.result(0, insert.getResult(0), e.onnxElementType(0));
  return success();
}

ArrayRef<OperatorRow> graph::cacheOperators() {
  static const OperatorRow rows[] = {
      {"", "TensorScatter", 24, 0, expandTensorScatter, first(2)},
  };
  return rows;
}
