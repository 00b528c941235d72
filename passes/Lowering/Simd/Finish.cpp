//===- Finish.cpp - Corrections, epilogue and store of a tile -------------===//
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Lowering/Epilogue.h"
#include "passes/Lowering/Simd/PackedKernel.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

void lowering::emitFinish(Emitter &b, const SimdOp &p, const Scratch &scratch,
                          Value tile, Value first) {
  Value firstRow = b.named("first_row", b.mul(tile, p.rows()));
  Value rows = b.index(p.rows());
  if (p.n % p.rows())
    rows = b.named("rows", b.min(b.sub(b.index(p.n), firstRow), p.rows()));
  Value inputs = b.index(p.blockM);
  if (p.m % p.blockM)
    inputs = b.named("inputs", b.min(b.sub(b.index(p.m), first), p.blockM));
  b.loop(b.index(0), inputs, [&](Value i) {
    Value inputRow = b.named("input_row", b.add(first, i));
    b.loop(b.index(0), rows, [&](Value r) {
      Value at = b.add(b.mul(i, p.rows()), b.named("row", r));
      Value acc = b.create<memref::LoadOp>(scratch.acc, at);
      // Group scales have been applied in the tile, with their corrections.
      if (p.isInteger && !p.scalesInTile()) {
        Value sum;
        if (p.needsSums())
          sum = b.create<memref::LoadOp>(scratch.sums, i);
        acc = correctSum(b, p, acc, sum, tile, r, inputRow);
      }
      SmallVector<Value> indices =
          resultPlace(b, p, inputRow, b.named("n", b.add(firstRow, r)));
      Value result = emitEpilogue(b, p.op, acc, indices);
      b.create<memref::StoreOp>(result, p.init, indices);
    });
  });
}
