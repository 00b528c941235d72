//===- HostLookup.cpp - Tables of bytes made at run time ------------------===//
//
// vpshufb picks bytes inside 16: with the table in each 16 bytes of a register,
// every byte is looked up at once.
//
//===----------------------------------------------------------------------===//
#include "lib/Backend/Host/HostLanes.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

namespace {
struct LookupByShuffle : OpRewritePattern<kern::LookupOp> {
  LookupByShuffle(MLIRContext *context, bool wide)
      : OpRewritePattern(context, /*benefit=*/2), wide(wide) {}

  /// The table over and over, as a word of its size in every lane.
  static Value repeated(Lanes &l, Value table, VectorType bytes) {
    int64_t size = std::min<int64_t>(
        16, cast<VectorType>(table.getType()).getNumElements());
    table = sliceVector(l.b, l.b.getLoc(), table, 0, size);
    if (size == 16) {
      SmallVector<int64_t> places;
      for (int64_t i = 0; i < bytes.getNumElements(); ++i)
        places.push_back(i % size);
      return l.b.create<vector::ShuffleOp>(table, table, places);
    }
    Type word = l.b.getIntegerType(8 * size);
    Value one = l.b.create<vector::ExtractOp>(
        l.cast(VectorType::get({1}, word), table), 0);
    auto words = VectorType::get({bytes.getNumElements() / size}, word);
    return l.cast(bytes, l.b.create<vector::BroadcastOp>(words, one));
  }

  LogicalResult matchAndRewrite(kern::LookupOp op,
                                PatternRewriter &rewriter) const override {
    auto type = cast<VectorType>(op.getType());
    int64_t total = type.getNumElements(), chunk = wide ? 64 : 32;
    while (chunk > total || total % chunk)
      chunk /= 2;
    if (type.isScalable() || chunk < 16)
      return rewriter.notifyMatchFailure(op, "fills no register");
    Lanes l(rewriter, op.getLoc(), chunk / 4);
    auto bytes = VectorType::get({chunk}, rewriter.getI8Type());
    Value table = repeated(l, op.getTable(), bytes);
    StringRef name = chunk == 64   ? "llvm.x86.avx512.pshuf.b.512"
                     : chunk == 32 ? "llvm.x86.avx2.pshuf.b"
                                   : "llvm.x86.ssse3.pshuf.b.128";
    Value result = rewriter.create<arith::ConstantOp>(
        op.getLoc(), rewriter.getZeroAttr(type));
    for (int64_t at = 0; at < total; at += chunk) {
      Value part = l.call(name, {table, l.bytesOf(op.getIndices(), at)}, bytes);
      if (chunk == total)
        result = part;
      else
        result = l.b.create<vector::InsertStridedSliceOp>(
            part, result, ArrayRef<int64_t>{at}, ArrayRef<int64_t>{1});
    }
    rewriter.replaceOp(op, result);
    return success();
  }
  bool wide;
};
} // namespace

void backend::populateLookupPatterns(RewritePatternSet &patterns, bool wide) {
  patterns.add<LookupByShuffle>(patterns.getContext(), wide);
}
