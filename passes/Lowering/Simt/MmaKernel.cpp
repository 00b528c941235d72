//===- MmaKernel.cpp - Contractions on the matrix units of a GPU ----------===//
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/Lowering/Epilogue.h"
#include "passes/Lowering/Simt/Mma.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;
using arith::CmpIPredicate;

MmaTile::MmaTile(Operation *op, int64_t alignment) : PackedOp(op) {
  auto type = cast<MemRefType>(lhs.getType());
  signedInputs = cast<ir::QType>(type.getElementType()).isSigned();
  auto code = cast<ir::QType>(
      op->getAttrOfType<TypeAttr>("tern.codes").getValue());
  signedWeights = matrix.getBits() == 8 && code.isSigned();
  copiesInputs = !isConv && k % 16 == 0 && alignment % 16 == 0 &&
                 type.getLayout().isIdentity();
  // Four warps: along M as far as there are rows, then along N.
  warpsM = m > 32 ? 4 : m > 16 ? 2 : 1;
  warpsN = 4 / warpsM;
  while (warpsN > 1 && rows() / 8 % warpsN)
    warpsN /= 2;
  blockM = 16 * warpsM;
  lookahead = std::min<int64_t>(2, matrix.getBlocks());
}

/// The rings, whose place the sums take in the end, and the inputs' sums.
int64_t MmaTile::sharedBytes() const {
  int64_t sums = 4 * blockM * rows();
  return llvm::alignTo(std::max(inputBytes() + weightBytes(), sums), 16) +
         4 * blockM;
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
  Value sharedI32(StringRef name, int64_t offset, int64_t count,
                  const Twine &meaning);

  SimtEmitter &b;
  const MmaTile &t;
  MmaPlace at;
  /// After the loop: blockM x rows, and blockM.
  Value accumulators, inputSums;
};
} // namespace

Value MmaKernel::sharedI32(StringRef name, int64_t offset, int64_t count,
                           const Twine &meaning) {
  return b.tile(name, b.getI32Type(), offset, count, meaning);
}

void MmaKernel::makeTiles() {
  Twine stages(t.stages());
  at.inputs = b.tile("inputs", b.getI8Type(), 0, t.inputBytes(),
                     stages + " stages of " + Twine(t.blockM) + " rows of " +
                         Twine(t.blockK()) + " inputs, " +
                         Twine(t.inputStride()) + " bytes apart");
  at.weights =
      b.tile("weights", b.getI8Type(), t.inputBytes(), t.weightBytes(),
             stages + " stages of " + Twine(t.rows()) + " rows of " +
                 Twine(t.blockK()) + " codes of " + Twine(t.matrix.getBits()) +
                 " bits, " + Twine(t.weightStride()) + " bytes apart");
  accumulators =
      sharedI32("sums", 0, t.blockM * t.rows(),
                "in the end, " + Twine(t.blockM) + " x " + Twine(t.rows()) +
                    " sums where the stages were");
  if (t.needsSums())
    inputSums = sharedI32("input_sums", t.sharedBytes() - 4 * t.blockM,
                          t.blockM, "the sum of each row of inputs");
}

SmallVector<Value> MmaKernel::zeros() {
  Type i32 = b.getI32Type();
  SmallVector<Value> sums(t.columns(),
                          b.constant(VectorType::get({4}, i32), 0));
  if (t.needsSums())
    sums.append(2, b.constant(i32, 0));
  return sums;
}

SmallVector<Value> MmaKernel::multiply() {
  int64_t blocks = t.matrix.getBlocks();
  b.loop(0, t.lookahead, [&](Value stage) {
    emitStage(b, t, at, stage, stage);
    b.create<kern::CopyCommitOp>();
  });
  return b.loop(
      b.index(0), b.index(blocks), zeros(),
      [&](Value block, ValueRange carried) {
        Value ahead = b.add(block, t.lookahead);
        b.when(b.compare(CmpIPredicate::ult, ahead, b.index(blocks)), [&] {
          emitStage(b, t, at, ahead, b.mod(ahead, t.stages()));
        });
        // A group for every block, empty or not: so the count stays true.
        b.create<kern::CopyCommitOp>();
        b.create<kern::CopyWaitOp>(t.lookahead);
        b.barrier();
        auto sums =
            emitProducts(b, t, at, b.mod(block, t.stages()), carried);
        b.barrier();
        return sums;
      });
}

/// Registers to shared memory, where every thread finds neighbours to store.
void MmaKernel::spill(ValueRange sums) {
  Value warpM = t.warpsN == 1 ? at.warp : b.div(at.warp, t.warpsN);
  Value warpN = t.warpsN == 1 ? b.index(0) : b.mod(at.warp, t.warpsN);
  Value row = b.add(b.mul(warpM, 16), b.div(at.lane, 4));
  Value first = b.add(b.mul(warpN, t.columns() * 8),
                      b.mul(b.mod(at.lane, 4), 2));
  for (int64_t column = 0; column < t.columns(); ++column)
    for (int64_t i = 0; i < 4; ++i) {
      Value to = b.add(b.mul(b.add(row, i / 2 * 8), t.rows()),
                       b.add(first, column * 8 + i % 2));
      b.create<memref::StoreOp>(b.create<vector::ExtractOp>(sums[column], i),
                                accumulators, to);
    }
  if (!t.needsSums())
    return;
  // The four lanes of a row have a quarter of its bytes each.
  for (int64_t half = 0; half < 2; ++half) {
    Value sum = b.reduceLanes(sums[t.columns() + half], 4,
                              [&](Value x, Value y) { return b.add(x, y); });
    b.create<memref::StoreOp>(sum, inputSums, b.add(row, half * 8));
  }
}

void MmaKernel::finish() {
  b.strided(at.thread, t.blockM * t.rows(), t.threads(), [&](Value e) {
    Value row = t.isConv ? b.mod(e, t.blockM) : b.div(e, t.rows());
    Value column = t.isConv ? b.div(e, t.blockM) : b.mod(e, t.rows());
    Value m = b.add(b.mul(at.tileM, t.blockM), row);
    Value n = b.add(b.mul(at.tileN, t.rows()), column);
    Value inside = b.create<arith::AndIOp>(
        b.compare(CmpIPredicate::ult, m, b.index(t.m)),
        b.compare(CmpIPredicate::ult, n, b.index(t.n)));
    b.when(inside, [&] {
      Value acc = b.create<memref::LoadOp>(
          accumulators, b.add(b.mul(row, t.rows()), column));
      Value sum;
      if (t.needsSums())
        sum = b.create<memref::LoadOp>(inputSums, row);
      acc = correctSum(b, t, acc, sum, at.tileN, column, m);
      SmallVector<Value> indices = resultPlace(b, t, m, n);
      b.create<memref::StoreOp>(emitEpilogue(b, t.op, acc, indices), t.init,
                                indices);
    });
  });
}

void MmaKernel::emit(Value block) {
  at.tileM = b.mod(block, t.blocksM());
  at.tileN = b.div(block, t.blocksM());
  makeTiles();
  b.level<kern::WarpAttr>(t.warpsM * t.warpsN, [&](Value warp) {
    b.level<kern::LaneAttr>(warpLanes, [&](Value lane) {
      at.warp = warp;
      at.lane = lane;
      at.thread = b.add(b.mul(warp, warpLanes), lane);
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
  int64_t blocks = t.blocksM() * t.matrix.getTiles();
  b.level<kern::BlockAttr>(blocks,
                           [&](Value block) { MmaKernel(b, t).emit(block); });
  setGeometry(kernel, t.threads(), t.sharedBytes());
  op->erase();
  return blocks;
}
