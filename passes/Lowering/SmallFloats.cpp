//===- SmallFloats.cpp - Floats of 8 bits and fewer in f32 arithmetic -----===//
//
// A small float's exponent and mantissa, moved to where f32 has its own, are
// the value but for the difference of the biases, a power of two. That holds
// for subnormals, too, and no step rounds.
//
//===----------------------------------------------------------------------===//
#include "passes/Lowering/SmallFloats.h"
#include "dialects/Tern/Codes.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

using namespace mlir;
using namespace tern;
using namespace tern::lowering;
using arith::CmpIPredicate;

namespace {
/// i32 and f32 arithmetic on bits, of scalars or vectors.
class Bits {
public:
  /// On as many at once as `like` has.
  Bits(Emitter &b, Value like)
      : b(b), i32(typeLike(like, b.getI32Type())),
        f32(typeLike(like, b.getF32Type())) {}

  static Type typeLike(Value like, Type element) {
    auto vector = dyn_cast<VectorType>(like.getType());
    return vector ? vector.clone(element) : element;
  }

  Value integer(int64_t value) { return b.constant(i32, value); }
  Value real(float value) {
    TypedAttr attribute = b.getF32FloatAttr(value);
    if (auto vector = dyn_cast<VectorType>(f32))
      attribute = DenseElementsAttr::get(vector, value);
    return b.create<arith::ConstantOp>(attribute);
  }
  Value asReal(Value bits) { return b.create<arith::BitcastOp>(f32, bits); }
  Value asBits(Value real) { return b.create<arith::BitcastOp>(i32, real); }
  Value shl(Value x, int64_t n) {
    return b.create<arith::ShLIOp>(x, integer(n));
  }
  Value shr(Value x, int64_t n) {
    return b.create<arith::ShRUIOp>(x, integer(n));
  }
  Value mask(Value x, int64_t bits) {
    return b.create<arith::AndIOp>(x, integer(bits));
  }
  Value either(Value x, Value y) { return b.create<arith::OrIOp>(x, y); }
  Value is(CmpIPredicate how, Value x, int64_t y) {
    return b.create<arith::CmpIOp>(how, x, integer(y));
  }
  Value select(Value condition, Value yes, Value no) {
    return b.create<arith::SelectOp>(condition, yes, no);
  }

  Emitter &b;
  Type i32, f32;
};
} // namespace

static constexpr int f32Mantissa = 23, f32Bias = 127;
static constexpr int64_t f32Magnitude = 0x7fffffff, f32Infinity = 0x7f800000;

//===----------------------------------------------------------------------===//
// Decode
//===----------------------------------------------------------------------===//

/// Infinities and NaNs; `value` elsewhere. `magnitude` is without the sign.
static Value specials(Bits &x, const SmallFloat &f, Value code, Value magnitude,
                      Value value) {
  Value nan = x.real(NAN);
  if (f.fnuz)
    return x.select(x.is(CmpIPredicate::eq, code, 1 << f.magnitudeBits()), nan,
                    value);
  if (f.finite)
    return value;
  if (f.ieee)
    value = x.select(x.is(CmpIPredicate::eq, magnitude, f.greatest + 1),
                     x.real(INFINITY), value);
  int64_t last = f.ieee ? f.greatest + 1 : f.greatest;
  return x.select(x.is(CmpIPredicate::ugt, magnitude, last), nan, value);
}

/// 2^(code - 127); 255 is NaN.
static Value decodeE8M0(Bits &x, Value code) {
  // 2^-127 is subnormal in f32, half of the least normal number.
  Value power =
      x.select(x.is(CmpIPredicate::eq, code, 0),
               x.integer(1 << (f32Mantissa - 1)), x.shl(code, f32Mantissa));
  return x.select(x.is(CmpIPredicate::eq, code, 255), x.real(NAN),
                  x.asReal(power));
}

/// Entries of a table, by a choice for each bit of the code from bit `bit` on.
static Value choose(Bits &x, Value code, ArrayRef<float> table, int64_t bit) {
  if (table.size() == 1)
    return x.real(table[0]);
  Value high = choose(x, code, table.drop_front(table.size() / 2), bit - 1),
        low = choose(x, code, table.take_front(table.size() / 2), bit - 1);
  Value isSet = x.is(CmpIPredicate::ne, x.mask(code, 1 << bit), 0);
  return x.select(isSet, high, low);
}

Value lowering::decodeSmallFloat(Emitter &b, ir::CodeKind kind, Value bits) {
  Bits x(b, bits);
  Value code = b.create<arith::ExtUIOp>(x.i32, bits);
  if (kind == ir::CodeKind::E8M0)
    return decodeE8M0(x, code);
  if (ArrayRef<float> values = codebookOf(kind); !values.empty())
    return choose(x, code, values, 3);
  SmallFloat f = describeSmallFloat(kind);
  Value magnitude = x.mask(code, (1 << f.magnitudeBits()) - 1);
  Value value = b.create<arith::MulFOp>(
      x.asReal(x.shl(magnitude, f32Mantissa - f.mantissaBits)),
      x.real(std::ldexp(1.0f, f32Bias - f.bias)));
  value = specials(x, f, code, magnitude, value);
  Value sign = x.shl(x.mask(x.shr(code, f.magnitudeBits()), 1), 31);
  return x.asReal(x.either(x.asBits(value), sign));
}

//===----------------------------------------------------------------------===//
// Encode
//===----------------------------------------------------------------------===//

/// The nearest power of two, ties upwards; negative numbers and NaN are 255.
static Value encodeE8M0(Bits &x, Value all, Value magnitude) {
  // Adding half of the mantissa's range carries into the exponent; below the
  // least normal number there is only 2^-127 (code 0) to round from.
  Value code = x.shr(x.b.create<arith::AddIOp>(magnitude, x.integer(0x400000)),
                     f32Mantissa);
  Value small = x.select(x.is(CmpIPredicate::uge, magnitude, 0x600000),
                         x.integer(1), x.integer(0));
  code = x.select(x.is(CmpIPredicate::ult, magnitude, 0x800000), small, code);
  code = x.b.create<arith::MinUIOp>(code, x.integer(254));
  // Unsigned, everything beyond +infinity and not -0 is NaN or negative.
  Value wrong =
      x.b.create<arith::OrIOp>(x.is(CmpIPredicate::ugt, magnitude, f32Infinity),
                               x.is(CmpIPredicate::ugt, all, int64_t(1) << 31));
  return x.select(wrong, x.integer(255), code);
}

/// The nearest code of |value|, as if there were codes without end.
static Value roundMagnitude(Bits &x, const SmallFloat &f, Value magnitude) {
  int drop = f32Mantissa - f.mantissaBits;
  // Normal: to nearest even on the bits that stay.
  Value odd = x.mask(x.shr(magnitude, drop), 1);
  Value rounded = x.b.create<arith::AddIOp>(
      x.b.create<arith::AddIOp>(magnitude, x.integer((1 << (drop - 1)) - 1)),
      odd);
  Value normal = x.b.create<arith::SubIOp>(
      x.shr(rounded, drop),
      x.integer(int64_t(f32Bias - f.bias) << f.mantissaBits));
  // Subnormal: a multiple of the least one. Only small numbers are converted.
  int64_t leastNormal = int64_t(f32Bias + 1 - f.bias) << f32Mantissa;
  Value isSmall = x.is(CmpIPredicate::ult, magnitude, leastNormal);
  Value small = x.asReal(x.select(isSmall, magnitude, x.integer(0)));
  Value steps = x.b.create<math::RoundEvenOp>(x.b.create<arith::MulFOp>(
      small, x.real(std::ldexp(1.0f, f.mantissaBits + f.bias - 1))));
  return x.select(isSmall, x.b.create<arith::FPToSIOp>(x.i32, steps), normal);
}

Value lowering::encodeSmallFloat(Emitter &b, ir::CodeKind kind, Value value,
                                 bool saturate) {
  Bits x(b, value);
  Value all = x.asBits(value);
  Value magnitude = x.mask(all, f32Magnitude);
  Value code;
  if (kind == ir::CodeKind::E8M0) {
    code = encodeE8M0(x, all, magnitude);
  } else {
    SmallFloat f = describeSmallFloat(kind);
    int signBit = 1 << f.magnitudeBits();
    Value sign = x.shl(x.shr(all, 31), f.magnitudeBits());
    Value rounded = roundMagnitude(x, f, magnitude);
    Value nan = f.fnuz     ? x.integer(signBit)
                : f.finite ? x.integer(f.greatest)
                           : x.either(x.integer(signBit - 1), sign);
    Value limit = x.either(x.integer(f.greatest), sign);
    if (!saturate && !f.finite)
      limit = f.ieee ? x.either(x.integer(f.greatest + 1), sign) : nan;
    code = x.either(rounded, sign);
    if (f.fnuz) // -0 would be NaN
      code = x.select(x.is(CmpIPredicate::eq, rounded, 0), x.integer(0), code);
    code = x.select(x.is(CmpIPredicate::sgt, rounded, f.greatest), limit, code);
    code =
        x.select(x.is(CmpIPredicate::ugt, magnitude, f32Infinity), nan, code);
  }
  return b.create<arith::TruncIOp>(Bits::typeLike(value, b.getI8Type()), code);
}
