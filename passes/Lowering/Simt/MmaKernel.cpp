//===- MmaKernel.cpp - Contractions on the matrix units of a GPU ----------===//
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/Lowering/Epilogue.h"
#include "passes/Lowering/Simt/Mma.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;
using arith::CmpIPredicate;

MmaTile::MmaTile(Operation *op, int64_t alignment)
    : PackedOp(op), MmaBlocks(planMmaBlocks(m, matrix, isInteger)) {
  auto type = cast<MemRefType>(lhs.getType());
  if (isInteger) {
    signedInputs = cast<ir::QType>(type.getElementType()).isSigned();
    auto code =
        cast<ir::QType>(op->getAttrOfType<TypeAttr>("tern.codes").getValue());
    signedWeights = matrix.getBits() == 8 && code.isSigned();
  }
  copiesInputs = !isConv && k * inputBytesEach() % 16 == 0 &&
                 alignment % 16 == 0 && type.getLayout().isIdentity();
}

int64_t MmaTile::inputSumsOffset() const {
  return std::max(inputBytes() + weightBytes(), 4 * blockM * blockN);
}

int64_t MmaTile::sharedBytes() const {
  return inputSumsOffset() + (needsSums() ? 4 * blockM : 0);
}

namespace {
class MmaKernel {
public:
  MmaKernel(SimtEmitter &b, const MmaTile &t) : b(b), t(t) {}
  void emit(Value block);

private:
  void makeTiles();
  SmallVector<Value> zeros();
  SmallVector<Value> multiply();
  void spill(ValueRange sums);
  void finish();
  std::string describeWeights() const;

  SimtEmitter &b;
  const MmaTile &t;
  MmaPlace at;
  /// After the loop: blockM x rows, and blockM.
  Value accumulators, inputSums;
};
} // namespace

std::string MmaKernel::describeWeights() const {
  std::string text = std::to_string(t.stages()) + " stages of " +
                     std::to_string(t.blockN) + " rows of " +
                     std::to_string(t.blockK()) + " codes of " +
                     std::to_string(t.matrix.getBits()) + " bits, ";
  if (!t.isInteger)
    return text + "16 bytes a lane for every 8 rows";
  return text + std::to_string(t.weightStride()) + " bytes apart";
}

void MmaKernel::makeTiles() {
  std::string stages = std::to_string(t.stages());
  at.inputs = b.tile("inputs_tile", b.getI8Type(), 0, t.inputBytes(),
                     stages + " stages of " + Twine(t.blockM) + " rows of " +
                         Twine(t.blockK()) + " inputs, " +
                         Twine(t.inputStride()) + " bytes apart");
  at.weights = b.tile("weights_tile", b.getI8Type(), t.inputBytes(),
                      t.weightBytes(), describeWeights());
  Type sum = t.isInteger ? Type(b.getI32Type()) : b.getF32Type();
  accumulators = b.tile("sums", sum, 0, t.blockM * t.blockN,
                        "in the end, " + Twine(t.blockM) + " x " +
                            Twine(t.blockN) + " sums where the stages were");
  if (t.needsSums())
    inputSums = b.tile("input_sums", b.getI32Type(), t.inputSumsOffset(),
                       t.blockM, "the sum of each row of inputs");
}

SmallVector<Value> MmaKernel::zeros() {
  Type i32 = b.getI32Type();
  if (!t.isInteger)
    return SmallVector<Value>(4 * t.columns(), b.constant(b.getF32Type(), 0));
  SmallVector<Value> sums(t.columns(),
                          b.constant(VectorType::get({4}, i32), 0));
  if (t.needsSums())
    sums.append(2, b.constant(i32, 0));
  return sums;
}

SmallVector<Value> MmaKernel::multiply() {
  int64_t blocks = t.matrix.getBlocks();
  b.loop(0, t.lookahead, [&](Value stage) {
    emitStage(b, t, at, b.named("stage", stage), stage);
    b.create<kern::CopyCommitOp>();
  });
  return b.loop(
      b.index(0), b.index(blocks), zeros(),
      [&](Value block, ValueRange carried) {
        b.named("block_k", block);
        Value ahead = b.named("ahead", b.add(block, t.lookahead));
        b.when(b.compare(CmpIPredicate::ult, ahead, b.index(blocks)),
               [&] { emitStage(b, t, at, ahead, b.mod(ahead, t.stages())); });
        // A group for every block, empty or not: so the count stays true.
        b.create<kern::CopyCommitOp>();
        b.create<kern::CopyWaitOp>(t.lookahead);
        b.barrier();
        Value stage = b.named("stage", b.mod(block, t.stages()));
        auto sums = t.isInteger
                        ? emitProducts(b, t, at, stage, carried)
                        : emitFloatProducts(b, t, at, block, stage, carried);
        b.barrier();
        return sums;
      });
}

/// Registers to shared memory, where every thread finds neighbours to store.
void MmaKernel::spill(ValueRange sums) {
  Value row = b.named("row", b.add(b.mul(at.warpM, 16), b.div(at.lane, 4)));
  Value first = b.named("column", b.add(b.mul(at.warpN, t.columns() * 8),
                                        b.mul(b.mod(at.lane, 4), 2)));
  for (int64_t column = 0; column < t.columns(); ++column)
    for (int64_t i = 0; i < 4; ++i) {
      Value to = b.add(b.mul(b.add(row, i / 2 * 8), t.blockN),
                       b.add(first, column * 8 + i % 2));
      Value sum = t.isInteger ? b.create<vector::ExtractOp>(sums[column], i)
                              : sums[4 * column + i];
      b.create<memref::StoreOp>(sum, accumulators, to);
    }
  if (!t.needsSums())
    return;
  // The four lanes of a row have a quarter of its bytes each; warps beside each
  // other have the same rows.
  auto plus = [&](Value x, Value y) { return b.add(x, y); };
  Value low = b.reduceLanes(sums[t.columns()], 4, plus);
  Value high = b.reduceLanes(sums[t.columns() + 1], 4, plus);
  Value isFirst = b.compare(CmpIPredicate::eq,
                            b.add(b.mod(at.lane, 4), at.warpN), b.index(0));
  b.when(isFirst, [&] {
    b.create<memref::StoreOp>(low, inputSums, row);
    b.create<memref::StoreOp>(high, inputSums, b.add(row, 8));
  });
}

void MmaKernel::finish() {
  b.strided(at.thread, t.blockM * t.blockN, t.threads(), [&](Value e) {
    b.named("element", e);
    Value row =
        b.named("row", t.isConv ? b.mod(e, t.blockM) : b.div(e, t.blockN));
    Value column =
        b.named("column", t.isConv ? b.div(e, t.blockM) : b.mod(e, t.blockN));
    Value m = b.named("m", b.add(b.mul(at.tileM, t.blockM), row));
    Value n = b.named("n", b.add(b.mul(at.tileN, t.blockN), column));
    Value inside =
        b.create<arith::AndIOp>(b.compare(CmpIPredicate::ult, m, b.index(t.m)),
                                b.compare(CmpIPredicate::ult, n, b.index(t.n)));
    b.when(inside, [&] {
      Value acc = b.create<memref::LoadOp>(accumulators,
                                           b.add(b.mul(row, t.blockN), column));
      Value sum;
      if (t.needsSums())
        sum = b.create<memref::LoadOp>(inputSums, row);
      if (t.isInteger)
        acc = correctSum(b, t, acc, sum, at.tileN, column, m);
      SmallVector<Value> indices = resultPlace(b, t, m, n);
      b.create<memref::StoreOp>(emitEpilogue(b, t.op, acc, indices), t.init,
                                indices);
    });
  });
}

void MmaKernel::emit(Value block) {
  at.tileM = b.named("tile_m", b.mod(block, t.blocksM()));
  at.tileN = b.named("tile_n", b.div(block, t.blocksM()));
  makeTiles();
  b.level<kern::WarpAttr>(t.warpsM * t.warpsN, [&](Value warp) {
    b.level<kern::LaneAttr>(warpLanes, [&](Value lane) {
      at.lane = lane;
      at.thread = b.named("thread", b.add(b.mul(warp, warpLanes), lane));
      at.warpM = t.warpsM == 1 ? b.index(0) : b.div(warp, t.warpsN);
      at.warpN = t.warpsM == 1 ? warp : b.mod(warp, t.warpsN);
      spill(multiply());
      b.barrier();
      finish();
    });
  });
}

int64_t lowering::lowerMma(func::FuncOp kernel, Operation *op,
                           int64_t alignment) {
  MmaTile t(op, alignment);
  SimtEmitter b(op->getLoc(), op->getContext());
  b.setInsertionPoint(op);
  int64_t blocks = t.blocksM() * t.blocksN();
  b.level<kern::BlockAttr>(blocks,
                           [&](Value block) { MmaKernel(b, t).emit(block); });
  setGeometry(kernel, t.threads(), t.sharedBytes());
  op->erase();
  return blocks;
}
