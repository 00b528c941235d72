//===- Gemv.cpp - A few rows of inputs times packed weights ---------------===//
#include "passes/Lowering/Simt/Gemv.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/Lowering/Epilogue.h"
#include "passes/Lowering/Simt/Simt.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;
using arith::CmpIPredicate;

static constexpr int64_t warps = GemvBlocks::warps,
                         wordsOfBlock = GemvBlocks::words;

namespace {
class Gemv {
public:
  Gemv(SimtEmitter &b, const PackedOp &p, int64_t alignment);
  int64_t emit();

private:
  using Values = SmallVector<Value>;
  void emitWarp(Value tile, Value lane);
  /// Sums with block `block` of K added: one per row of weights, then, where
  /// needed, that of the inputs.
  Values addBlock(Value block, ValueRange sums);
  /// 16 inputs from `k` on, as 4 words; zeros beyond the last.
  Values loadInputs(Value k);
  Values gatherInputs(Value k);
  /// The bytes of weights of a row of the tile.
  Value loadWeights(Value block, int64_t row);
  Value dot(Value acc, Value weights, Value inputs);
  void finish(ValueRange sums, Value lane);

  SimtEmitter &b;
  const PackedOp &p;
  bool isAligned, signedInputs, signedWeights;
  Value row, tile;
};
} // namespace

Gemv::Gemv(SimtEmitter &b, const PackedOp &p, int64_t alignment) : b(b), p(p) {
  auto type = cast<MemRefType>(p.lhs.getType());
  isAligned = alignment % 16 == 0 && type.getLayout().isIdentity();
  signedInputs = cast<ir::QType>(type.getElementType()).isSigned();
  auto code =
      cast<ir::QType>(p.op->getAttrOfType<TypeAttr>("tern.codes").getValue());
  signedWeights = p.matrix.getBits() == 8 && code.isSigned();
}

/// Inputs that do not lie at a multiple of 16: byte by byte.
Gemv::Values Gemv::gatherInputs(Value k) {
  InputReader reader(b, p, row);
  Values words;
  for (int64_t word = 0; word < wordsOfBlock; ++word) {
    Value all;
    for (int64_t byte = 0; byte < 4; ++byte) {
      Value number = reader.read(b.add(k, 4 * word + byte));
      number = b.create<arith::AndIOp>(number, b.constant(b.getI32Type(), 255));
      number = b.createOrFold<arith::ShLIOp>(
          number, b.constant(b.getI32Type(), 8 * byte));
      all = all ? b.create<arith::OrIOp>(all, number) : number;
    }
    words.push_back(all);
  }
  return words;
}

Gemv::Values Gemv::loadInputs(Value k) {
  Value inside = b.compare(CmpIPredicate::ult, k, b.index(p.k));
  Value from = b.create<arith::SelectOp>(inside, k, b.index(0));
  Values words;
  if (isAligned) {
    Value loaded = b.create<kern::LoadWordsOp>(
        VectorType::get({wordsOfBlock}, b.getI32Type()), b.asBytes(p.lhs),
        b.add(b.mul(row, p.k), from), /*streaming=*/false);
    for (int64_t word = 0; word < wordsOfBlock; ++word)
      words.push_back(b.create<vector::ExtractOp>(loaded, word));
  } else {
    words = gatherInputs(from);
  }
  for (Value &word : words)
    word = b.named("inputs", b.create<arith::SelectOp>(
                                 inside, word, b.constant(b.getI32Type(), 0)));
  return words;
}

Value Gemv::loadWeights(Value block, int64_t row) {
  // The layout's own map, at the first code of a row of the tile.
  MLIRContext *context = b.getContext();
  AffineExpr t = getAffineDimExpr(0, context),
             kb = getAffineDimExpr(1, context);
  AffineMap origin = AffineMap::get(
      2, 0, {t * p.rows() + row, kb * p.matrix.getBlockK()}, context);
  AffineExpr first =
      simplifyAffineMap(p.matrix.getMap().compose(origin)).getResult(0);
  auto type = VectorType::get({wordsOfBlock}, b.getI32Type());
  return b.named("weights", b.create<kern::LoadWordsOp>(
                                type, p.weights, b.expand(first, {tile, block}),
                                /*streaming=*/true));
}

/// Unsigned bytes come first in a mixed product.
Value Gemv::dot(Value acc, Value weights, Value inputs) {
  bool swap = signedWeights && !signedInputs;
  bool unsignedA = !signedWeights || !signedInputs;
  return b.create<kern::Dp4aOp>(acc, swap ? inputs : weights,
                                swap ? weights : inputs, unsignedA,
                                !signedWeights && !signedInputs);
}

Gemv::Values Gemv::addBlock(Value block, ValueRange sums) {
  Values next = llvm::to_vector(sums);
  Type i32 = b.getI32Type();
  int64_t bits = p.matrix.getBits(), fields = p.matrix.getFields();
  Values weights;
  for (int64_t r = 0; r < p.rows(); ++r)
    weights.push_back(loadWeights(block, r));
  Value k = b.named("k", b.mul(block, p.matrix.getBlockK()));
  for (int64_t field = 0; field < fields; ++field) {
    Values inputs = loadInputs(b.add(k, field * 16));
    for (int64_t word = 0; word < wordsOfBlock; ++word) {
      for (int64_t r = 0; r < p.rows(); ++r) {
        Value codes = b.create<vector::ExtractOp>(weights[r], word);
        if (fields > 1) {
          codes = b.createOrFold<arith::ShRUIOp>(codes,
                                                 b.constant(i32, field * bits));
          codes = b.create<arith::AndIOp>(
              codes, b.constant(i32, ((1 << bits) - 1) * 0x01010101));
        }
        next[r] = dot(next[r], codes, inputs[word]);
      }
      if (p.needsSums())
        next[p.rows()] = b.create<kern::Dp4aOp>(
            next[p.rows()], inputs[word], b.constant(i32, 0x01010101),
            /*unsigned_a=*/!signedInputs, /*unsigned_b=*/false);
    }
  }
  return next;
}

/// Lane r has the result of row r.
void Gemv::finish(ValueRange sums, Value lane) {
  auto plus = [&](Value x, Value y) { return b.add(x, y); };
  Values totals;
  for (Value sum : sums)
    totals.push_back(b.named("sum", b.reduceLanes(sum, warpLanes, plus)));
  Value acc = totals[0];
  for (int64_t r = 1; r < p.rows(); ++r) {
    Value isRow = b.compare(CmpIPredicate::eq, lane, b.index(r));
    acc = b.named("acc", b.create<arith::SelectOp>(isRow, totals[r], acc));
  }
  Value n = b.named("n", b.add(b.mul(tile, p.rows()), lane));
  Value isResult = b.create<arith::AndIOp>(
      b.compare(CmpIPredicate::ult, lane, b.index(p.rows())),
      b.compare(CmpIPredicate::ult, n, b.index(p.n)));
  b.when(isResult, [&] {
    Value inputs = p.needsSums() ? totals[p.rows()] : Value();
    Value sum = correctSum(b, p, acc, inputs, tile, lane, row);
    SmallVector<Value> indices = resultPlace(b, p, row, n);
    b.create<memref::StoreOp>(emitEpilogue(b, p.op, sum, indices), p.init,
                              indices);
  });
}

void Gemv::emitWarp(Value point, Value lane) {
  row = b.index(0);
  tile = point;
  if (p.m > 1) {
    row = b.named("row", b.div(point, p.matrix.getTiles()));
    tile = b.named("tile", b.mod(point, p.matrix.getTiles()));
  }
  Values zeros(p.rows() + p.needsSums(), b.constant(b.getI32Type(), 0));
  auto sums = b.strided(lane, p.matrix.getBlocks(), warpLanes, zeros,
                        [&](Value block, ValueRange carried) {
                          return addBlock(b.named("block_k", block), carried);
                        });
  finish(sums, lane);
}

int64_t Gemv::emit() {
  GemvBlocks plan = planGemvBlocks(p.m, p.matrix);
  b.level<kern::BlockAttr>(plan.blocks, [&](Value block) {
    b.level<kern::WarpAttr>(warps, [&](Value warp) {
      b.level<kern::LaneAttr>(warpLanes, [&](Value lane) {
        Value point = b.named("point", b.add(b.mul(block, warps), warp));
        b.when(b.compare(CmpIPredicate::ult, point, b.index(plan.points)),
               [&] { emitWarp(point, lane); });
      });
    });
  });
  return plan.blocks;
}

int64_t lowering::lowerGemv(func::FuncOp kernel, Operation *op,
                            int64_t alignment) {
  PackedOp p(op);
  SimtEmitter b(op->getLoc(), op->getContext());
  b.setInsertionPoint(op);
  int64_t blocks = Gemv(b, p, alignment).emit();
  setGeometry(kernel, warps * warpLanes, 0);
  op->erase();
  return blocks;
}
