//===- Shape.cpp - Operators that only give values another shape ----------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Support.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

/// Result 0 is operand 0 in another shape.
static LogicalResult setReshaped(Expansion &e, ArrayRef<int64_t> shape) {
  if (product(shape) != product(e.shape(0)))
    return e.refuse("expected a shape of " + Twine(product(e.shape(0))) +
                    " elements, but got one of " + Twine(product(shape)));
  e.result(0, reshape(e.b, e.operand(0), shape), e.onnxElementType(0));
  return success();
}

static LogicalResult expandIdentity(Expansion &e) {
  e.result(0, e.operand(0), e.onnxElementType(0));
  return success();
}

/// Puts the sizes that 0 and -1 stand for into the shape of a Reshape.
static LogicalResult resolveShape(Expansion &e, Shape &shape) {
  bool allowZero = e.intAttr("allowzero", 0) != 0;
  ArrayRef<int64_t> from = e.shape(0);
  std::optional<size_t> open;
  for (auto [i, size] : llvm::enumerate(shape)) {
    if (size == 0 && !allowZero) {
      if (i >= from.size())
        return e.refuse("expected a 0 in the shape to name a dimension of the "
                        "input, but got one at " +
                        Twine(i));
      size = from[i];
    } else if (size == -1) {
      if (open)
        return e.refuse("expected at most one -1 in the shape");
      open = i;
    } else if (size < 0) {
      return e.refuse("expected sizes of at least -1, but got " + Twine(size));
    }
  }
  if (!open)
    return success();
  shape[*open] = 1;
  int64_t rest = product(shape), all = product(from);
  if (rest == 0 || all % rest != 0)
    return e.refuse("expected a shape that divides " + Twine(all) +
                    " elements, but got one of " + Twine(rest) + " times -1");
  shape[*open] = all / rest;
  return success();
}

static LogicalResult expandReshape(Expansion &e) {
  Shape shape;
  if (e.version() < 5) {
    auto attribute = e.intsAttr("shape");
    if (!attribute)
      return e.refuse("expected the attribute shape");
    shape = *attribute;
  } else {
    FailureOr<Shape> sizes = constantInts(e, 1, "the shape");
    if (failed(sizes))
      return failure();
    shape = *sizes;
  }
  if (failed(resolveShape(e, shape)))
    return failure();
  return setReshaped(e, shape);
}

static LogicalResult expandFlatten(Expansion &e) {
  ArrayRef<int64_t> shape = e.shape(0);
  int64_t rank = e.rank(0), axis = e.intAttr("axis", 1);
  if (axis < -rank || axis > rank)
    return e.refuse("expected axis from " + Twine(-rank) + " to " +
                    Twine(rank) + ", but got " + Twine(axis));
  axis += axis < 0 ? rank : 0;
  return setReshaped(
      e, {product(shape.take_front(axis)), product(shape.drop_front(axis))});
}

static LogicalResult expandSqueeze(Expansion &e) {
  FailureOr<std::optional<Shape>> axes = axesOf(e, e.rank(0), 13);
  if (failed(axes))
    return failure();
  Shape kept;
  for (auto [i, size] : llvm::enumerate(e.shape(0))) {
    bool drop = *axes ? llvm::is_contained(**axes, int64_t(i)) : size == 1;
    if (drop && size != 1)
      return e.refuse("expected the squeezed dimension " + Twine(i) +
                      " to be 1, but got " + Twine(size));
    if (!drop)
      kept.push_back(size);
  }
  return setReshaped(e, kept);
}

static LogicalResult expandUnsqueeze(Expansion &e) {
  int64_t count = 0;
  if (e.version() < 13)
    count = e.intsAttr("axes").value_or(Shape()).size();
  else if (e.has(1))
    count = product(e.shape(1));
  int64_t rank = e.rank(0) + count;
  FailureOr<std::optional<Shape>> axes = axesOf(e, rank, 13);
  if (failed(axes))
    return failure();
  if (!*axes)
    return e.refuse("expected axes, but got none");
  Shape shape;
  const int64_t *next = e.shape(0).begin();
  for (int64_t i = 0; i < rank; ++i)
    shape.push_back(llvm::is_contained(**axes, i) ? 1 : *next++);
  return setReshaped(e, shape);
}

static LogicalResult expandShape(Expansion &e) {
  int64_t rank = e.rank(0);
  auto clamp = [&](int64_t at) {
    return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank);
  };
  int64_t start = clamp(e.intAttr("start", 0));
  int64_t end = clamp(e.intAttr("end", rank));
  Shape sizes(e.shape(0).slice(start, std::max<int64_t>(end - start, 0)));
  e.result(0, intsConstant(e, sizes, {int64_t(sizes.size())}));
  return success();
}

static LogicalResult expandSize(Expansion &e) {
  e.result(0, intsConstant(e, {product(e.shape(0))}, {}));
  return success();
}

static LogicalResult expandExpand(Expansion &e) {
  FailureOr<Shape> sizes = constantInts(e, 1, "the shape");
  if (failed(sizes))
    return failure();
  Value like = emptyTensor(e.b, *sizes, e.elementType(0));
  std::optional<Shape> shape = broadcastShape({e.operand(0), like});
  if (!shape)
    return e.refuse("expected a shape that the input broadcasts to");
  e.result(0, broadcastTo(e.b, e.operand(0), *shape), e.onnxElementType(0));
  return success();
}

static LogicalResult expandTranspose(Expansion &e) {
  int64_t rank = e.rank(0);
  Shape permutation;
  if (auto attribute = e.intsAttr("perm"))
    permutation = *attribute;
  else
    for (int64_t i = rank; i-- > 0;)
      permutation.push_back(i);
  Shape sorted = permutation;
  llvm::sort(sorted);
  for (int64_t i = 0; i < std::max<int64_t>(rank, sorted.size()); ++i)
    if (int64_t(sorted.size()) != rank || sorted[i] != i)
      return e.refuse("expected perm to be a permutation of 0.." +
                      Twine(rank - 1));
  e.result(0, transpose(e.b, e.operand(0), permutation), e.onnxElementType(0));
  return success();
}

/// depth <-> space: a reshape, a transposition, a reshape.
static LogicalResult expandDepthToSpace(Expansion &e) {
  int64_t block = e.intAttr("blocksize", 0);
  ArrayRef<int64_t> s = e.shape(0);
  if (s.size() != 4 || block < 1 || s[1] % (block * block) != 0)
    return e.refuse("expected NxCxHxW with C divisible by blocksize squared");
  int64_t depth = s[1] / (block * block);
  bool columnRow = e.stringAttr("mode", "DCR") == "CRD";
  Value x = e.operand(0);
  if (columnRow)
    x = transpose(e.b, reshape(e.b, x, {s[0], depth, block, block, s[2], s[3]}),
                  {0, 1, 4, 2, 5, 3});
  else
    x = transpose(e.b, reshape(e.b, x, {s[0], block, block, depth, s[2], s[3]}),
                  {0, 3, 4, 1, 5, 2});
  e.result(0, reshape(e.b, x, {s[0], depth, s[2] * block, s[3] * block}),
           e.onnxElementType(0));
  return success();
}

static LogicalResult expandSpaceToDepth(Expansion &e) {
  int64_t block = e.intAttr("blocksize", 0);
  ArrayRef<int64_t> s = e.shape(0);
  if (s.size() != 4 || block < 1 || s[2] % block != 0 || s[3] % block != 0)
    return e.refuse("expected NxCxHxW with H and W divisible by blocksize");
  int64_t h = s[2] / block, w = s[3] / block;
  Value x = reshape(e.b, e.operand(0), {s[0], s[1], h, block, w, block});
  x = transpose(e.b, x, {0, 3, 5, 1, 2, 4});
  e.result(0, reshape(e.b, x, {s[0], s[1] * block * block, h, w}),
           e.onnxElementType(0));
  return success();
}

/// At inference nothing is dropped; the mask is all true.
static LogicalResult expandDropout(Expansion &e) {
  if (e.version() >= 12 && e.has(2)) {
    std::optional<eval::Tensor> training = e.constant(2);
    std::optional<eval::Tensor> ratio = e.constant(1);
    bool drops = !training || training->getInt(0) != 0;
    if (drops && e.has(1) && ratio && ratio->getFloat(0) == 0.0)
      drops = false;
    if (drops)
      return e.refuse("expected a Dropout of inference, but got one of "
                      "training, which is random");
  }
  e.result(0, e.operand(0), e.onnxElementType(0));
  if (e.numResults() > 1) {
    // Before opset 10 the mask had the input's type.
    Type element = e.version() < 10 ? e.elementType(0) : e.b.getI1Type();
    Value one = scalarConstant(e.b, computeType(element), 1);
    e.result(1, filled(e.b, e.shape(0), fromCompute(e.b, one, element)));
  }
  return success();
}

ArrayRef<OperatorRow> graph::shapeOperators() {
  static const OperatorRow rows[] = {
      {"", "Identity", 1, 0, expandIdentity},
      {"", "Reshape", 1, 0, expandReshape},
      {"", "Flatten", 1, 0, expandFlatten},
      {"", "Squeeze", 1, 0, expandSqueeze},
      {"", "Unsqueeze", 1, 0, expandUnsqueeze},
      {"", "Shape", 1, 0, expandShape},
      {"", "Size", 1, 0, expandSize},
      {"", "Expand", 8, 0, expandExpand, first(2)},
      {"", "Transpose", 1, 0, expandTranspose},
      {"", "DepthToSpace", 1, 0, expandDepthToSpace},
      {"", "SpaceToDepth", 1, 0, expandSpaceToDepth},
      {"", "Dropout", 7, 0, expandDropout},
  };
  return rows;
}
