//===- HostLegalize.cpp - Kern leaves as x86 operations -------------------===//
//
// A 32-bit lane of an accumulator sees the `depth` consecutive weight bytes
// that its dot product needs, and the input bytes are the same for every lane:
// both instructions below add within lanes, so nothing moves across them.
//
//===----------------------------------------------------------------------===//
#include "lib/Backend/Host/HostBackend.h"
#include "lib/Backend/Host/HostLanes.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

LogicalResult
backend::emitChunks(Operation *op, PatternRewriter &rewriter, int64_t widest,
                    int64_t narrowest,
                    llvm::function_ref<Value(Lanes &, int64_t at)> emit) {
  auto type = cast<VectorType>(op->getResult(0).getType());
  int64_t total = type.getNumElements();
  int64_t chunk = widest;
  while (chunk > total || total % chunk)
    chunk /= 2;
  if (chunk < narrowest)
    return rewriter.notifyMatchFailure(op, "fills no register");
  Location loc = op->getLoc();
  Lanes lanes(rewriter, loc, chunk);
  SmallVector<Value> parts;
  for (int64_t at = 0; at < total; at += chunk)
    parts.push_back(emit(lanes, at));
  Value result = parts.front();
  if (parts.size() > 1)
    result =
        rewriter.create<arith::ConstantOp>(loc, rewriter.getZeroAttr(type));
  for (auto [i, part] : llvm::enumerate(parts))
    if (parts.size() > 1)
      result = rewriter.create<vector::InsertStridedSliceOp>(
          loc, part, result, ArrayRef<int64_t>{int64_t(i) * chunk},
          ArrayRef<int64_t>{1});
  rewriter.replaceOp(op, result);
  return success();
}

bool backend::isFixed(kern::DotOp op) {
  return !op.isNarrow() &&
         !cast<VectorType>(op.getAcc().getType()).isScalable() &&
         op.getDepth() == 4;
}

namespace {

/// The lanes' accumulators and weight bytes, from lane `at` on.
std::pair<Value, Value> operandsAt(kern::DotOp op, Lanes &l, int64_t at) {
  return {sliceVector(l.b, l.b.getLoc(), op.getAcc(), at, l.lanes),
          l.bytesOf(op.getW(), 4 * at)};
}

/// kern.dot -> vpdpbusd, which multiplies unsigned by signed bytes. Operands
/// of equal signedness are shifted by 128 and the difference put right.
struct DotByVnni : OpRewritePattern<kern::DotOp> {
  DotByVnni(MLIRContext *context, bool shortVectors)
      : OpRewritePattern(context, /*benefit=*/3),
        narrowest(shortVectors ? 4 : 16) {}

  static Value dot(Lanes &l, Value acc, Value u, Value s) {
    std::string name =
        ("llvm.x86.avx512.vpdpbusd." + Twine(32 * l.lanes)).str();
    return l.call(name, {acc, u, s});
  }

  static Value emit(kern::DotOp op, Lanes &l, int64_t at, Value acc, Value w) {
    Value a = l.inputsOf(op, at);
    w = l.cast(l.i32, w);
    bool signedW = op.getSignedWeights(), signedA = !op.getUnsignedInput();
    if (signedW != signedA)
      return signedA ? dot(l, acc, w, a) : dot(l, acc, a, w);
    Value zero = l.c(l.i32, 0), high = l.c(l.i32, int32_t(0x80808080));
    if (signedA) { // (w + 128) * a - 128 * a
      Value shifted = l.b.create<arith::XOrIOp>(w, high);
      Value excess = dot(l, zero, high, a);
      return l.b.create<arith::SubIOp>(dot(l, acc, shifted, a), excess);
    }
    // w * (a - 128) + 2 * (w * 64)
    Value shifted = l.b.create<arith::XOrIOp>(a, high);
    Value half = dot(l, zero, w, l.c(l.i32, 0x40404040));
    return l.add(dot(l, acc, w, shifted), l.add(half, half));
  }

  LogicalResult matchAndRewrite(kern::DotOp op,
                                PatternRewriter &rewriter) const override {
    if (!isFixed(op))
      return failure();
    return emitChunks(op, rewriter, 16, narrowest, [&](Lanes &l, int64_t at) {
      auto [acc, w] = operandsAt(op, l, at);
      return emit(op, l, at, acc, w);
    });
  }
  int64_t narrowest;
};

/// kern.dot -> pmaddwd on bytes widened to i16: even bytes, then odd ones,
/// each staying in its lane.
struct DotByPairs : OpRewritePattern<kern::DotOp> {
  DotByPairs(MLIRContext *context, int64_t widest, bool hasBytes)
      : OpRewritePattern(context, /*benefit=*/2), widest(widest),
        hasBytes(hasBytes) {}

  static Value pairs(Lanes &l, Value x, Value y) {
    StringRef name = l.lanes == 16  ? "llvm.x86.avx512.pmaddw.d.512"
                     : l.lanes == 8 ? "llvm.x86.avx2.pmadd.wd"
                                    : "llvm.x86.sse2.pmadd.wd";
    return l.call(name, {x, y});
  }
  static Value even(Lanes &l, Value x, bool isSigned) {
    if (!isSigned)
      return l.b.create<arith::AndIOp>(x, l.c(l.i16, 0xff));
    Value eight = l.c(l.i16, 8);
    return l.b.create<arith::ShRSIOp>(l.b.create<arith::ShLIOp>(x, eight),
                                      eight);
  }
  static Value odd(Lanes &l, Value x, bool isSigned) {
    Value eight = l.c(l.i16, 8);
    if (isSigned)
      return l.b.create<arith::ShRSIOp>(x, eight);
    return l.b.create<arith::ShRUIOp>(x, eight);
  }

  LogicalResult matchAndRewrite(kern::DotOp op,
                                PatternRewriter &rewriter) const override {
    if (!isFixed(op) || (hasBytes && fitsBytes(op)))
      return failure();
    bool signedW = op.getSignedWeights(), signedA = !op.getUnsignedInput();
    return emitChunks(op, rewriter, widest, 4, [&](Lanes &l, int64_t at) {
      auto [acc, bytes] = operandsAt(op, l, at);
      Value w = l.cast(l.i16, bytes);
      Value a = l.cast(l.i16, l.inputsOf(op, at));
      Value sum = pairs(l, even(l, w, signedW), even(l, a, signedA));
      acc = l.add(acc, sum);
      sum = pairs(l, odd(l, w, signedW), odd(l, a, signedA));
      return l.add(acc, sum);
    });
  }
  int64_t widest;
  bool hasBytes;
};

/// kern.unpack in 32-bit lanes: x86 shifts no bytes.
struct UnpackInWords : OpRewritePattern<kern::UnpackOp> {
  UnpackInWords(MLIRContext *context)
      : OpRewritePattern(context, /*benefit=*/2) {}
  LogicalResult matchAndRewrite(kern::UnpackOp op,
                                PatternRewriter &rewriter) const override {
    auto type = cast<VectorType>(op.getType());
    int64_t bytes = type.getNumElements();
    // Tables may want their codes in another order.
    auto isTable = [](Operation *user) { return isa<kern::LutOp>(user); };
    if (type.isScalable() || bytes % 4 || op.getBits() == 8 ||
        llvm::any_of(op->getUsers(), isTable))
      return failure();
    Lanes l(rewriter, op.getLoc(), bytes / 4);
    Value words = l.cast(l.i32, op.getBytes());
    int64_t shift = op.getField() * op.getBits();
    int64_t mask = 0x01010101ll * ((1 << op.getBits()) - 1);
    if (op.getInPlace())
      mask = static_cast<int32_t>(mask << shift);
    else if (shift)
      words = l.b.create<arith::ShRUIOp>(words, l.c(l.i32, shift));
    words = l.b.create<arith::AndIOp>(words, l.c(l.i32, mask));
    rewriter.replaceOp(op, l.cast(type, words));
    return success();
  }
};

} // namespace

void backend::populateHostLegalizePatterns(RewritePatternSet &patterns,
                                           const LlvmMachine &machine) {
  MLIRContext *context = patterns.getContext();
  bool wide = machine.hasFeature("avx512bw");
  bool avx2 = StringRef(machine.features).contains("+avx512") ||
              machine.hasFeature("avx2");
  patterns.add<UnpackInWords>(context);
  bool vnni = machine.hasFeature("avx512vnni");
  // AVX-512 without BW has no byte products of 512 bits, but those of AVX2.
  bool hasBytes = avx2 && !vnni;
  patterns.add<DotByPairs>(context, wide ? 16 : avx2 ? 8 : 4, hasBytes);
  if (avx2) {
    populateLutPatterns(patterns, wide);
    populateLookupPatterns(patterns, wide);
  }
  if (avx2 && !machine.hasFeature("avx512vpopcntdq"))
    populateHammingPatterns(patterns, wide ? 16 : 8);
  if (hasBytes)
    populateDotBytesPatterns(patterns, wide ? 16 : 8);
  if (vnni)
    patterns.add<DotByVnni>(context, machine.hasFeature("avx512vl"));
}
