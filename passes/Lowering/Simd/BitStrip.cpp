//===- BitStrip.cpp - Products of bits: those that differ are counted -----===//
//
// Inputs are packed as the weights are: bit f of byte d of a block has the
// input at f * depth + d, so that eight vectors of bytes make one of bits.
// Where the length of a vector is known, a lane of 32 bits has the sums of a
// row of weights, and the bits of an input are the same for all lanes. Else a
// vector has bits of one row, all of which are counted at once.
//
//===----------------------------------------------------------------------===//
#include "dialects/Kern/Kern.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Lowering/Simd/Strip.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

/// Bytes that every vector of unknown length has.
static constexpr int64_t leastBytes = 16;
/// Blocks of bits that a turn of a loop does at most: what differs in them
/// fits a byte, for backends that add bytes first.
static constexpr int64_t blocksPerTurn = 16;

/// `body` for all `size` bytes of a row, a whole register at a time and then
/// the least that one has: it gets the first byte, and how many there are.
using RowStep =
    function_ref<SmallVector<Value>(Value at, VectorType type, ValueRange)>;
static SmallVector<Value> overRow(Emitter &b, int64_t size, ValueRange carried,
                                  RowStep body) {
  constexpr int64_t perScale = 8;
  auto whole = VectorType::get({perScale}, b.getI8Type(), {true});
  auto least = VectorType::get({leastBytes}, b.getI8Type());
  Value bytes = b.mul(b.create<vector::VectorScaleOp>(), perScale);
  Value count = b.create<arith::DivUIOp>(b.index(size), bytes);
  Value rest = b.mul(count, bytes);
  SmallVector<Value> values =
      b.loop(b.index(0), count, carried, [&](Value i, ValueRange carried) {
        return body(b.mul(i, bytes), whole, carried);
      });
  count = b.div(b.sub(b.index(size), rest), leastBytes);
  return b.loop(b.index(0), count, values, [&](Value i, ValueRange carried) {
    return body(b.add(rest, b.mul(i, leastBytes)), least, carried);
  });
}

/// Stores the bits at `to` of eight vectors of inputs, from `from` on.
static void packBits(Emitter &b, const SimdOp &p, const Scratch &scratch,
                     VectorType type, Value from, Value to) {
  Value high = b.constant(type, -128), one = b.constant(type, 1),
        seven = b.constant(type, 7), bits;
  for (int64_t f = 0; f < 8; ++f) {
    Value at = b.add(from, f * p.matrix.getDepth());
    Value input = b.create<vector::LoadOp>(type, scratch.panel, at);
    input = p.hasSignedBits() ? Value(b.create<arith::AndIOp>(input, high))
                              : Value(b.create<arith::ShLIOp>(input, seven));
    if (bits) {
      bits = b.create<arith::ShRUIOp>(bits, one);
      input = b.create<arith::OrIOp>(bits, input);
    }
    bits = input;
  }
  b.create<vector::StoreOp>(bits, scratch.bits, to);
}

void lowering::emitBits(Emitter &b, const SimdOp &p, const Scratch &scratch) {
  int64_t depth = p.matrix.getDepth();
  b.loop(0, p.blockM * p.matrix.getBlocks(), [&](Value block) {
    Value from = b.mul(b.named("block_of_bits", block), 8 * depth);
    Value to = b.mul(block, depth);
    if (!p.shape.scalable)
      return packBits(b, p, scratch, VectorType::get({depth}, b.getI8Type()),
                      from, to);
    overRow(b, depth, {}, [&](Value at, VectorType type, ValueRange) {
      packBits(b, p, scratch, type, b.add(from, at), b.add(to, at));
      return SmallVector<Value>();
    });
  });
}

Strip::Values Strip::counted() {
  int64_t depth = p.matrix.getDepth();
  auto type = VectorType::get({depth}, b.getI8Type());
  auto step = [&](Value block, Values &sums) {
    Values weights;
    for (int64_t v = 0; v < vectors; ++v)
      weights.push_back(loadWeights(block, v, depth));
    for (int64_t i = 0; i < p.blockM; ++i) {
      Value at = b.add(b.mul(block, depth), i * p.paddedK() / 8);
      Value inputs = b.create<vector::LoadOp>(type, scratch.bits, at);
      for (int64_t v = 0; v < vectors; ++v) {
        Value &sum = sums[number(v, i)];
        sum = b.create<kern::HammingOp>(sum, weights[v], inputs);
      }
    }
  };
  return repeat(b.index(0), p.matrix.getBlocks(), blocksPerTurn,
                zeros(b.getI32Type()), step);
}

Strip::Values Strip::countedInRows() {
  int64_t depth = p.matrix.getDepth();
  Value row = b.add(b.mul(tile, p.rows()), rowOf(0));
  Value begin = b.mul(row, depth);
  Values sums(vectors * p.blockM, b.constant(b.getI32Type(), 0));
  auto step = [&](Value at, VectorType type, ValueRange carried) {
    Values next = llvm::to_vector(carried), weights;
    Value from = b.add(begin, at);
    for (int64_t v = 0; v < vectors; ++v)
      weights.push_back(
          b.create<vector::LoadOp>(type, p.weights, b.add(from, v * depth)));
    for (int64_t i = 0; i < p.blockM; ++i) {
      Value inputs =
          b.create<vector::LoadOp>(type, scratch.bits, b.add(at, i * depth));
      for (int64_t v = 0; v < vectors; ++v) {
        Value &sum = next[number(v, i)];
        sum = b.create<kern::HammingOp>(sum, weights[v], inputs);
      }
    }
    return next;
  };
  return overRow(b, depth, sums, step);
}
