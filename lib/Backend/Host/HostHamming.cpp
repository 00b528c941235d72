//===- HostHamming.cpp - Bits that differ, counted in bytes ---------------===//
//
// AVX2 counts the bits of bytes by two look-ups of nibbles (vpshufb), which is
// what LLVM makes of their population count. A byte holds the counts of a chain
// of 31 steps; only then are they widened.
//
//===----------------------------------------------------------------------===//
#include "lib/Backend/Host/HostLanes.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

/// Steps whose counts a byte holds.
static constexpr int64_t stepsPerByte = 31;

static bool hasWords(kern::HammingOp op) {
  return isa<VectorType>(op.getType()) && op.getDepth() == 4;
}

/// The step that continues the counts of `op` and does nothing else with them.
static kern::HammingOp nextOf(kern::HammingOp op) {
  if (!op->hasOneUse())
    return {};
  auto next = dyn_cast<kern::HammingOp>(*op->user_begin());
  bool continues = next && next.getAcc() == op.getResult() &&
                   next->getBlock() == op->getBlock();
  return continues ? next : kern::HammingOp();
}

namespace {
/// A chain of steps -> vpxor, vpopcntb or vpshufb, vpaddb, and at its end
/// vpmaddubsw, vpmaddwd.
struct HammingChainByBytes : OpRewritePattern<kern::HammingOp> {
  HammingChainByBytes(MLIRContext *context, int64_t widest)
      : OpRewritePattern(context, /*benefit=*/3), widest(widest) {}

  static Value countOf(Lanes &l, kern::HammingOp op, int64_t at) {
    Value w = l.bytesOf(op.getW(), 4 * at);
    Value a = l.cast(cast<VectorType>(w.getType()), l.splat(op.getA()));
    return l.b.create<math::CtPopOp>(l.b.create<arith::XOrIOp>(w, a));
  }

  static Value widened(Lanes &l, Value counts) {
    StringRef pairs = l.lanes == 16  ? "llvm.x86.avx512.pmaddubs.w.512"
                      : l.lanes == 8 ? "llvm.x86.avx2.pmadd.ub.sw"
                                     : "llvm.x86.ssse3.pmadd.ub.sw.128";
    StringRef words = l.lanes == 16  ? "llvm.x86.avx512.pmaddw.d.512"
                      : l.lanes == 8 ? "llvm.x86.avx2.pmadd.wd"
                                     : "llvm.x86.sse2.pmadd.wd";
    Value ones = l.c(cast<VectorType>(counts.getType()), 1);
    Value sums = l.call(pairs, {counts, ones}, l.i16);
    return l.call(words, {sums, l.c(l.i16, 1)});
  }

  static Value emit(Lanes &l, ArrayRef<kern::HammingOp> chain, int64_t at) {
    kern::HammingOp first = chain.front();
    Value acc = sliceVector(l.b, l.b.getLoc(), first.getAcc(), at, l.lanes);
    while (!chain.empty()) {
      Value counts;
      for (kern::HammingOp op : chain.take_front(stepsPerByte)) {
        // Where the step stands, so that its operands live no longer.
        l.b.setInsertionPoint(op);
        Value next = countOf(l, op, at);
        counts = counts ? l.add(counts, next) : next;
      }
      acc = l.add(acc, widened(l, counts));
      chain = chain.drop_front(std::min<size_t>(chain.size(), stepsPerByte));
    }
    return acc;
  }

  LogicalResult matchAndRewrite(kern::HammingOp op,
                                PatternRewriter &rewriter) const override {
    if (!hasWords(op) || nextOf(op))
      return failure();
    SmallVector<kern::HammingOp> chain = {op};
    while (auto before = chain.back().getAcc().getDefiningOp<kern::HammingOp>())
      if (nextOf(before) == chain.back())
        chain.push_back(before);
      else
        break;
    std::reverse(chain.begin(), chain.end());
    return emitChunks(op, rewriter, widest, 4,
                      [&](Lanes &l, int64_t at) { return emit(l, chain, at); });
  }
  int64_t widest;
};
} // namespace

void backend::populateHammingPatterns(RewritePatternSet &patterns,
                                      int64_t widest) {
  patterns.add<HammingChainByBytes>(patterns.getContext(), widest);
}
