//===- Image.cpp - AffineGrid, CenterCropPad, Col2Im ----------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Normalize.h"
#include "passes/Graph/Ops/ScalarMath.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using utils::IteratorType;

//===----------------------------------------------------------------------===//
// AffineGrid, CenterCropPad
//===----------------------------------------------------------------------===//

/// Coordinates from -1 to 1 along one dimension, 1 behind them.
static Value coordinates(Expansion &e, Type type, int64_t size, bool corners) {
  eval::Tensor table(tensorOf({size}, type));
  for (int64_t i = 0; i < size; ++i) {
    double at = (2.0 * double(i) + 1) / double(size) - 1;
    if (corners)
      at = size == 1 ? -1 : 2.0 * double(i) / double(size - 1) - 1;
    table.setFloat(i, at);
  }
  return e.tensorConstant(table);
}

static LogicalResult expandAffineGrid(Expansion &e) {
  FailureOr<Value> theta = wideOperand(e, 0);
  FailureOr<Shape> size = failure();
  if (failed(theta) || failed(size = constantInts(e, 1, "the size")))
    return failure();
  int64_t n = static_cast<int64_t>(size->size()) - 2;
  if (n < 1 || e.shape(0) != ArrayRef<int64_t>({(*size)[0], n, n + 1}))
    return e.refuse("expected a matrix for each batch that fits the size");
  LocBuilder &b = e.b;
  Type type = elementOf(*theta);
  bool corners = e.intAttr("align_corners", 0) != 0;
  SmallVector<Value> tables;
  for (int64_t d = 0; d < n; ++d)
    tables.push_back(coordinates(e, type, (*size)[2 + d], corners));
  Shape shape = {(*size)[0]};
  shape.append(size->begin() + 2, size->end());
  shape.push_back(n);
  Value y = generate(b, shape, type, [&](LocBuilder &inner, ValueRange at) {
    auto entry = [&](int64_t column) {
      return Scalar{inner,
                    inner.create<tensor::ExtractOp>(
                        *theta, ValueRange{at[0], at[1 + n],
                                           indexConstant(inner, column)})};
    };
    Value sum = entry(n).v;
    for (int64_t d = 0; d < n; ++d) { // the last dimension comes first
      Scalar place{inner,
                   inner.create<tensor::ExtractOp>(tables[d], at[1 + d])};
      sum = (entry(n - 1 - d) * place + Scalar{inner, sum}).v;
    }
    return sum;
  });
  e.result(0, convert(b, y, e.elementType(0)));
  return success();
}

static LogicalResult expandCenterCropPad(Expansion &e) {
  FailureOr<Shape> target = constantInts(e, 1, "the shape");
  if (failed(target))
    return failure();
  int64_t rank = e.rank(0);
  Shape axes =
      e.intsAttr("axes").value_or(llvm::to_vector(llvm::seq<int64_t>(0, rank)));
  if (axes.size() != target->size())
    return e.refuse("expected a size for each axis");
  Shape offsets(rank, 0), sizes(e.shape(0)), low(rank, 0), high(rank, 0);
  for (auto [axis, size] : llvm::zip(axes, *target)) {
    auto normal = normalizeAxis(axis, rank);
    if (!normal || size < 0)
      return e.refuse("expected axes of the input, and sizes >= 0");
    int64_t more = size - e.shape(0)[*normal];
    if (more < 0) {
      offsets[*normal] = -more / 2;
      sizes[*normal] = size;
    } else {
      low[*normal] = more / 2;
      high[*normal] = more - more / 2;
    }
  }
  Value cropped = slice(e.b, e.operand(0), offsets, sizes);
  e.result(0, padConstant(e.b, cropped, low, high, 0.0), e.onnxElementType(0));
  return success();
}

//===----------------------------------------------------------------------===//
// Col2Im
//===----------------------------------------------------------------------===//

namespace {
/// Blocks that slide over an image.
struct Blocks {
  Shape image, block, strides, dilations, pads, counts;
  size_t dims() const { return image.size(); }
};
} // namespace

static FailureOr<Blocks> readBlocks(Expansion &e) {
  FailureOr<Shape> image = constantInts(e, 1, "image_shape");
  FailureOr<Shape> block = failure();
  if (failed(image) || failed(block = constantInts(e, 2, "block_shape")))
    return failure();
  size_t n = image->size();
  Blocks s{*image, *block, {}, {}, {}, {}};
  s.strides = e.intsAttr("strides").value_or(Shape(n, 1));
  s.dilations = e.intsAttr("dilations").value_or(Shape(n, 1));
  s.pads = e.intsAttr("pads").value_or(Shape(2 * n, 0));
  auto isPositive = [](int64_t value) { return value >= 1; };
  if (n < 1 || block->size() != n || s.strides.size() != n ||
      s.dilations.size() != n || s.pads.size() != 2 * n ||
      !llvm::all_of(s.block, isPositive) ||
      !llvm::all_of(s.strides, isPositive) ||
      !llvm::all_of(s.dilations, isPositive))
    return e.refuse("expected strides, dilations and pads for " + Twine(n) +
                    " dimensions");
  for (size_t i = 0; i < n; ++i)
    s.counts.push_back((s.image[i] + s.pads[i] + s.pads[n + i] -
                        s.dilations[i] * (s.block[i] - 1) - 1) /
                           s.strides[i] +
                       1);
  if (e.rank(0) != 3 || e.shape(0)[1] % product(s.block) != 0 ||
      !llvm::all_of(s.counts, isPositive) || e.shape(0)[2] != product(s.counts))
    return e.refuse("expected columns of as many blocks as fit the image");
  return s;
}

/// The block that puts its element `tap` at `place` along dimension i: its
/// number, and whether there is one.
static std::pair<Value, Value> blockAt(LocBuilder &b, const Blocks &s, size_t i,
                                       Value place, Value tap) {
  auto constant = [&](int64_t value) { return indexConstant(b, value); };
  Value start = b.create<arith::SubIOp>(
      b.create<arith::AddIOp>(place, constant(s.pads[i])),
      b.create<arith::MulIOp>(tap, constant(s.dilations[i])));
  Value number = b.create<arith::DivSIOp>(start, constant(s.strides[i]));
  Value rest = b.create<arith::RemSIOp>(start, constant(s.strides[i]));
  auto holds = [&](arith::CmpIPredicate predicate, Value x,
                   int64_t y) -> Value {
    return b.create<arith::CmpIOp>(predicate, x, constant(y));
  };
  Value exists = b.create<arith::AndIOp>(
      holds(arith::CmpIPredicate::eq, rest, 0),
      b.create<arith::AndIOp>(
          holds(arith::CmpIPredicate::sge, start, 0),
          holds(arith::CmpIPredicate::slt, number, s.counts[i])));
  return {b.create<arith::SelectOp>(exists, number, constant(0)), exists};
}

/// Each element of the image sums up the blocks that it lies in.
static LogicalResult expandCol2Im(Expansion &e) {
  FailureOr<Value> x = wideOperand(e, 0);
  FailureOr<Blocks> blocks = failure();
  if (failed(x) || failed(blocks = readBlocks(e)))
    return failure();
  const Blocks &s = *blocks;
  LocBuilder &b = e.b;
  unsigned n = s.dims(), outer = 2 + n;
  Type type = elementOf(*x);
  Shape shape = {e.shape(0)[0], e.shape(0)[1] / product(s.block)};
  shape.append(s.image);
  Value init = filled(b, shape, scalarConstant(b, type, 0.0));
  SmallVector<AffineExpr> to, window;
  for (unsigned i = 0; i < outer; ++i)
    to.push_back(b.getAffineDimExpr(i));
  for (unsigned i = 0; i < n; ++i)
    window.push_back(b.getAffineDimExpr(outer + i));
  SmallVector<AffineMap> maps = {
      AffineMap::get(outer + n, 0, window, b.getContext()),
      AffineMap::get(outer + n, 0, to, b.getContext())};
  SmallVector<IteratorType> kinds(outer, IteratorType::parallel);
  kinds.append(n, IteratorType::reduction);
  // Only the shape of the operand matters: it bounds the block.
  Value bound = emptyTensor(b, s.block, b.getI1Type());
  auto op = b.create<linalg::GenericOp>(
      TypeRange{init.getType()}, ValueRange{bound}, ValueRange{init}, maps,
      kinds, [&](OpBuilder &nested, Location loc, ValueRange args) {
        LocBuilder inner(loc, nested);
        Value row = inner.create<linalg::IndexOp>(1);
        Value column = indexConstant(inner, 0);
        Value exists = inner.create<arith::ConstantIntOp>(1, 1);
        auto append = [&](Value number, int64_t size, Value next) -> Value {
          Value scaled =
              inner.create<arith::MulIOp>(number, indexConstant(inner, size));
          return inner.create<arith::AddIOp>(scaled, next);
        };
        for (unsigned i = 0; i < n; ++i) {
          Value tap = inner.create<linalg::IndexOp>(outer + i);
          auto [number, here] =
              blockAt(inner, s, i, inner.create<linalg::IndexOp>(2 + i), tap);
          row = append(row, s.block[i], tap);
          column = append(column, s.counts[i], number);
          exists = inner.create<arith::AndIOp>(exists, here);
        }
        Value batch = inner.create<linalg::IndexOp>(0);
        Scalar element{inner, inner.create<tensor::ExtractOp>(
                                  *x, ValueRange{batch, row, column})};
        Value term =
            inner.create<arith::SelectOp>(exists, element.v, element.like(0).v);
        Value sum = inner.create<arith::AddFOp>(args[1], term);
        inner.create<linalg::YieldOp>(sum);
      });
  e.result(0, convert(b, op.getResult(0), e.elementType(0)));
  return success();
}

ArrayRef<OperatorRow> graph::imageOperators() {
  static const OperatorRow rows[] = {
      {"", "AffineGrid", 20, 0, expandAffineGrid, first(2)},
      {"", "CenterCropPad", 18, 0, expandCenterCropPad, first(2)},
      {"", "Col2Im", 18, 0, expandCol2Im, first(3)},
  };
  return rows;
}
