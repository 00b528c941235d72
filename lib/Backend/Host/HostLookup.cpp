//===- HostLookup.cpp - Tables of bytes made at run time ------------------===//
//
// vpshufb picks bytes inside 16: with the table in each 16 bytes of a register,
// every byte is looked up at once.
//
//===----------------------------------------------------------------------===//
#include "lib/Backend/Host/HostLanes.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

/// The bits that may be set in a byte of a vector.
static uint8_t bitsOf(Value bytes) {
  if (auto both = bytes.getDefiningOp<arith::OrIOp>())
    return bitsOf(both.getLhs()) | bitsOf(both.getRhs());
  if (auto both = bytes.getDefiningOp<arith::AndIOp>())
    return bitsOf(both.getLhs()) & bitsOf(both.getRhs());
  DenseIntElementsAttr constant;
  if (!matchPattern(bytes, m_Constant(&constant)) ||
      !constant.getElementType().isInteger(8))
    return 0xff;
  uint8_t bits = 0;
  for (const APInt &byte : constant.getValues<APInt>())
    bits |= static_cast<uint8_t>(byte.getZExtValue());
  return bits;
}

/// Indices that are half of a byte, without the mask: vpshufb looks at bits 0
/// to 3 and 7, and neither half sets its highest one.
static Value withoutMask(Lanes &l, Value indices) {
  auto unpack = indices.getDefiningOp<kern::UnpackOp>();
  if (!unpack || unpack.getBits() != 4 || unpack.getInPlace() ||
      bitsOf(unpack.getBytes()) & 0x88)
    return indices;
  if (unpack.getField() == 0)
    return unpack.getBytes();
  auto type = cast<VectorType>(indices.getType());
  auto words = VectorType::get({type.getNumElements() / 4}, l.b.getI32Type());
  Value shifted = l.b.create<arith::ShRUIOp>(l.cast(words, unpack.getBytes()),
                                             l.c(words, 4));
  return l.cast(type, shifted);
}

namespace {
struct LookupByShuffle : OpRewritePattern<kern::LookupOp> {
  LookupByShuffle(MLIRContext *context, bool wide)
      : OpRewritePattern(context, /*benefit=*/3), wide(wide) {}

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
    Value indices = withoutMask(l, op.getIndices());
    StringRef name = chunk == 64   ? "llvm.x86.avx512.pshuf.b.512"
                     : chunk == 32 ? "llvm.x86.avx2.pshuf.b"
                                   : "llvm.x86.ssse3.pshuf.b.128";
    Value result = rewriter.create<arith::ConstantOp>(
        op.getLoc(), rewriter.getZeroAttr(type));
    for (int64_t at = 0; at < total; at += chunk) {
      Value part = l.call(name, {table, l.bytesOf(indices, at)}, bytes);
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
