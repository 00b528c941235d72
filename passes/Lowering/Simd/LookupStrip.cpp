//===- LookupStrip.cpp - Sums of four inputs, looked up by one-bit codes --===//
//
// Four one-bit codes say which of four inputs are added. All 16 sums are made
// once for a row of inputs, and every row of weights takes its own from there.
// A sum, from -512 to 508, is split into bytes: 32 * high + low, high from -16
// to 15 and low from 0 to 31. Eight of either fit a byte, and all of a row of
// up to 8192 inputs fit 16 bits: those of low unsigned, those of high signed.
//
//===----------------------------------------------------------------------===//
#include "dialects/Kern/Kern.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Lowering/Simd/Strip.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

/// Bits of a sum's low byte, inputs of a table, and bytes of a table.
static constexpr int64_t lowBits = 5, perTable = 4, tableSize = 16;
/// Blocks of codes whose looked-up bytes are added before they are widened.
static constexpr int64_t blocksPerByte = 4;

/// Bit `i` of the number of each lane, times two: LLVM makes masks of factors
/// that are 0 or 1, and masks of 16 bits cost twice what products of bytes do.
static Value digits(Emitter &b, int64_t i) {
  auto type = VectorType::get({tableSize}, b.getI8Type());
  SmallVector<int8_t> values;
  for (int64_t lane = 0; lane < tableSize; ++lane)
    values.push_back((lane >> i & 1) << 1);
  return b.create<arith::ConstantOp>(
      DenseElementsAttr::get(type, ArrayRef<int8_t>(values)));
}

void lowering::emitTables(Emitter &b, const SimdOp &p, const Scratch &scratch) {
  auto bytes = VectorType::get({tableSize}, b.getI8Type());
  auto wide = VectorType::get({tableSize}, b.getI16Type());
  auto one = VectorType::get({1}, b.getI8Type());
  b.loop(0, p.paddedK() / perTable, [&](Value table) {
    Value k = b.mul(b.named("table", table), perTable);
    Value sums = b.constant(wide, 0);
    for (int64_t i = 0; i < perTable; ++i) {
      Value input = b.create<vector::LoadOp>(one, scratch.panel, b.add(k, i));
      sums = b.create<kern::DotOp>(sums, digits(b, i), input, UnitAttr(),
                                   UnitAttr());
    }
    Value at = b.mul(table, 2 * tableSize);
    auto shifted = [&](int64_t bits) {
      Value shift = b.constant(wide, bits + 1);
      return b.create<arith::TruncIOp>(bytes,
                                       b.create<arith::ShRSIOp>(sums, shift));
    };
    Value low = shifted(0);
    low = b.create<arith::AndIOp>(low, b.constant(bytes, (1 << lowBits) - 1));
    b.create<vector::StoreOp>(low, scratch.tables, at);
    b.create<vector::StoreOp>(shifted(lowBits), scratch.tables,
                              b.add(at, tableSize));
  });
}

Strip::Values Strip::lookedUp() {
  VectorType bytes = p.vectorOf(b.getI8Type()),
             i16 = p.vectorOf(b.getI16Type()), i32 = p.vectorOf(b.getI32Type());
  // Adds what block `block` looks up to byte sums: low, high of each vector.
  auto addBlock = [&](Value block, Values &sums) {
    Value at = b.mul(block, 2 * 2 * tableSize);
    SmallVector<Value> tables;
    for (int64_t i = 0; i < 4; ++i)
      tables.push_back(b.create<vector::LoadOp>(bytes, scratch.tables,
                                                b.add(at, i * tableSize)));
    for (int64_t v = 0; v < vectors; ++v) {
      Value codes = loadWeights(block, v, 1);
      for (int64_t half = 0; half < 2; ++half) {
        Value indices = b.create<kern::UnpackOp>(codes, perTable, half);
        for (int64_t part = 0; part < 2; ++part) {
          Value &sum = sums[2 * v + part];
          Value found =
              b.create<kern::LookupOp>(tables[2 * half + part], indices);
          sum = b.add(sum, found);
        }
      }
    }
  };
  auto addBlocks = [&](Value first, int64_t count, Values &sums) {
    Values narrow(2 * vectors, b.constant(bytes, 0));
    for (int64_t i = 0; i < count; ++i)
      addBlock(b.add(first, i), narrow);
    for (int64_t v = 0; v < vectors; ++v) {
      Value low = b.create<arith::ExtUIOp>(i16, narrow[2 * v]);
      Value high = b.create<arith::ExtSIOp>(i16, narrow[2 * v + 1]);
      sums[2 * v] = b.add(sums[2 * v], low);
      sums[2 * v + 1] = b.add(sums[2 * v + 1], high);
    }
  };
  int64_t blocks = p.matrix.getBlocks(), rest = blocks % blocksPerByte;
  Values sums(2 * vectors, b.constant(i16, 0));
  sums = repeat(b.index(0), blocks / blocksPerByte, 1, sums,
                [&](Value turn, Values &next) {
                  addBlocks(b.mul(turn, blocksPerByte), blocksPerByte, next);
                });
  if (rest)
    addBlocks(b.index(blocks - rest), rest, sums);
  Values result;
  Value shift = b.constant(i32, lowBits);
  for (int64_t v = 0; v < vectors; ++v) {
    Value low = b.create<arith::ExtUIOp>(i32, sums[2 * v]);
    Value high = b.create<arith::ExtSIOp>(i32, sums[2 * v + 1]);
    result.push_back(b.add(low, b.create<arith::ShLIOp>(high, shift)));
  }
  return result;
}
