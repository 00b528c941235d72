//===- LlvmSmallFloats.cpp - f16 and bf16 by integer operations -----------===//
//
// Compilers turn these conversions into calls of functions that some runtime
// libraries lack (and crash on scalable vectors of them). In the kernels both
// types are therefore 16 bits of storage, converted by the sequences below,
// which work alike on scalars and on vectors.
//
//===----------------------------------------------------------------------===//
#include "lib/Backend/Common/LlvmLegalize.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

namespace {

/// `type` with another element type: vectors stay vectors.
Type withElement(Type type, Type element) {
  if (auto vector = dyn_cast<VectorType>(type))
    return vector.cloneWith(std::nullopt, element);
  return element;
}

/// Emits integer arithmetic of one width on scalars or vectors alike.
struct Emitter {
  ImplicitLocOpBuilder b;
  Type i16, i32, f32; ///< of the shape at hand

  Emitter(PatternRewriter &rewriter, Location loc, Type shape)
      : b(loc, rewriter), i16(withElement(shape, b.getI16Type())),
        i32(withElement(shape, b.getI32Type())),
        f32(withElement(shape, b.getF32Type())) {}

  Value c(int64_t v) { return intConstant(b, b.getLoc(), i32, v); }
  Value add(Value x, Value y) { return b.create<arith::AddIOp>(x, y); }
  Value sub(Value x, Value y) { return b.create<arith::SubIOp>(x, y); }
  Value band(Value x, int64_t m) { return b.create<arith::AndIOp>(x, c(m)); }
  Value bor(Value x, Value y) { return b.create<arith::OrIOp>(x, y); }
  Value shl(Value x, int n) { return b.create<arith::ShLIOp>(x, c(n)); }
  Value shr(Value x, int n) { return b.create<arith::ShRUIOp>(x, c(n)); }
  Value cast(Type t, Value x) { return b.create<arith::BitcastOp>(t, x); }
  Value pick(Value p, Value x, Value y) {
    return b.create<arith::SelectOp>(p, x, y);
  }
  Value less(Value x, int64_t limit) {
    return b.create<arith::CmpIOp>(arith::CmpIPredicate::ult, x, c(limit));
  }
  Value f32Constant(float value) {
    return cast(f32, c(static_cast<int32_t>(llvm::bit_cast<uint32_t>(value))));
  }

  Value widenBits(Value small) {
    return b.create<arith::ExtUIOp>(i32, cast(i16, small));
  }

  /// Exponent and fraction move to f32's places; a multiplication by 2^112
  /// corrects the bias and normalises subnormals, exactly.
  Value f16ToF32(Value half) {
    Value bits = widenBits(half);
    Value rest = band(bits, 0x7fff);
    Value moved = shl(rest, 13);
    Value finite =
        b.create<arith::MulFOp>(cast(f32, moved), f32Constant(0x1p112f));
    Value special = bor(moved, c(0x7f800000));
    Value size = pick(less(rest, 0x7c00), cast(i32, finite), special);
    return cast(f32, bor(size, shl(band(bits, 0x8000), 16)));
  }

  Value bf16ToF32(Value small) { return cast(f32, shl(widenBits(small), 16)); }

  /// Normal results round by integer addition, subnormal ones by adding 0.5,
  /// whose last place is 2^-24, f16's smallest step.
  Value f32ToF16(Value value) {
    Value bits = cast(i32, value);
    Value size = band(bits, 0x7fffffff);
    Value odd = band(shr(size, 13), 1);
    Value normal = shr(add(add(size, c(int32_t(0xc8000fff))), odd), 13);
    Value sum = b.create<arith::AddFOp>(cast(f32, size), f32Constant(0.5f));
    Value tiny = sub(cast(i32, sum), c(0x3f000000));
    Value finite = pick(less(size, 0x38800000), tiny, normal);
    Value special = pick(less(size, 0x7f800001), c(0x7c00), c(0x7e00));
    Value result = pick(less(size, 0x47800000), finite, special);
    return b.create<arith::TruncIOp>(i16,
                                     bor(result, band(shr(bits, 16), 0x8000)));
  }

  Value f32ToBF16(Value value) {
    Value bits = cast(i32, value);
    Value odd = band(shr(bits, 16), 1);
    Value rounded = shr(add(add(bits, c(0x7fff)), odd), 16);
    Value nan = bor(band(shr(bits, 16), 0x8000), c(0x7fc0));
    Value isNumber = less(band(bits, 0x7fffffff), 0x7f800001);
    return b.create<arith::TruncIOp>(i16, pick(isNumber, rounded, nan));
  }

  /// f64 -> f32 rounded to odd: towards zero, with the last bit set when
  /// inexact. A second rounding to at most 22 bits is then as if done once.
  Value f64ToOddF32(Value value) {
    Type f64 = value.getType();
    Value nearest = b.create<arith::TruncFOp>(f32, value);
    Value back = b.create<arith::ExtFOp>(f64, nearest);
    Value inexact =
        b.create<arith::CmpFOp>(arith::CmpFPredicate::ONE, back, value);
    Value size = b.create<math::AbsFOp>(value);
    Value backSize = b.create<math::AbsFOp>(back);
    Value above =
        b.create<arith::CmpFOp>(arith::CmpFPredicate::OGT, backSize, size);
    Value bits = cast(i32, nearest);
    Value down = pick(above, sub(bits, c(1)), bits);
    return cast(f32, pick(inexact, bor(down, c(1)), down));
  }
};

struct WidenFloat : OpRewritePattern<arith::ExtFOp> {
  WidenFloat(MLIRContext *context, bool nativeF16)
      : OpRewritePattern(context), nativeF16(nativeF16) {}
  LogicalResult matchAndRewrite(arith::ExtFOp op,
                                PatternRewriter &rewriter) const override {
    Type source = getElementTypeOrSelf(op.getIn().getType());
    bool half = source.isF16();
    if (!source.isBF16() && !(half && !nativeF16))
      return failure();
    Emitter e(rewriter, op.getLoc(), op.getType());
    Value wide = half ? e.f16ToF32(op.getIn()) : e.bf16ToF32(op.getIn());
    if (wide.getType() != op.getType())
      wide = e.b.create<arith::ExtFOp>(op.getType(), wide);
    rewriter.replaceOp(op, wide);
    return success();
  }
  bool nativeF16;
};

struct NarrowFloat : OpRewritePattern<arith::TruncFOp> {
  NarrowFloat(MLIRContext *context, bool nativeF16)
      : OpRewritePattern(context), nativeF16(nativeF16) {}
  LogicalResult matchAndRewrite(arith::TruncFOp op,
                                PatternRewriter &rewriter) const override {
    Type type = getElementTypeOrSelf(op.getType());
    bool wide = getElementTypeOrSelf(op.getIn().getType()).isF64();
    bool native = type.isF16() && nativeF16;
    if ((!type.isF16() && !type.isBF16()) || (native && !wide))
      return failure();
    Emitter e(rewriter, op.getLoc(), op.getType());
    Value value = wide ? e.f64ToOddF32(op.getIn()) : op.getIn();
    if (native) {
      rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, op.getType(), value);
      return success();
    }
    Value bits = type.isF16() ? e.f32ToF16(value) : e.f32ToBF16(value);
    rewriter.replaceOpWithNewOp<arith::BitcastOp>(op, op.getType(), bits);
    return success();
  }
  bool nativeF16;
};

} // namespace

void backend::populateSmallFloatPatterns(RewritePatternSet &patterns,
                                         bool nativeF16) {
  patterns.add<WidenFloat, NarrowFloat>(patterns.getContext(), nativeF16);
}
