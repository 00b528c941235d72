//===- Codes.cpp - What codes mean, and how constants hold them -----------===//
#include "dialects/Tern/Codes.h"
#include "dialects/Onnx/Onnx.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace tern;
using ir::CodeKind;
using ir::QType;

Type tern::toTernElementType(Type type) {
  MLIRContext *context = type.getContext();
  auto small = [&](CodeKind kind) -> Type { return QType::get(context, kind); };
  return llvm::TypeSwitch<Type, Type>(type)
      .Case([&](IntegerType integer) -> Type {
        unsigned width = integer.getWidth();
        if (width == 1)
          return integer;
        if (width <= 16)
          return QType::get(
              context, integer.isUnsigned() ? CodeKind::UInt : CodeKind::SInt,
              width);
        return IntegerType::get(context, width);
      })
      .Case<Float8E4M3FNType>([&](Type) { return small(CodeKind::E4M3FN); })
      .Case<Float8E4M3FNUZType>([&](Type) { return small(CodeKind::E4M3FNUZ); })
      .Case<Float8E5M2Type>([&](Type) { return small(CodeKind::E5M2); })
      .Case<Float8E5M2FNUZType>([&](Type) { return small(CodeKind::E5M2FNUZ); })
      .Case<onnx_ir::Float4E2M1Type>(
          [&](Type) { return small(CodeKind::E2M1); })
      .Case<onnx_ir::Float8E8M0Type>(
          [&](Type) { return small(CodeKind::E8M0); })
      .Case<FloatType, QType>([](Type same) { return same; })
      .Default([](Type) { return Type(); });
}

SmallFloat tern::describeSmallFloat(CodeKind kind) {
  // Exponent and mantissa bits, bias, the greatest finite magnitude.
  switch (kind) {
  case CodeKind::E4M3FN:
    return {4, 3, 7, 0x7e, false, false, false};
  case CodeKind::E4M3FNUZ:
    return {4, 3, 8, 0x7f, true, false, false};
  case CodeKind::E5M2:
    return {5, 2, 15, 0x7b, false, true, false};
  case CodeKind::E5M2FNUZ:
    return {5, 2, 16, 0x7f, true, false, false};
  default:
    return {2, 1, 1, 0x7, false, false, true}; // E2M1
  }
}

ArrayRef<float> tern::codebookOf(CodeKind kind) {
  static constexpr float nf4[] = {
      -1,           -0.69619280f, -0.52507305f, -0.39491749f,
      -0.28444138f, -0.18477343f, -0.09105004f, 0,
      0.07958030f,  0.16093020f,  0.24611230f,  0.33791524f,
      0.44070983f,  0.56261700f,  0.72295684f,  1};
  static constexpr float bnb4[] = {
      0,           0.0052083333f,  0.6666667f,  1,
      0.3333333f,  0.5f,           0.1666667f,  0.25f,
      -0.0f,       -0.0052083333f, -0.6666667f, -1,
      -0.3333333f, -0.5f,          -0.1666667f, -0.25f};
  return kind == CodeKind::NF4    ? ArrayRef<float>(nf4)
         : kind == CodeKind::BNB4 ? ArrayRef<float>(bnb4)
                                  : ArrayRef<float>();
}

float tern::decodeFloat(CodeKind kind, uint8_t bits) {
  if (ArrayRef<float> values = codebookOf(kind); !values.empty())
    return values[bits & 15];
  if (kind == CodeKind::E8M0)
    return bits == 255 ? NAN : std::ldexp(1.0f, int(bits) - 127);
  SmallFloat f = describeSmallFloat(kind);
  int magnitudeBits = f.exponentBits + f.mantissaBits;
  int sign = (bits >> magnitudeBits) & 1;
  int magnitude = bits & ((1 << magnitudeBits) - 1);
  int exponent = magnitude >> f.mantissaBits;
  int mantissa = magnitude & ((1 << f.mantissaBits) - 1);
  int top = (1 << f.exponentBits) - 1;
  if (f.fnuz && sign && magnitude == 0)
    return NAN;
  if (f.ieee && exponent == top)
    return mantissa ? NAN : (sign ? -INFINITY : INFINITY);
  if (kind == CodeKind::E4M3FN && magnitude == 0x7f)
    return NAN;
  float value = exponent
                    ? std::ldexp(float(mantissa + (1 << f.mantissaBits)),
                                 exponent - f.bias - f.mantissaBits)
                    : std::ldexp(float(mantissa), 1 - f.bias - f.mantissaBits);
  return sign ? -value : value;
}

/// e8m0 keeps only an exponent: the nearest power of two, ties upwards.
static uint8_t encodeE8M0(float value) {
  if (std::isnan(value) || value < 0)
    return 255;
  if (std::isinf(value))
    return 254;
  if (value <= std::ldexp(1.0f, -127))
    return 0;
  int exponent;
  float fraction = std::frexp(value, &exponent); // [0.5, 1)
  int code = exponent - 1 + (fraction >= 0.75f) + 127;
  return static_cast<uint8_t>(std::min(code, 254));
}

uint8_t tern::encodeFloat(CodeKind kind, float value, bool saturate) {
  if (kind == CodeKind::E8M0)
    return encodeE8M0(value);
  SmallFloat f = describeSmallFloat(kind);
  int magnitudeBits = f.exponentBits + f.mantissaBits;
  uint8_t signBit =
      static_cast<uint8_t>(std::signbit(value) ? 1 << magnitudeBits : 0);
  uint8_t nan =
      f.fnuz ? 1 << magnitudeBits : ((1 << magnitudeBits) - 1) | signBit;
  int greatest = f.greatest;
  uint8_t beyond = f.ieee ? (greatest + 1) | signBit : nan;
  if (f.finite)
    beyond = static_cast<uint8_t>(greatest) | signBit;
  if (std::isnan(value))
    return f.finite ? static_cast<uint8_t>(greatest) : nan;
  uint8_t limit = saturate ? static_cast<uint8_t>(greatest) | signBit : beyond;
  float magnitude = std::fabs(value);
  if (std::isinf(magnitude))
    return limit;
  // Round on the grid of the value's binade (subnormals share the first one).
  int exponent = magnitude == 0 ? 1 - f.bias : std::ilogb(magnitude);
  exponent = std::max(exponent, 1 - f.bias);
  long steps = std::lrint(std::ldexp(magnitude, f.mantissaBits - exponent));
  long code =
      steps + (static_cast<long>(exponent + f.bias - 1) << f.mantissaBits);
  if (code > greatest)
    return limit;
  if (f.fnuz && code == 0)
    return 0;
  return static_cast<uint8_t>(code) | signBit;
}

/// Whether a constant packs several codes of this width into a byte.
static bool packsInConstants(unsigned bits) {
  return bits == 1 || bits == 2 || bits == 4;
}

int64_t tern::constantBits(QType type) {
  return packsInConstants(type.getBits()) ? type.getBits()
                                          : 8 * type.getStorageBytes();
}

int64_t tern::constantBytes(QType type, int64_t count) {
  return (count * constantBits(type) + 7) / 8;
}

CodeReader::CodeReader(QType type, ArrayRef<char> blob)
    : blob(blob), width(type.getBits()), mask((1u << width) - 1),
      isPacked(packsInConstants(width)) {
  switch (type.getKind()) {
  case CodeKind::SInt:
    sign = 1 << (width - 1);
    break;
  case CodeKind::Binary:
    scale = 2, offset = 1;
    break;
  case CodeKind::Ternary:
    offset = 1;
    break;
  default:
    break;
  }
}
