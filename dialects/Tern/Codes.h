//===- Codes.h - What codes mean, and how constants hold them -------------===//
#pragma once
#include "dialects/Tern/Tern.h"

namespace tern {

/// The tensor-level element type of an ONNX element type: integers of up to 16
/// bits and small floats become !tern.q, 32 and 64 bit integers signless; bool
/// and larger floats stay. Null for strings, complex and opaque types.
mlir::Type toTernElementType(mlir::Type onnxElementType);

/// How the bits of a small float read: a sign, `exponentBits`, `mantissaBits`.
/// Not of e8m0, which has an exponent alone.
struct SmallFloat {
  int exponentBits, mantissaBits, bias;
  /// The bits of the greatest finite magnitude.
  int greatest;
  /// No infinity; NaN is negative zero.
  bool fnuz;
  /// IEEE-like: the greatest exponent is infinity and NaN.
  bool ieee;
  /// No NaN and no infinity at all.
  bool finite;

  int magnitudeBits() const { return exponentBits + mantissaBits; }
};
SmallFloat describeSmallFloat(ir::CodeKind kind);

/// The 16 values of a codebook; empty for other kinds. nf4: quantiles of the
/// normal distribution (QLoRA, appendix E); bnb4: a sign and eight magnitudes
/// (the "fp4" of bitsandbytes and of com.microsoft's MatMulBnb4).
llvm::ArrayRef<float> codebookOf(ir::CodeKind kind);

/// Decoded value of a small float's bits (e4m3, e5m2, e2m1, e8m0 and the FNUZ
/// kinds; OCP 8-bit Floating Point Specification 1.0, OCP MX 1.0, ONNX), or of
/// a codebook's code.
float decodeFloat(ir::CodeKind kind, uint8_t bits);
/// Bits of the nearest small float, ties to even; not of a codebook.
uint8_t encodeFloat(ir::CodeKind kind, float value, bool saturate);

/// Bits that a code takes in a constant.
int64_t constantBits(ir::QType type);

/// Bytes of a constant of `count` codes in a tern.weight without a layout.
int64_t constantBytes(ir::QType type, int64_t count);

/// Reads codes out of a tern.weight's blob without a layout.
class CodeReader {
public:
  CodeReader(ir::QType type, llvm::ArrayRef<char> blob);
  /// The raw bits of code `i`.
  unsigned bits(int64_t i) const {
    auto byte = [&](int64_t at) -> unsigned {
      return static_cast<uint8_t>(blob[at]);
    };
    if (isPacked) {
      int64_t at = i * width;
      return (byte(at / 8) >> (at % 8)) & mask;
    }
    return (width > 8 ? byte(2 * i) | byte(2 * i + 1) << 8 : byte(i)) & mask;
  }
  /// The integer value of code `i`; integer kinds only.
  int value(int64_t i) const {
    int raw = static_cast<int>(bits(i));
    return scale * ((raw ^ sign) - sign) - offset;
  }

private:
  llvm::ArrayRef<char> blob;
  unsigned width, mask;
  bool isPacked;
  /// value = scale * (raw, its bit `sign` being negative) - offset.
  int sign = 0, scale = 1, offset = 0;
};

} // namespace tern
