//===- MmaFloats.cpp - Products of f16 inputs with scaled codes -----------===//
//
// A code becomes an f16 without a conversion: or-ed into the mantissa of 1024
// it is 1024 + code, and a subtraction of 1024 + zero point, which is exact,
// leaves the number that the scale multiplies. The layout has two neighbours
// along K in the halves of a word, so that one lop3 takes out both.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/Lowering/Simt/Mma.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

/// Numbers that one product takes along K, and steps of a block.
static constexpr int64_t stepK = 16, stepsOfBlock = 8;
/// The bits of two f16 of 1024, and (a & b) | c.
static constexpr int64_t magic = 0x64006400, andOr = 0xea;

namespace {
class FloatBlock {
public:
  FloatBlock(SimtEmitter &b, const MmaTile &t, const MmaPlace &at, Value block,
             Value stage)
      : b(b), t(t), at(at), block(block), stage(stage) {}
  SmallVector<Value> run(ValueRange sums);

private:
  /// Which 8 rows of weights the warp's column is.
  Value eightOf(int64_t column);
  Value loadFragment(int64_t column);
  /// 1024 + what is subtracted from the codes of the lane's row, twice.
  Value zeroOf(int64_t column, Value group);
  /// The scale of result `odd` of the lane's two columns.
  Value scaleOf(int64_t column, Value group, int64_t odd);
  /// The B operand of step `step` as two words.
  Value decode(Value fragment, Value zero, int64_t step);
  Value groupOf(int64_t firstStep);

  SimtEmitter &b;
  const MmaTile &t;
  const MmaPlace &at;
  Value block, stage;
};
} // namespace

Value FloatBlock::eightOf(int64_t column) {
  Value first =
      b.add(b.mul(at.tileN, t.blockN / 8), b.mul(at.warpN, t.columns()));
  // Those beyond the last are computed and not stored.
  return b.named("rows", b.min(b.add(first, column), t.matrix.getTiles() - 1));
}

Value FloatBlock::loadFragment(int64_t column) {
  Value piece = b.add(b.mul(at.warpN, t.columns()), column);
  Value from = b.add(b.mul(stage, t.weightStage()),
                     b.mul(b.add(b.mul(piece, warpLanes), at.lane), 16));
  auto type = VectorType::get({4}, b.getI32Type());
  return b.named("codes", b.create<kern::LoadWordsOp>(type, at.weights, from,
                                                      /*streaming=*/false));
}

Value FloatBlock::zeroOf(int64_t column, Value group) {
  Type i32 = b.getI32Type();
  if (!t.rhsZp)
    return b.constant(i32, magic + t.offset * 0x00010001);
  auto [index, differ] = perRowIndex(b, t, t.rhsZp, eightOf(column), group);
  if (differ)
    index = b.add(index, b.div(at.lane, 4));
  Value zero = b.add(b.loadFlat(t.rhsZp, index), t.offset);
  return b.named("zero", b.add(b.mul(zero, 0x00010001), magic));
}

Value FloatBlock::scaleOf(int64_t column, Value group, int64_t odd) {
  auto [index, differ] = perRowIndex(b, t, t.rhsScale, eightOf(column), group);
  if (differ)
    index = b.add(index, b.add(b.mul(b.mod(at.lane, 4), 2), odd));
  return b.named("scale", b.loadFlat(t.rhsScale, index));
}

Value FloatBlock::decode(Value fragment, Value zero, int64_t step) {
  Type i32 = b.getI32Type();
  Value word = b.create<vector::ExtractOp>(fragment, step / 2);
  Value both = b.create<arith::ConstantOp>(
      DenseElementsAttr::get(VectorType::get({2}, i32), 0));
  for (int64_t half = 0; half < 2; ++half) {
    Value shifted = b.createOrFold<arith::ShRUIOp>(
        word, b.constant(i32, step % 2 * 8 + half * 4));
    Value number = b.create<kern::Lop3Op>(shifted, b.constant(i32, 0x000f000f),
                                          b.constant(i32, magic), andOr);
    number = b.create<kern::SubF16x2Op>(number, zero);
    both = b.create<vector::InsertOp>(number, both, half);
  }
  return both;
}

Value FloatBlock::groupOf(int64_t firstStep) {
  if (t.groups == 1)
    return b.index(0);
  if (t.scaleGroup >= t.blockK())
    return b.named("group", b.div(block, t.scaleGroup / t.blockK()));
  Value group = b.add(b.mul(block, t.blockK() / t.scaleGroup),
                      firstStep * stepK / t.scaleGroup);
  return b.named("group", b.min(group, t.groups - 1));
}

SmallVector<Value> FloatBlock::run(ValueRange sums) {
  SmallVector<Value> next = llvm::to_vector(sums), fragments;
  for (int64_t column = 0; column < t.columns(); ++column)
    fragments.push_back(loadFragment(column));
  int64_t steps = std::min(t.scaleGroup, t.blockK()) / stepK;
  if (t.groups == 1)
    steps = stepsOfBlock;
  auto four = VectorType::get({4}, b.getF32Type());
  for (int64_t first = 0; first < stepsOfBlock; first += steps) {
    Value group = groupOf(first);
    SmallVector<Value> parts(t.columns(), b.constant(four, 0)), zeros;
    for (int64_t column = 0; column < t.columns(); ++column)
      zeros.push_back(zeroOf(column, group));
    for (int64_t step = first; step < first + steps; ++step) {
      Value inputs = emitInputFragment(b, t, at, stage, b.index(step));
      for (int64_t column = 0; column < t.columns(); ++column)
        parts[column] = b.create<kern::MmaOp>(
            kern::MmaKind::F16, parts[column], inputs,
            decode(fragments[column], zeros[column], step));
    }
    for (int64_t i = 0; i < 4 * t.columns(); ++i) {
      Value part = b.create<vector::ExtractOp>(parts[i / 4], i % 4);
      Value scale = scaleOf(i / 4, group, i % 2);
      next[i] = b.create<arith::AddFOp>(next[i],
                                        b.create<arith::MulFOp>(part, scale));
    }
  }
  return next;
}

SmallVector<Value> lowering::emitFloatProducts(SimtEmitter &b, const MmaTile &t,
                                               const MmaPlace &at, Value block,
                                               Value stage, ValueRange sums) {
  return FloatBlock(b, t, at, block, stage).run(sums);
}
