//===- Tile.cpp - Dot products of a panel with a tile of weights ----------===//
#include "dialects/Kern/Kern.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/Lowering/Simd/PackedKernel.h"
#include <numeric>

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

/// How far ahead weights are asked for that are read once.
static constexpr int64_t prefetchBytes = 4096;

namespace {
/// Emits one strip: `vectors` vectors of weight rows, from row `row` of the
/// tile on, times all input rows of the block. Accumulators are numbered
/// vector by vector, input row by input row.
class Strip {
public:
  Strip(Emitter &b, const SimdOp &p, const Scratch &scratch, Value tile,
        Value first, Value row, int64_t vectors)
      : b(b), p(p), scratch(scratch), tile(tile), first(first), row(row),
        vectors(vectors) {}
  void emit();

private:
  using Values = SmallVector<Value>;
  /// The sums over blocks [begin, end) of packed codes, whose number is a
  /// multiple of `unrolled`.
  Values dots(Value begin, Value end, Value group, int64_t unrolled);
  void intStep(Value block, Values &acc);
  void floatStep(Value block, Value group, Values &acc);
  Value loadWeights(Value block, int64_t vector, int64_t perLane);
  /// Codes as the floats value - zero point.
  Value toFloats(Value codes, int64_t vector, Value group);
  /// Exact integer sums of a group, as f32.
  Value correct(Value sum, int64_t vector, int64_t input, Value group);
  /// A per-row operand for the lanes of a vector.
  Value loadPerRow(Value operand, int64_t vector, Value group);
  Values scaled(ValueRange sums, const Values &parts, Value group);

  Type sumType() const {
    return p.isInteger ? Type(b.getI32Type()) : b.getF32Type();
  }
  Values zeros(Type element) {
    return Values(vectors * p.blockM, b.constant(p.vectorOf(element), 0));
  }
  Value broadcast(Value scalar) {
    return b.create<vector::BroadcastOp>(p.vectorOf(scalar.getType()), scalar);
  }
  int64_t number(int64_t vector, int64_t input) const {
    return vector * p.blockM + input;
  }

  Emitter &b;
  const SimdOp &p;
  const Scratch &scratch;
  Value tile, first, row;
  int64_t vectors;
};
} // namespace

Value Strip::loadWeights(Value block, int64_t vector, int64_t perLane) {
  // The layout's own map, at the first row of the tile and the first code of
  // the block; rows and codes of a block follow one another.
  MLIRContext *context = b.getContext();
  AffineExpr t = getAffineDimExpr(0, context),
             kb = getAffineDimExpr(1, context);
  AffineMap origin =
      AffineMap::get(2, 0, {t * p.rows(), kb * p.matrix.getBlockK()}, context);
  AffineExpr unit =
      simplifyAffineMap(p.matrix.getMap().compose(origin)).getResult(0);
  Value at = b.expand(unit, {tile, block});
  at =
      b.add(at, b.mul(b.add(row, vector * p.shape.lanes), p.matrix.getDepth()));
  Type element = cast<MemRefType>(p.weights.getType()).getElementType();
  if (p.prefetches())
    b.create<memref::PrefetchOp>(p.weights, b.add(at, prefetchBytes),
                                 /*isWrite=*/false, /*localityHint=*/3,
                                 /*isDataCache=*/true);
  return b.create<vector::LoadOp>(p.vectorOf(element, perLane), p.weights, at);
}

void Strip::intStep(Value block, Values &acc) {
  int64_t depth = p.matrix.getDepth();
  auto inputs = VectorType::get({depth}, b.getI8Type());
  Values weights;
  for (int64_t v = 0; v < vectors; ++v)
    weights.push_back(loadWeights(block, v, depth));
  Value k = b.mul(block, p.matrix.getBlockK());
  for (int64_t f = 0; f < p.matrix.getFields(); ++f) {
    Values codes;
    for (Value bytes : weights)
      codes.push_back(
          p.matrix.getFields() == 1
              ? bytes
              : b.create<kern::UnpackOp>(bytes, p.matrix.getBits(), f));
    for (int64_t i = 0; i < p.blockM; ++i) {
      Value at = b.add(k, i * p.paddedK() + f * depth);
      Value a = b.create<vector::LoadOp>(inputs, scratch.panel, at);
      for (int64_t v = 0; v < vectors; ++v) {
        Value &sum = acc[number(v, i)];
        sum = b.create<kern::DotOp>(sum, codes[v], a, UnitAttr(), UnitAttr());
      }
    }
  }
}

Value Strip::loadPerRow(Value operand, int64_t vector, Value group) {
  auto [at, differ] = perRowIndex(b, p, operand, tile, group);
  if (!differ)
    return broadcast(b.loadFlat(operand, at));
  at = b.add(at, b.add(row, vector * p.shape.lanes));
  Type element = cast<MemRefType>(operand.getType()).getElementType();
  return b.create<vector::LoadOp>(p.vectorOf(element), operand, at);
}

Value Strip::toFloats(Value codes, int64_t vector, Value group) {
  VectorType floats = p.vectorOf(b.getF32Type());
  Type element = cast<VectorType>(codes.getType()).getElementType();
  if (element.isF32())
    return codes;
  if (isa<FloatType>(element))
    return b.create<arith::ExtFOp>(floats, codes);
  VectorType integers = p.vectorOf(b.getI32Type());
  Value value = b.create<arith::ExtUIOp>(integers, codes);
  if (p.factor != 1)
    value = b.mul(value, p.factor);
  if (p.offset)
    value = b.add(value, -p.offset);
  if (p.rhsZp)
    value = b.sub(value, loadPerRow(p.rhsZp, vector, group));
  return b.create<arith::SIToFPOp>(floats, value);
}

void Strip::floatStep(Value block, Value group, Values &acc) {
  Value k = b.mul(block, p.matrix.getBlockK());
  for (int64_t v = 0; v < vectors; ++v) {
    Value loaded = loadWeights(block, v, 1);
    for (int64_t f = 0; f < p.matrix.getFields(); ++f) {
      Value codes =
          p.matrix.getFields() == 1
              ? loaded
              : b.create<kern::UnpackOp>(loaded, p.matrix.getBits(), f);
      Value w = toFloats(codes, v, group);
      for (int64_t i = 0; i < p.blockM; ++i) {
        Value a = b.create<memref::LoadOp>(scratch.panel,
                                           b.add(k, i * p.paddedK() + f));
        a = broadcast(a);
        Value &sum = acc[number(v, i)];
        if (p.shape.hasFma)
          sum = b.create<kern::FmaOp>(w, a, sum);
        else
          sum = b.create<arith::AddFOp>(b.create<arith::MulFOp>(w, a), sum);
      }
    }
  }
}

Strip::Values Strip::dots(Value begin, Value end, Value group,
                          int64_t unrolled) {
  Value steps = b.div(b.sub(end, begin), unrolled);
  return b.loop(b.index(0), steps, zeros(sumType()),
                [&](Value step, ValueRange carried) {
                  Values acc = llvm::to_vector(carried);
                  Value first = b.add(begin, b.mul(step, unrolled));
                  for (int64_t i = 0; i < unrolled; ++i)
                    if (p.isInteger)
                      intStep(b.add(first, i), acc);
                    else
                      floatStep(b.add(first, i), group, acc);
                  return acc;
                });
}

/// How many of `blocks` steps to write out in a loop: as many as let a chain of
/// dots into one accumulator grow (backends sum some of them in fewer bits).
static int64_t unrollOf(const SimdOp &p, int64_t blocks) {
  if (!p.isInteger || p.shape.scalable)
    return 1;
  constexpr int64_t dots = 16;
  int64_t most = std::max<int64_t>(1, dots / p.matrix.getFields());
  while (blocks % most)
    most /= 2;
  return most;
}

Value Strip::correct(Value sum, int64_t vector, int64_t input, Value group) {
  if (p.factor != 1)
    sum = b.mul(sum, p.factor);
  if (p.needsSums()) {
    Value inputs =
        b.create<memref::LoadOp>(scratch.sums, b.add(group, input * p.groups));
    Value zero = b.constant(p.vectorOf(b.getI32Type()), p.offset);
    if (p.rhsZp)
      zero = b.add(zero, loadPerRow(p.rhsZp, vector, group));
    sum = b.sub(sum, b.mul(broadcast(inputs), zero));
  }
  Value inputRow = b.min(b.add(first, input), p.m - 1);
  if (Value zp = inputZeroPoint(b, p, inputRow))
    sum =
        b.sub(sum, b.mul(broadcast(zp), loadPerRow(p.rowSums, vector, group)));
  return b.create<arith::SIToFPOp>(p.vectorOf(b.getF32Type()), sum);
}

/// sums + parts * scale, group by group in ascending order.
Strip::Values Strip::scaled(ValueRange sums, const Values &parts, Value group) {
  Values next;
  for (int64_t v = 0; v < vectors; ++v) {
    Value scale = loadPerRow(p.rhsScale, v, group);
    for (int64_t i = 0; i < p.blockM; ++i) {
      Value part = parts[number(v, i)];
      if (p.isInteger)
        part = correct(part, v, i, group);
      part = b.create<arith::MulFOp>(part, scale);
      next.push_back(b.create<arith::AddFOp>(sums[number(v, i)], part));
    }
  }
  return next;
}

void Strip::emit() {
  Value none = b.index(0);
  Values sums;
  int64_t perGroup = p.scaleGroup / p.matrix.getBlockK();
  if (p.groups == 1 && !p.scalesInTile())
    sums = dots(none, b.index(p.matrix.getBlocks()), none,
                unrollOf(p, p.matrix.getBlocks()));
  else
    sums = b.loop(none, b.index(p.groups), zeros(b.getF32Type()),
                  [&](Value g, ValueRange carried) {
                    Value begin = p.groups == 1 ? none : b.mul(g, perGroup);
                    Value end = b.index(p.matrix.getBlocks());
                    if (p.groups > 1)
                      end = b.min(b.add(begin, perGroup), end);
                    int64_t last = p.matrix.getBlocks() % perGroup;
                    Values parts =
                        dots(begin, end, g,
                             unrollOf(p, p.groups == 1 ? p.matrix.getBlocks()
                                         : last ? std::gcd(last, perGroup)
                                                : perGroup));
                    return scaled(carried, parts, g);
                  });
  for (int64_t v = 0; v < vectors; ++v)
    for (int64_t i = 0; i < p.blockM; ++i) {
      Value at = b.add(row, i * p.rows() + v * p.shape.lanes);
      b.create<vector::StoreOp>(sums[number(v, i)], scratch.acc, at);
    }
}

void lowering::emitTile(Emitter &b, const SimdOp &p, const Scratch &scratch,
                        Value tile, Value first) {
  if (p.shape.scalable) {
    Value lanes = b.mul(b.create<vector::VectorScaleOp>(), p.shape.lanes);
    auto loop = b.create<scf::ForOp>(b.index(0), b.index(p.rows()), lanes);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Strip(b, p, scratch, tile, first, loop.getInductionVar(), 1).emit();
    return;
  }
  int64_t inTile = p.rows() / p.shape.lanes;
  for (int64_t v = 0; v < inTile; v += p.vectors) {
    int64_t count = std::min(p.vectors, inTile - v);
    Value row = b.index(v * p.shape.lanes);
    Strip(b, p, scratch, tile, first, row, count).emit();
  }
}
