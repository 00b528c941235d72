//===- MmaProducts.cpp - Fragments and products of a warp -----------------===//
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/Lowering/Simt/Mma.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

/// Codes that one matrix product takes along K.
static constexpr int64_t stepK = 32;

static VectorType words(SimtEmitter &b, int64_t count) {
  return VectorType::get({count}, b.getI32Type());
}

static kern::MmaKind kindOf(const MmaTile &t) {
  if (t.signedInputs)
    return t.signedWeights ? kern::MmaKind::S8 : kern::MmaKind::S8U8;
  return t.signedWeights ? kern::MmaKind::U8S8 : kern::MmaKind::U8;
}

namespace {
/// The products of 32 codes along K.
class Step {
public:
  Step(SimtEmitter &b, const MmaTile &t, const MmaPlace &at, Value stage,
       Value step)
      : b(b), t(t), at(at), stage(stage), step(step),
        fields(t.matrix.getFields()) {}
  SmallVector<Value> run(ValueRange sums);

private:
  Value loadWeights(int64_t column);
  /// The field of every byte that this step is about, as bytes.
  Value unpack(Value packed);
  /// acc + the sum of the bytes of two words of a row.
  Value addBytes(Value acc, Value inputs, int64_t first, int64_t second);

  SimtEmitter &b;
  const MmaTile &t;
  const MmaPlace &at;
  Value stage, step;
  int64_t fields;
};
} // namespace

/// Lane l names row l % 16 of the half l / 16.
Value lowering::emitInputFragment(SimtEmitter &b, const MmaTile &t,
                                  const MmaPlace &at, Value stage, Value step) {
  Value row = b.add(b.mul(at.warpM, 16), b.mod(at.lane, 16));
  Value column = b.add(b.mul(step, 32), b.mul(b.div(at.lane, 16), 16));
  Value from = b.add(b.mul(stage, t.inputStage()),
                     b.add(b.mul(row, t.inputStride()), column));
  return b.create<kern::LdMatrixOp>(words(b, 4), at.inputs, from);
}

/// 8 rows of 32 bytes: lane l names row l % 8 of the half l / 8 % 2.
Value Step::loadWeights(int64_t column) {
  Value row = b.add(b.mul(at.warpN, t.columns() * 8),
                    b.add(b.mod(at.lane, 8), column * 8));
  Value byte = b.mul(b.mod(b.div(at.lane, 8), 2), 16);
  // Packed codes of all fields lie in the same bytes.
  if (fields == 1)
    byte = b.add(byte, b.mul(step, stepK));
  Value from = b.add(b.mul(stage, t.weightStage()),
                     b.add(b.mul(row, t.weightStride()), byte));
  return b.create<kern::LdMatrixOp>(words(b, 2), at.weights, from);
}

Value Step::unpack(Value packed) {
  if (fields == 1)
    return packed;
  int64_t bits = t.matrix.getBits();
  Value shift = b.create<arith::IndexCastOp>(b.getI32Type(), b.mul(step, bits));
  shift = b.create<vector::BroadcastOp>(words(b, 2), shift);
  int64_t mask = ((1 << bits) - 1) * 0x01010101;
  Value shifted = b.create<arith::ShRUIOp>(packed, shift);
  return b.create<arith::AndIOp>(shifted, b.constant(words(b, 2), mask));
}

Value Step::addBytes(Value acc, Value inputs, int64_t first, int64_t second) {
  Value ones = b.constant(b.getI32Type(), 0x01010101);
  for (int64_t word : {first, second})
    acc = b.create<kern::Dp4aOp>(acc, b.create<vector::ExtractOp>(inputs, word),
                                 ones, /*unsigned_a=*/!t.signedInputs,
                                 /*unsigned_b=*/false);
  return acc;
}

SmallVector<Value> Step::run(ValueRange sums) {
  Value inputs = emitInputFragment(b, t, at, stage, step);
  SmallVector<Value> next;
  for (int64_t column = 0; column < t.columns(); ++column) {
    Value weights = unpack(loadWeights(column));
    next.push_back(
        b.create<kern::MmaOp>(kindOf(t), sums[column], inputs, weights));
  }
  if (t.needsSums()) {
    next.push_back(addBytes(sums[t.columns()], inputs, 0, 2));
    next.push_back(addBytes(sums[t.columns() + 1], inputs, 1, 3));
  }
  return next;
}

SmallVector<Value> lowering::emitProducts(SimtEmitter &b, const MmaTile &t,
                                          const MmaPlace &at, Value stage,
                                          ValueRange sums) {
  return b.loop(b.index(0), b.index(t.blockK() / stepK), sums,
                [&](Value step, ValueRange carried) {
                  b.named("step", step);
                  return Step(b, t, at, stage, step).run(carried);
                });
}
