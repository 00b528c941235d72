//===- HostLut.cpp - Tables of floats in vector registers -----------------===//
//
// vpermps picks lanes of a register by indices in another: a table of as many
// entries as a register has lanes is one instruction.
//
//===----------------------------------------------------------------------===//
#include "lib/Backend/Host/HostLanes.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

namespace {
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
    auto type = cast<VectorType>(op.getType());
    int64_t total = type.getNumElements(), chunk = wide ? 16 : 8;
    while (chunk > total || total % chunk)
      chunk /= 2;
    if (type.isScalable() || chunk < 8)
      return rewriter.notifyMatchFailure(op, "fills no register");
    Lanes l(rewriter, op.getLoc(), chunk);
    Value result = rewriter.create<arith::ConstantOp>(
        op.getLoc(), rewriter.getZeroAttr(type));
    for (int64_t at = 0; at < total; at += chunk) {
      Value part = pick(l, op, at);
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

void backend::populateLutPatterns(RewritePatternSet &patterns, bool wide) {
  patterns.add<LutByPermute>(patterns.getContext(), wide);
}
