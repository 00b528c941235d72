//===- HostDotBytes.cpp - Sums of few-bit products in i16 lanes -----------===//
//
// vpmaddubsw multiplies bytes and adds neighbours in i16, saturating. With
// weights of up to 4 bits two products never saturate, and a chain of dots into
// one accumulator can be added in i16 for as long as its bound allows; only
// then vpmaddwd widens the sums. That is 2 instructions a dot rather than 8.
//
//===----------------------------------------------------------------------===//
#include "lib/Backend/Host/HostLanes.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

/// The greatest byte of a vector, as far as it is masked.
static int64_t greatestByte(Value bytes) {
  if (auto unpack = bytes.getDefiningOp<kern::UnpackOp>())
    return ((int64_t(1) << unpack.getBits()) - 1)
           << (unpack.getInPlace() ? unpack.getField() * unpack.getBits() : 0);
  // What kern.unpack becomes.
  if (auto cast = bytes.getDefiningOp<vector::BitCastOp>())
    bytes = cast.getSource();
  auto mask = bytes.getDefiningOp<arith::AndIOp>();
  DenseIntElementsAttr constant;
  if (!mask || !matchPattern(mask.getRhs(), m_Constant(&constant)) ||
      !constant.isSplat())
    return 255;
  auto word = constant.getSplatValue<APInt>();
  int64_t greatest = 0;
  for (unsigned at = 0; at < word.getBitWidth(); at += 8)
    greatest =
        std::max<int64_t>(greatest, word.extractBits(8, at).getZExtValue());
  return greatest;
}

namespace {
/// Weights as unsigned codes less the same number everywhere.
struct Codes {
  Value bytes;
  int64_t less = 0;
};
} // namespace

static Codes codesOf(kern::DotOp op) {
  auto difference = op.getW().getDefiningOp<arith::SubIOp>();
  DenseIntElementsAttr less;
  if (!op.getSignedWeights() || !difference ||
      !matchPattern(difference.getRhs(), m_Constant(&less)) || !less.isSplat())
    return {op.getW(), 0};
  return {difference.getLhs(), less.getSplatValue<APInt>().getSExtValue()};
}

/// The greatest |sum| of two neighbouring products of `code`s.
static int64_t boundOf(kern::DotOp op, int64_t code) {
  return 2 * code * (op.getUnsignedInput() ? 255 : 128);
}

/// That of the dot's own.
static int64_t boundOf(kern::DotOp op) {
  Codes codes = codesOf(op);
  int64_t greatest = greatestByte(codes.bytes);
  return boundOf(op, std::max(codes.less, greatest - codes.less));
}

bool backend::fitsBytes(kern::DotOp op) {
  if (!isFixed(op))
    return false;
  Codes codes = codesOf(op);
  int64_t greatest = greatestByte(codes.bytes);
  // Codes and what they are less are multiplied one after the other.
  bool isExact =
      !op.getSignedWeights() || (codes.less > 0 && codes.less <= 127 &&
                                 greatest <= 127 && !op.getUnsignedInput());
  return isExact && boundOf(op, std::max(greatest, codes.less)) <= INT16_MAX;
}

/// The dot that continues the sums of `op` and does nothing else with them.
static kern::DotOp nextOf(kern::DotOp op) {
  if (!op->hasOneUse())
    return {};
  auto next = dyn_cast<kern::DotOp>(*op->user_begin());
  bool continues = next && next.getAcc() == op.getResult() &&
                   next->getBlock() == op->getBlock() && fitsBytes(next);
  return continues ? next : kern::DotOp();
}

namespace {
/// A chain of dots -> vpmaddubsw, vpaddw, vpmaddwd.
struct DotChainByBytes : OpRewritePattern<kern::DotOp> {
  DotChainByBytes(MLIRContext *context, int64_t widest)
      : OpRewritePattern(context, /*benefit=*/3), widest(widest) {}

  /// Sums of pairs, in i16.
  static Value pairs(Lanes &l, kern::DotOp op, int64_t at) {
    Codes codes = codesOf(op);
    Value w = l.bytesOf(codes.bytes, 4 * at);
    auto bytes = cast<VectorType>(w.getType());
    Value a = l.cast(bytes, l.inputsOf(op, at));
    StringRef name = l.lanes == 16  ? "llvm.x86.avx512.pmaddubs.w.512"
                     : l.lanes == 8 ? "llvm.x86.avx2.pmadd.ub.sw"
                                    : "llvm.x86.ssse3.pmadd.ub.sw.128";
    // The unsigned operand comes first; weights of few bits are either.
    if (op.getUnsignedInput())
      std::swap(w, a);
    Value sums = l.call(name, {w, a}, l.i16);
    if (!codes.less)
      return sums;
    Value excess = l.call(name, {l.c(bytes, codes.less), a}, l.i16);
    return l.b.create<arith::SubIOp>(sums, excess);
  }

  static Value widened(Lanes &l, Value sums) {
    StringRef name = l.lanes == 16  ? "llvm.x86.avx512.pmaddw.d.512"
                     : l.lanes == 8 ? "llvm.x86.avx2.pmadd.wd"
                                    : "llvm.x86.sse2.pmadd.wd";
    return l.call(name, {sums, l.c(l.i16, 1)});
  }

  static Value emit(Lanes &l, ArrayRef<kern::DotOp> chain, int64_t at) {
    Value acc = sliceVector(l.b, l.b.getLoc(),
                            kern::DotOp(chain.front()).getAcc(), at, l.lanes);
    Value sums;
    int64_t bound = 0;
    for (kern::DotOp op : chain) {
      // Where the dot stands, so that its operands live no longer.
      l.b.setInsertionPoint(op);
      if (sums && bound + boundOf(op) > INT16_MAX) {
        acc = l.add(acc, widened(l, sums));
        sums = {};
        bound = 0;
      }
      Value next = pairs(l, op, at);
      sums = sums ? l.add(sums, next) : next;
      bound += boundOf(op);
    }
    return l.add(acc, widened(l, sums));
  }

  LogicalResult matchAndRewrite(kern::DotOp op,
                                PatternRewriter &rewriter) const override {
    if (!fitsBytes(op) || nextOf(op))
      return failure();
    SmallVector<kern::DotOp> chain = {op};
    while (auto before = chain.back().getAcc().getDefiningOp<kern::DotOp>()) {
      if (!fitsBytes(before) || nextOf(before) != chain.back())
        break;
      chain.push_back(before);
    }
    std::reverse(chain.begin(), chain.end());
    return emitChunks(op, rewriter, widest, 4,
                      [&](Lanes &l, int64_t at) { return emit(l, chain, at); });
  }
  int64_t widest;
};
} // namespace

void backend::populateDotBytesPatterns(RewritePatternSet &patterns,
                                       int64_t widest) {
  patterns.add<DotChainByBytes>(patterns.getContext(), widest);
}
