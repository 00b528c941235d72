//===- NarrowStrip.cpp - Dot products summed in 16 bits, window by window -===//
//
// What works on bytes comes together, and what works on wider sums, once per
// window: a change of the element's width is an instruction (vsetvli), and LLVM
// keeps the order.
//
//===----------------------------------------------------------------------===//
#include "dialects/Kern/Kern.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Lowering/Simd/Strip.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

/// Products along K that a turn of a loop does at most.
static constexpr int64_t perTurn = 16;

Strip::Values Strip::repeat(Value first, int64_t count, int64_t perTurn,
                            Values carried, Step step) {
  auto some = [&](Value from, int64_t times, Values &values) {
    for (int64_t i = 0; i < times; ++i)
      step(b.add(from, i), values);
  };
  int64_t turns = count / perTurn;
  if (turns > 1)
    carried = b.loop(b.index(0), b.index(turns), carried,
                     [&](Value turn, ValueRange values) {
                       Values next = llvm::to_vector(values);
                       some(b.add(first, b.mul(turn, perTurn)), perTurn, next);
                       return next;
                     });
  else if (turns == 1)
    some(first, perTurn, carried);
  some(b.add(first, turns * perTurn), count % perTurn, carried);
  return carried;
}

Strip::Values Strip::narrowSums(Value window, Value block, int64_t count) {
  Values sums;
  auto append = [&](Value starts) {
    Values ofInputs;
    for (int64_t i = 0; i < p.blockM; ++i) {
      Value start = b.constant(b.getI16Type(), 0);
      if (starts)
        start =
            b.create<memref::LoadOp>(starts, b.add(window, i * p.windows()));
      ofInputs.push_back(broadcast(start));
    }
    for (int64_t v = 0; v < vectors; ++v)
      llvm::append_range(sums, ofInputs);
  };
  append(scratch.starts);
  if (p.inPlace)
    append(scratch.startsInPlace);
  int64_t blocks = std::max<int64_t>(1, perTurn / p.matrix.getBlockK());
  sums = repeat(block, count, blocks, sums,
                [&](Value at, Values &acc) { intStep(at, acc); });
  if (!p.inPlace)
    return sums;
  // Sums of codes in place are whole multiples.
  Value shift = b.constant(p.vectorOf(b.getI16Type()), p.shiftInPlace);
  Values all;
  for (int64_t i = 0, e = vectors * p.blockM; i < e; ++i)
    all.push_back(b.add(sums[i], b.create<arith::ShRSIOp>(sums[e + i], shift)));
  return all;
}

void Strip::fold(const Values &narrow, Values &wide) {
  VectorType type = p.vectorOf(b.getI32Type());
  for (int64_t v = 0; v < vectors; ++v)
    for (int64_t i = 0; i < p.blockM; ++i) {
      Value sums = narrow[number(v, i)];
      if (!p.sumsInMemory) {
        Value &sum = wide[number(v, i)];
        sum = b.create<kern::FoldOp>(sum, sums);
        continue;
      }
      Value at = place(v, i);
      Value sum = b.create<vector::LoadOp>(type, scratch.acc, at);
      sum = b.create<kern::FoldOp>(sum, sums);
      b.create<vector::StoreOp>(sum, scratch.acc, at);
    }
}

Strip::Values Strip::addWindows(Value window, Value block, int64_t count,
                                Values wide) {
  int64_t length = p.window * p.matrix.getBlockK();
  int64_t whole = count / p.window, rest = count % p.window;
  wide = repeat(b.index(0), whole, std::max<int64_t>(1, perTurn / length), wide,
                [&](Value w, Values &sums) {
                  Value at = b.add(block, b.mul(w, p.window));
                  fold(narrowSums(b.add(window, w), at, p.window), sums);
                });
  if (rest)
    fold(narrowSums(b.add(window, whole), b.add(block, whole * p.window), rest),
         wide);
  return wide;
}

Strip::Values Strip::scaledGroups() {
  int64_t perGroup = p.scaleGroup / p.matrix.getBlockK();
  int64_t whole = p.k / p.scaleGroup;
  auto group = [&](Value g, int64_t blocks, ValueRange sums) {
    Values parts = addWindows(b.mul(g, p.windowsOfGroup()), b.mul(g, perGroup),
                              blocks, zeros(b.getI32Type()));
    return scaled(sums, parts, g);
  };
  Values sums = b.loop(
      b.index(0), b.index(whole), zeros(b.getF32Type()),
      [&](Value g, ValueRange carried) { return group(g, perGroup, carried); });
  if (int64_t rest = p.matrix.getBlocks() - whole * perGroup)
    sums = group(b.index(whole), rest, sums);
  return sums;
}

void Strip::emitNarrow() {
  Value none = b.index(0);
  if (p.scalesInTile())
    return store(scaledGroups());
  if (p.looksUp)
    return store(lookedUp());
  Values wide = zeros(b.getI32Type());
  if (p.sumsInMemory) {
    store(wide);
    wide.clear();
  }
  wide = addWindows(none, none, p.matrix.getBlocks(), wide);
  if (!p.sumsInMemory)
    store(wide);
}
