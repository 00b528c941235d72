//===- Scatter.cpp - Operators that put elements at computed positions ----===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Support.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using arith::CmpIPredicate;
using utils::IteratorType;

// A scatter is written as what each result element becomes: a fold over all
// updates that takes those whose position is the element's own. That costs
// elements times updates, and no order of stores has to be kept.

/// `update` combined into `old` as the attribute `reduction` says.
static Value combine(LocBuilder &b, StringRef reduction, Value old,
                     Value update, bool isUnsigned) {
  bool isFloat = isa<FloatType>(old.getType());
  if (reduction == "add")
    return isFloat ? Value(b.create<arith::AddFOp>(old, update))
                   : Value(b.create<arith::AddIOp>(old, update));
  if (reduction == "mul")
    return isFloat ? Value(b.create<arith::MulFOp>(old, update))
                   : Value(b.create<arith::MulIOp>(old, update));
  if (reduction == "max") {
    if (isFloat)
      return b.create<arith::MaximumFOp>(old, update);
    return isUnsigned ? Value(b.create<arith::MaxUIOp>(old, update))
                      : Value(b.create<arith::MaxSIOp>(old, update));
  }
  if (reduction == "min") {
    if (isFloat)
      return b.create<arith::MinimumFOp>(old, update);
    return isUnsigned ? Value(b.create<arith::MinUIOp>(old, update))
                      : Value(b.create<arith::MinSIOp>(old, update));
  }
  return update;
}

static LogicalResult checkScatter(Expansion &e) {
  std::string reduction = e.stringAttr("reduction", "none");
  if (!llvm::is_contained({"none", "add", "mul", "max", "min"}, reduction))
    return e.refuse("expected a reduction that is known, but got '" +
                    reduction + "'");
  if (!e.elementType(1).isInteger(32) && !e.elementType(1).isInteger(64))
    return refuseType(e, 1, "indices of int32 or int64");
  if (e.elementType(2) != e.elementType(0))
    return e.refuse("expected updates of the data's type");
  return success();
}

/// One fold over updates: `hits` decides from the indices operands whether an
/// update is for the element. All maps are over the result's dimensions and
/// then those of the updates.
static Value
foldUpdates(Expansion &e, Value data, ValueRange indices, Value updates,
            ArrayRef<AffineMap> maps, int64_t loops,
            llvm::function_ref<Value(LocBuilder &, ValueRange)> hits) {
  LocBuilder &b = e.b;
  int64_t rank = shapeOf(data).size();
  Type element = elementOf(data), type = computeType(element);
  std::string reduction = e.stringAttr("reduction", "none");
  bool isUnsigned = e.isUnsigned(0);
  Value init = elementwise(b, data, type, [](LocBuilder &inner, ValueRange a) {
    return toCompute(inner, a[0]);
  });
  SmallVector<IteratorType> iterators(loops, IteratorType::reduction);
  std::fill_n(iterators.begin(), rank, IteratorType::parallel);
  SmallVector<Value> inputs(indices);
  inputs.push_back(updates);
  auto op = b.create<linalg::GenericOp>(
      TypeRange{init.getType()}, inputs, ValueRange{init}, maps, iterators,
      [&](OpBuilder &nested, Location loc, ValueRange args) {
        LocBuilder inner(loc, nested);
        Value old = args.back();
        Value update = toCompute(inner, args[indices.size()]);
        Value hit = hits(inner, args.take_front(indices.size()));
        Value next = combine(inner, reduction, old, update, isUnsigned);
        inner.create<linalg::YieldOp>(
            Value(inner.create<arith::SelectOp>(hit, next, old)));
      });
  Value result = op.getResult(0);
  if (type == element)
    return result;
  return elementwise(b, result, element, [&](LocBuilder &inner, ValueRange a) {
    return fromCompute(inner, a[0], element);
  });
}

/// Whether an index names the element's place in dimension `axis`.
static Value namesElement(LocBuilder &b, Value index, int64_t axis,
                          int64_t size) {
  Value here = b.create<linalg::IndexOp>(axis);
  Value at = b.create<arith::IndexCastOp>(b.getIndexType(), index);
  Value below =
      b.create<arith::CmpIOp>(CmpIPredicate::slt, at, indexConstant(b, 0));
  Value wrapped = b.create<arith::AddIOp>(at, indexConstant(b, size));
  at = b.create<arith::SelectOp>(below, wrapped, at);
  return b.create<arith::CmpIOp>(CmpIPredicate::eq, at, here);
}

static LogicalResult expandScatterElements(Expansion &e) {
  int64_t rank = e.rank(0);
  FailureOr<int64_t> axis = axisAttr(e, "axis", 0, rank);
  if (failed(axis) || failed(checkScatter(e)))
    return failure();
  if (e.rank(1) != rank || e.shape(1) != e.shape(2))
    return e.refuse("expected indices of the data's rank and the updates' "
                    "shape");
  // Only the part of the data that the indices span can change.
  Shape part(e.shape(1)), zeros(rank, 0), ones(rank, 1);
  part[*axis] = e.shape(0)[*axis];
  for (int64_t i = 0; i < rank; ++i)
    if (part[i] > e.shape(0)[i])
      return e.refuse("expected indices no larger than the data");
  if (product(e.shape(1)) == 0) {
    e.result(0, e.operand(0), e.onnxElementType(0));
    return success();
  }
  Value data = slice(e.b, e.operand(0), zeros, part);
  MLIRContext *context = e.b.getContext();
  AffineMap own =
      AffineMap::getMultiDimIdentityMap(rank + 1, context).dropResult(rank);
  SmallVector<AffineExpr> exprs(own.getResults());
  exprs[*axis] = e.b.getAffineDimExpr(rank);
  AffineMap update = AffineMap::get(rank + 1, 0, exprs, context);
  Value result =
      foldUpdates(e, data, {e.operand(1)}, e.operand(2), {update, update, own},
                  rank + 1, [&](LocBuilder &b, ValueRange index) {
                    return namesElement(b, index[0], *axis, e.shape(0)[*axis]);
                  });
  if (part != Shape(e.shape(0))) {
    auto attrs = [&](ArrayRef<int64_t> values) {
      SmallVector<OpFoldResult> result;
      for (int64_t value : values)
        result.push_back(e.b.getIndexAttr(value));
      return result;
    };
    result = e.b.create<tensor::InsertSliceOp>(
        result, e.operand(0), attrs(zeros), attrs(part), attrs(ones));
  }
  e.result(0, result, e.onnxElementType(0));
  return success();
}

static LogicalResult expandScatterND(Expansion &e) {
  if (failed(checkScatter(e)))
    return failure();
  int64_t rank = e.rank(0), indexRank = e.rank(1);
  if (indexRank == 0)
    return e.refuse("expected indices of rank 1 or more");
  ArrayRef<int64_t> data = e.shape(0), indices = e.shape(1);
  int64_t depth = indices.back(), count = product(indices.drop_back());
  Shape expected(indices.drop_back());
  if (depth <= rank)
    expected.append(data.begin() + depth, data.end());
  if (depth > rank || expected != Shape(e.shape(2)))
    return e.refuse("expected updates of the shape that indices and data say");
  if (count == 0 || product(data) == 0) {
    e.result(0, e.operand(0), e.onnxElementType(0));
    return success();
  }
  LocBuilder &b = e.b;
  MLIRContext *context = b.getContext();
  Shape flat = {count};
  flat.append(data.begin() + depth, data.end());
  Value updates = reshape(b, e.operand(2), flat);
  Value table = reshape(b, e.operand(1), {count, depth});
  AffineExpr loop = b.getAffineDimExpr(rank);
  SmallVector<Value> columns;
  SmallVector<AffineMap> maps;
  for (int64_t i = 0; i < depth; ++i) {
    columns.push_back(reshape(b, slice(b, table, {0, i}, {count, 1}), {count}));
    maps.push_back(AffineMap::get(rank + 1, 0, {loop}, context));
  }
  SmallVector<AffineExpr> exprs = {loop};
  for (int64_t i = depth; i < rank; ++i)
    exprs.push_back(b.getAffineDimExpr(i));
  maps.push_back(AffineMap::get(rank + 1, 0, exprs, context));
  maps.push_back(
      AffineMap::getMultiDimIdentityMap(rank + 1, context).dropResult(rank));
  Value result =
      foldUpdates(e, e.operand(0), columns, updates, maps, rank + 1,
                  [&](LocBuilder &inner, ValueRange index) {
                    Value hit = scalarConstant(inner, inner.getI1Type(), 1);
                    for (int64_t i = 0; i < depth; ++i)
                      hit = inner.create<arith::AndIOp>(
                          hit, namesElement(inner, index[i], i, data[i]));
                    return hit;
                  });
  e.result(0, result, e.onnxElementType(0));
  return success();
}

ArrayRef<OperatorRow> graph::scatterOperators() {
  static const OperatorRow rows[] = {
      {"", "Scatter", 9, 10, expandScatterElements, first(3)},
      {"", "ScatterElements", 11, 0, expandScatterElements, first(3)},
      {"", "ScatterND", 11, 0, expandScatterND, first(3)},
  };
  return rows;
}
