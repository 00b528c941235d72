//===- Tile.cpp - Dot products of a panel with a tile of weights ----------===//
#include "dialects/Kern/Kern.h"
#include "dialects/Tern/Codes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Lowering/Simd/Strip.h"
#include "passes/Lowering/SmallFloats.h"
#include <numeric>

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

/// How far ahead weights are asked for that are read once.
static constexpr int64_t prefetchBytes = 4096;

Value Strip::loadWeights(Value block, int64_t vector, int64_t perLane,
                         int64_t part) {
  // The layout's own map, at the first row of the tile and the first code of
  // the block; rows and codes of a block follow one another.
  MLIRContext *context = b.getContext();
  AffineExpr t = getAffineDimExpr(0, context),
             kb = getAffineDimExpr(1, context);
  AffineMap origin = AffineMap::get(
      2, 0, {t * p.rows(), kb * p.matrix.getBlockCodes()}, context);
  AffineExpr unit =
      simplifyAffineMap(p.matrix.getMap().compose(origin)).getResult(0);
  Value at = b.expand(unit, {tile, block});
  Value inBlock = b.add(rowOf(vector), part * p.rows());
  at = b.add(at, b.mul(inBlock, p.matrix.getDepth()));
  Type element = cast<MemRefType>(p.weights.getType()).getElementType();
  if (p.prefetches())
    b.create<memref::PrefetchOp>(p.weights, b.add(at, prefetchBytes),
                                 /*isWrite=*/false, /*localityHint=*/3,
                                 /*isDataCache=*/true);
  return b.create<vector::LoadOp>(p.vectorOf(element, perLane), p.weights, at);
}

void Strip::intStep(Value block, Values &acc) {
  if (p.matrix.getNm())
    return sparseStep(block, acc);
  int64_t depth = p.matrix.getDepth();
  auto inputs = VectorType::get({depth}, b.getI8Type());
  Values weights;
  for (int64_t v = 0; v < vectors; ++v)
    weights.push_back(loadWeights(block, v, depth));
  Value k = b.mul(block, p.matrix.getBlockK());
  for (int64_t f = 0; f < p.matrix.getFields(); ++f) {
    bool inPlace = p.inPlace && f == p.fieldInPlace;
    UnitAttr unit = b.getUnitAttr(), none;
    Values codes;
    for (Value bytes : weights)
      codes.push_back(p.matrix.getFields() == 1
                          ? bytes
                          : b.create<kern::UnpackOp>(bytes, p.matrix.getBits(),
                                                     f, inPlace));
    for (int64_t i = 0; i < p.blockM; ++i) {
      Value at = b.add(k, i * p.paddedK() + f * depth);
      Value a = b.create<vector::LoadOp>(inputs, scratch.panel, at);
      for (int64_t v = 0; v < vectors; ++v) {
        // Sums of codes in place come after the others.
        Value &sum = acc[number(v + (inPlace ? vectors : 0), i)];
        sum = b.create<kern::DotOp>(sum, codes[v], a,
                                    p.signedWeights ? unit : none, none);
      }
    }
  }
}

Value Strip::loadPerRow(Value operand, int64_t vector, Value group) {
  auto [at, differ] = perRowIndex(b, p, operand, tile, group);
  if (!differ)
    return broadcast(b.loadFlat(operand, at));
  at = b.add(at, rowOf(vector));
  Type element = cast<MemRefType>(operand.getType()).getElementType();
  return b.create<vector::LoadOp>(p.vectorOf(element), operand, at);
}

/// The number of every code of up to 4 bits, where looking it up is quicker
/// than converting it; else nothing.
static SmallVector<float> tableOf(const SimdOp &p) {
  SmallVector<float> table;
  bool pays = p.floatKind || (p.shape.hasTables && !p.rhsZp);
  if (p.matrix.getBits() > 4 || !pays)
    return table;
  for (int code = 0; code < 1 << p.matrix.getBits(); ++code)
    table.push_back(p.floatKind ? decodeFloat(*p.floatKind, code)
                                : float(p.factor * code - p.offset));
  return table;
}

Value Strip::toFloats(Value codes, int64_t vector, Value group) {
  VectorType floats = p.vectorOf(b.getF32Type());
  Type element = cast<VectorType>(codes.getType()).getElementType();
  if (element.isF32())
    return codes;
  if (isa<FloatType>(element))
    return b.create<arith::ExtFOp>(floats, codes);
  if (SmallVector<float> table = tableOf(p); !table.empty())
    return b.create<kern::LutOp>(floats, codes, table);
  if (p.floatKind)
    return decodeSmallFloat(b, *p.floatKind, codes);
  return b.create<arith::SIToFPOp>(floats, toIntegers(codes, vector, group));
}

/// Codes of few bits become numbers while they are bytes.
Value Strip::toIntegers(Value codes, int64_t vector, Value group) {
  VectorType integers = p.vectorOf(b.getI32Type());
  Value value = codes;
  bool asBytes = p.matrix.getBits() <= 4;
  if (!asBytes)
    value = b.create<arith::ExtUIOp>(integers, value);
  if (p.factor != 1)
    value = b.mul(value, p.factor);
  if (p.offset)
    value = b.add(value, -p.offset);
  if (asBytes)
    value = b.create<arith::ExtSIOp>(integers, value);
  if (p.rhsZp)
    value = b.sub(value, loadPerRow(p.rhsZp, vector, group));
  return value;
}

void Strip::floatStep(Value block, Value group, Values &acc, int64_t chain) {
  Value k = b.mul(block, p.matrix.getBlockK());
  for (int64_t v = 0; v < vectors; ++v) {
    Value loaded = loadWeights(block, v, 1);
    for (int64_t f = 0; f < p.matrix.getFields(); ++f) {
      Value codes =
          p.matrix.getFields() == 1
              ? loaded
              : b.create<kern::UnpackOp>(loaded, p.matrix.getBits(), f);
      Value w = toFloats(codes, v, group);
      int64_t first = (chain + f) % p.chains * vectors * p.blockM;
      for (int64_t i = 0; i < p.blockM; ++i) {
        Value a = b.create<memref::LoadOp>(scratch.panel,
                                           b.add(k, i * p.paddedK() + f));
        a = broadcast(a);
        Value &sum = acc[first + number(v, i)];
        sum = b.multiplyAdd(w, a, sum, p.shape.hasFma);
      }
    }
  }
}

Strip::Values Strip::dots(Value begin, Value end, Value group,
                          int64_t unrolled) {
  Value steps = b.div(b.sub(end, begin), unrolled);
  Values none;
  for (int64_t i = 0; i < p.chains; ++i)
    llvm::append_range(none, zeros(sumType()));
  Values sums =
      b.loop(b.index(0), steps, none, [&](Value step, ValueRange carried) {
        Values acc = llvm::to_vector(carried);
        Value first = b.add(begin, b.mul(step, unrolled));
        for (int64_t i = 0; i < unrolled; ++i)
          if (p.isInteger)
            intStep(b.add(first, i), acc);
          else
            floatStep(b.add(first, i), group, acc, i);
        return acc;
      });
  int64_t count = vectors * p.blockM;
  for (int64_t i = count, e = sums.size(); i < e; ++i)
    sums[i % count] = b.create<arith::AddFOp>(sums[i % count], sums[i]);
  sums.truncate(count);
  return sums;
}

/// How many of `blocks` steps to write out in a loop: as many as let a chain of
/// dots into one accumulator grow (backends sum some of them in fewer bits), or
/// as there are chains of floats.
static int64_t unrollOf(const SimdOp &p, int64_t blocks) {
  if (p.shape.scalable)
    return 1;
  int64_t dots = p.isInteger ? 16 : p.chains;
  int64_t most = std::max<int64_t>(1, dots / p.matrix.getBlockFields());
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

void Strip::store(const Values &sums) {
  for (int64_t v = 0; v < vectors; ++v)
    for (int64_t i = 0; i < p.blockM; ++i) {
      Value sum = sums[number(v, i)];
      if (isa<VectorType>(sum.getType()))
        b.create<vector::StoreOp>(sum, scratch.acc, place(v, i));
      else
        b.create<memref::StoreOp>(sum, scratch.acc, place(v, i));
    }
}

void Strip::emit() {
  if (p.countsBits)
    return store(p.shape.scalable ? countedInRows() : counted());
  if (p.window)
    return emitNarrow();
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
  store(sums);
}

/// Strips of `vectors` vectors, as many as fit from `from` on, in a loop.
static void emitStrips(Emitter &b, const SimdOp &p, const Scratch &scratch,
                       Value tile, Value first, Value from, Value to,
                       Value lanes, int64_t vectors) {
  auto loop = b.create<scf::ForOp>(from, to, b.mul(lanes, vectors));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Strip(b, p, scratch, tile, first, loop.getInductionVar(), lanes, vectors)
      .emit();
}

void lowering::emitTile(Emitter &b, const SimdOp &p, const Scratch &scratch,
                        Value tile, Value first) {
  if (p.shape.scalable) {
    // A vector has rows in its lanes, or bits of one row.
    Value lanes = b.index(1);
    if (!p.countsBits)
      lanes = b.mul(b.create<vector::VectorScaleOp>(), p.shape.lanes);
    // Strips that only pad the last tile stay out.
    Value rows = b.index(p.rows()), whole = b.index(0);
    if (p.n % p.rows())
      rows = b.min(b.sub(b.index(p.n), b.mul(tile, p.rows())), p.rows());
    // As many vectors at once as the length leaves room for in a tile.
    if (p.vectors > 1) {
      Value rest = b.create<arith::RemUIOp>(rows, b.mul(lanes, p.vectors));
      whole = b.sub(rows, rest);
      emitStrips(b, p, scratch, tile, first, b.index(0), whole, lanes,
                 p.vectors);
    }
    emitStrips(b, p, scratch, tile, first, whole, rows, lanes, 1);
    return;
  }
  int64_t inTile = p.rows() / p.shape.lanes;
  for (int64_t v = 0; v < inTile; v += p.vectors) {
    int64_t count = std::min(p.vectors, inTile - v);
    Value row = b.index(v * p.shape.lanes);
    Strip(b, p, scratch, tile, first, row, b.index(p.shape.lanes), count)
        .emit();
  }
}
