//===- Panel.cpp - Inputs of a block, as the inner loops read them --------===//
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Lowering/Simd/PackedKernel.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

/// Stores inputs [begin, end) of a row; returns their sum where it is needed.
static Value copyInputs(Emitter &b, const SimdOp &p, const Scratch &scratch,
                        InputReader &reader, Value target, Value begin,
                        Value end) {
  SmallVector<Value> inits;
  if (scratch.sums || scratch.starts)
    inits.push_back(b.constant(b.getI32Type(), 0));
  auto sums = b.loop(begin, end, inits, [&](Value k, ValueRange carried) {
    b.named("k", k);
    Value number = b.named("input", reader.read(k)), stored = number;
    if (p.isInteger)
      stored = b.create<arith::TruncIOp>(b.getI8Type(), number);
    b.create<memref::StoreOp>(stored, scratch.panel, b.add(target, k));
    SmallVector<Value> next;
    if (!carried.empty())
      next.push_back(b.add(carried[0], number));
    return next;
  });
  return sums.empty() ? Value() : sums[0];
}

/// The sum of the inputs of a window that meet codes in place.
static Value sumInPlace(Emitter &b, const SimdOp &p, const Scratch &scratch,
                        Value target, Value from, Value to) {
  int64_t step = p.matrix.getBlockK();
  Value first = b.add(from, p.fieldInPlace);
  // One for each block that goes that far.
  Value count = b.div(b.add(b.sub(to, from), step - 1 - p.fieldInPlace), step);
  Value none = b.constant(b.getI32Type(), 0);
  auto sums = b.loop(b.index(0), count, none, [&](Value i, ValueRange sum) {
    Value at = b.add(target, b.add(first, b.mul(i, step)));
    Value input = b.create<memref::LoadOp>(scratch.panel, at);
    input = b.create<arith::ExtSIOp>(b.getI32Type(), input);
    return SmallVector<Value>{b.add(sum[0], input)};
  });
  return sums[0];
}

/// Stores what narrow sums start at.
static void storeStart(Emitter &b, Value starts, Value at, Value inputs,
                       int64_t factor) {
  Value start =
      b.create<arith::TruncIOp>(b.getI16Type(), b.mul(inputs, factor));
  b.create<memref::StoreOp>(start, starts, at);
}

/// The same, window by window, with what narrow sums start at: `first` is the
/// number of the first window.
static Value copyWindows(Emitter &b, const SimdOp &p, const Scratch &scratch,
                         InputReader &reader, Value target, Value begin,
                         Value end, Value first) {
  Value length = b.index(p.window * p.matrix.getBlockK());
  Value count = b.create<arith::CeilDivUIOp>(b.sub(end, begin), length);
  Value none = b.constant(b.getI32Type(), 0);
  auto sums = b.loop(b.index(0), count, none, [&](Value w, ValueRange sum) {
    b.named("window", w);
    Value from = b.add(begin, b.mul(w, length));
    Value to = b.min(b.add(from, length), end);
    Value inputs = copyInputs(b, p, scratch, reader, target, from, to);
    Value shifted = inputs, at = b.add(first, w);
    if (p.inPlace) {
      Value inPlace = sumInPlace(b, p, scratch, target, from, to);
      storeStart(b, scratch.startsInPlace, at, inPlace,
                 -(p.center << p.shiftInPlace));
      shifted = b.sub(inputs, inPlace);
    }
    storeStart(b, scratch.starts, at, shifted, -p.center);
    return SmallVector<Value>{b.add(sum[0], inputs)};
  });
  return sums[0];
}

void lowering::emitPanel(Emitter &b, const SimdOp &p, const Scratch &scratch,
                         Value first) {
  Type stored = cast<MemRefType>(scratch.panel.getType()).getElementType();
  b.loop(0, p.blockM, [&](Value i) {
    // Rows beyond the last repeat it; emitFinish stores none of them.
    Value row = b.named("row", b.add(first, b.named("i", i)));
    if (p.m % p.blockM)
      row = b.min(row, p.m - 1);
    InputReader reader(b, p, row);
    Value target = b.named("panel_row", b.mul(i, p.paddedK()));
    b.loop(0, p.groups, [&](Value g) {
      Value begin = b.named("begin", b.mul(b.named("group", g), p.scaleGroup));
      Value end = b.named("end", b.min(b.add(begin, p.scaleGroup), p.k));
      Value sum;
      if (scratch.starts) {
        Value window =
            b.add(b.mul(i, p.windows()), b.mul(g, p.windowsOfGroup()));
        sum = copyWindows(b, p, scratch, reader, target, begin, end, window);
      } else {
        sum = copyInputs(b, p, scratch, reader, target, begin, end);
      }
      if (scratch.sums)
        b.create<memref::StoreOp>(sum, scratch.sums,
                                  b.add(b.mul(i, p.groups), g));
    });
    // Padding along K adds 0 to every dot product, whatever the weights hold.
    Value zero = b.constant(stored, 0);
    if (p.paddedK() != p.k)
      b.loop(p.k, p.paddedK(), [&](Value k) {
        b.named("padding", k);
        b.create<memref::StoreOp>(zero, scratch.panel, b.add(target, k));
      });
  });
}
