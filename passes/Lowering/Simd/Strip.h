//===- Strip.h - Dot products of a few vectors of weights -----------------===//
#pragma once
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/Lowering/Simd/PackedKernel.h"

namespace tern::lowering {

/// Emits one strip: `vectors` vectors of weight rows, from row `row` of the
/// tile on, times all input rows of the block. Accumulators are numbered
/// vector by vector, input row by input row.
class Strip {
public:
  using Value = mlir::Value;
  using ValueRange = mlir::ValueRange;
  using Type = mlir::Type;
  Strip(Emitter &b, const SimdOp &p, const Scratch &scratch, Value tile,
        Value first, Value row, Value lanes, int64_t vectors)
      : b(b), p(p), scratch(scratch), tile(tile), first(first), row(row),
        lanes(lanes), vectors(vectors) {}
  void emit();

private:
  using Values = llvm::SmallVector<Value>;
  /// The sums over blocks [begin, end) of packed codes, whose number is a
  /// multiple of `unrolled`.
  Values dots(Value begin, Value end, Value group, int64_t unrolled);
  void intStep(Value block, Values &acc);
  /// Adds to the sums of chain `chain` and those that follow it in turn.
  void floatStep(Value block, Value group, Values &acc, int64_t chain);
  /// Part `part` (Layout.h) of a block of packed weights.
  Value loadWeights(Value block, int64_t vector, int64_t perLane,
                    int64_t part = 0);
  /// intStep on weights without N:M's zeros (SparseStrip.cpp).
  void sparseStep(Value block, Values &acc);
  /// Codes as the floats value - zero point.
  Value toFloats(Value codes, int64_t vector, Value group);
  Value toIntegers(Value codes, int64_t vector, Value group);
  /// Exact integer sums of a group, as f32.
  Value correct(Value sum, int64_t vector, int64_t input, Value group);
  /// A per-row operand for the lanes of a vector.
  Value loadPerRow(Value operand, int64_t vector, Value group);
  Values scaled(ValueRange sums, const Values &parts, Value group);
  void store(const Values &sums);

  // With narrow sums (NarrowStrip.cpp).
  using Step = llvm::function_ref<void(Value, Values &)>;
  /// `step` for `count` numbers from `first` on, several of them to a turn.
  Values repeat(Value first, int64_t count, int64_t perTurn, Values carried,
                Step step);
  /// The sums of window number `window`, `count` blocks from `block` on.
  Values narrowSums(Value window, Value block, int64_t count);
  /// Adds the sums of `count` blocks from `block` on, by windows that are
  /// numbered from `window` on, to `wide`, or to memory.
  Values addWindows(Value window, Value block, int64_t count, Values wide);
  void fold(const Values &narrow, Values &wide);
  /// Of all groups, scaled.
  Values scaledGroups();
  void emitNarrow();
  /// Sums that are looked up (LookupStrip.cpp).
  Values lookedUp();
  /// Numbers of bits that differ (BitStrip.cpp).
  Values counted();
  Values countedInRows();

  Type sumType() const {
    return p.isInteger ? Type(b.getI32Type()) : b.getF32Type();
  }
  Values zeros(Type element) {
    return Values(vectors * p.blockM, b.constant(p.vectorOf(element), 0));
  }
  Value broadcast(Value scalar) {
    return b.create<mlir::vector::BroadcastOp>(p.vectorOf(scalar.getType()),
                                               scalar);
  }
  int64_t number(int64_t vector, int64_t input) const {
    return vector * p.blockM + input;
  }
  /// The first row of a vector.
  Value rowOf(int64_t vector) { return b.add(row, b.mul(lanes, vector)); }
  /// Where the sums of a vector and an input lie in scratch.acc.
  Value place(int64_t vector, int64_t input) {
    return b.add(rowOf(vector), input * p.rows());
  }

  Emitter &b;
  const SimdOp &p;
  const Scratch &scratch;
  Value tile, first, row, lanes;
  int64_t vectors;
};
} // namespace tern::lowering
