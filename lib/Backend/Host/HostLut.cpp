//===- HostLut.cpp - Tables of floats in vector registers -----------------===//
//
// vpshufb picks bytes of a register by indices in another: where there are 16
// or 32 codes, floats are put together from bytes. vpermps does the same for
// lanes: a table of as many entries as a register has lanes is one instruction.
//
//===----------------------------------------------------------------------===//
#include "lib/Backend/Host/HostLanes.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

namespace {
/// Floats byte by byte: a shuffle finds a byte of 32 of them, and bytes that
/// are 0 in all entries cost nothing. Interleaved bytes are halves of floats;
/// those of even places and of odd ones end in lanes of their own. So that
/// lanes are in the order of the codes, these are permuted first, before they
/// are unpacked.
struct LutByBytes : OpRewritePattern<kern::LutOp> {
  LutByBytes(MLIRContext *context) : OpRewritePattern(context, /*benefit=*/3) {}

  /// Where byte `at` of 32 permuted codes, or of 16 that are doubled, comes
  /// from.
  static int64_t sourceOf(int64_t at, int64_t codes) {
    int64_t half = at / 16, place = at % 8, high = at % 16 / 8;
    int64_t code = 4 * half + place / 2 + 8 * (place % 2);
    return (16 * high + code) % codes;
  }

  /// Permutes 32 bytes from `at` on, or 16 of them.
  static Value permuted(Lanes &l, Value bytes, int64_t at, int64_t count) {
    SmallVector<int64_t> order;
    for (int64_t i = 0; i < 32; ++i)
      order.push_back(at + sourceOf(i, count));
    return l.b.create<vector::ShuffleOp>(bytes, bytes, order);
  }

  /// Byte `which` of the entries of all codes.
  static Value find(Lanes &l, ArrayRef<float> table, Value codes, int which) {
    SmallVector<int8_t> bytes;
    for (int i = 0; i < 32; ++i) {
      auto bits = llvm::bit_cast<uint32_t>(table[i % 16 % table.size()]);
      bytes.push_back(static_cast<int8_t>(bits >> 8 * which));
    }
    auto type = cast<VectorType>(codes.getType());
    Value entries = l.b.create<arith::ConstantOp>(
        DenseElementsAttr::get(type, ArrayRef<int8_t>(bytes)));
    if (llvm::all_of(bytes, [](int8_t byte) { return byte == 0; }))
      return entries;
    return l.call("llvm.x86.avx2.pshuf.b", {entries, codes}, type);
  }

  /// Bytes of x and y by turns, from the low or the high half of each 128 bits,
  /// as words.
  static Value interleave(Lanes &l, Value x, Value y, bool high) {
    SmallVector<int64_t> indices;
    for (int64_t first : {0, 16})
      for (int64_t i = 0; i < 8; ++i) {
        int64_t at = first + (high ? 8 : 0) + i;
        indices.append({at, 32 + at});
      }
    return l.cast(l.i32, l.b.create<vector::ShuffleOp>(x, y, indices));
  }

  /// The floats of permuted codes, 8 to a vector.
  static SmallVector<Value> pick(Lanes &l, ArrayRef<float> table, Value codes,
                                 int64_t count) {
    Value bytes[4];
    for (int i = 0; i < 4; ++i)
      bytes[i] = find(l, table, codes, i);
    auto floats = VectorType::get({8}, l.b.getF32Type());
    Value sixteen = l.c(l.i32, 16), lowHalf = l.c(l.i32, 0xffff),
          highHalf = l.c(l.i32, int32_t(0xffff0000));
    SmallVector<Value> result;
    auto join = [&](Value x, Value y) {
      result.push_back(l.cast(floats, l.b.create<arith::OrIOp>(x, y)));
    };
    for (bool high : {false, true}) {
      if (high && count == 16)
        break;
      Value lows = interleave(l, bytes[0], bytes[1], high),
            highs = interleave(l, bytes[2], bytes[3], high);
      join(l.b.create<arith::ShLIOp>(highs, sixteen),
           l.b.create<arith::AndIOp>(lows, lowHalf));
      join(l.b.create<arith::AndIOp>(highs, highHalf),
           l.b.create<arith::ShRUIOp>(lows, sixteen));
    }
    return result;
  }

  /// `count` codes from `at` on, permuted.
  static Value codesAt(Lanes &l, Value codes, int64_t at, int64_t count) {
    auto unpack = codes.getDefiningOp<kern::UnpackOp>();
    if (!unpack)
      return permuted(l, codes, at, count);
    return l.b.create<kern::UnpackOp>(permuted(l, unpack.getBytes(), at, count),
                                      unpack.getBits(), unpack.getField());
  }

  LogicalResult matchAndRewrite(kern::LutOp op,
                                PatternRewriter &rewriter) const override {
    auto type = cast<VectorType>(op.getType());
    int64_t total = type.getNumElements(), count = total % 32 ? 16 : 32;
    if (type.isScalable() || total % count)
      return rewriter.notifyMatchFailure(op, "fills no register with bytes");
    Lanes l(rewriter, op.getLoc(), 8);
    Value result = l.b.create<arith::ConstantOp>(rewriter.getZeroAttr(type));
    for (int64_t at = 0; at < total; at += count) {
      Value codes = codesAt(l, op.getCodes(), at, count);
      auto parts = pick(l, op.getTable(), codes, count);
      for (auto [i, part] : llvm::enumerate(parts))
        result = l.b.create<vector::InsertStridedSliceOp>(
            part, result, ArrayRef<int64_t>{at + 8 * int64_t(i)},
            ArrayRef<int64_t>{1});
    }
    rewriter.replaceOp(op, result);
    return success();
  }
};

struct LutByPermute : OpRewritePattern<kern::LutOp> {
  LutByPermute(MLIRContext *context, bool wide)
      : OpRewritePattern(context, /*benefit=*/2), wide(wide) {}

  /// Entries [first, first + lanes) of the table, repeated where it ends.
  static Value entries(Lanes &l, ArrayRef<float> table, int64_t first) {
    SmallVector<float> numbers;
    for (int64_t i = 0; i < l.lanes; ++i)
      numbers.push_back(table[(first + i) % table.size()]);
    auto type = VectorType::get({l.lanes}, l.b.getF32Type());
    return l.b.create<arith::ConstantOp>(
        DenseElementsAttr::get(type, ArrayRef<float>(numbers)));
  }

  static Value pick(Lanes &l, kern::LutOp op, int64_t at) {
    Value codes = sliceVector(l.b, l.b.getLoc(), op.getCodes(), at, l.lanes);
    Value index = l.b.create<arith::ExtUIOp>(l.i32, codes);
    ArrayRef<float> table = op.getTable();
    Value low = entries(l, table, 0);
    auto floats = cast<VectorType>(low.getType());
    StringRef permute = l.lanes == 16 ? "llvm.x86.avx512.permvar.sf.512"
                                      : "llvm.x86.avx2.permps";
    low = l.call(permute, {low, index}, floats);
    if (static_cast<int64_t>(table.size()) <= l.lanes)
      return low;
    Value high = l.call(permute, {entries(l, table, 8), index}, floats);
    // Bit 3 of the code, as a sign, says which. (LLVM makes bytes of a
    // comparison, and widens them again.)
    Value sign = l.b.create<arith::ShLIOp>(index, l.c(l.i32, 28));
    return l.call("llvm.x86.avx.blendv.ps.256",
                  {low, high, l.cast(floats, sign)}, floats);
  }

  LogicalResult matchAndRewrite(kern::LutOp op,
                                PatternRewriter &rewriter) const override {
    if (cast<VectorType>(op.getType()).isScalable())
      return rewriter.notifyMatchFailure(op, "of unknown length");
    return emitChunks(op, rewriter, wide ? 16 : 8, 8,
                      [&](Lanes &l, int64_t at) { return pick(l, op, at); });
  }
  bool wide;
};
} // namespace

void backend::populateLutPatterns(RewritePatternSet &patterns, bool wide) {
  patterns.add<LutByBytes>(patterns.getContext());
  patterns.add<LutByPermute>(patterns.getContext(), wide);
}
