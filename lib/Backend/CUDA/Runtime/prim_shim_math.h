/*===- prim_shim_math.h - 16-bit floats and fragments, on a CPU -------------===
 *
 * What the PTX ISA defines for mma, ldmatrix, lop3, prmt, dp4a and f16x2, as
 * plain functions of values. Integers are exact (they wrap around). Each half
 * result is rounded once. The float mma is the one thing that hardware does not
 * define to the bit: here products are exact, they and the accumulator are
 * summed in f64 in order of depth, and the sum is rounded to f32 once.
 *===----------------------------------------------------------------------===*/
#ifndef TERN_PRIM_SHIM_MATH_H
#define TERN_PRIM_SHIM_MATH_H

#include <cmath>
#include <cstdint>
#include <cstring>

#pragma GCC visibility push(hidden)
namespace tern_shim {

template <typename To, typename From> To bitsOf(From from) {
  static_assert(sizeof(To) == sizeof(From), "the same bits");
  To to;
  memcpy(&to, &from, sizeof to);
  return to;
}

/*===- 16-bit floats ------------------------------------------------------===*/

inline float fromF16(uint16_t half) {
  uint32_t rest = half & 0x7fffu, sign = (uint32_t)(half & 0x8000) << 16;
  uint32_t exponent = rest >= 0x7c00 ? 0x70000000u : 0x38000000u;
  float magnitude = rest < 0x400 ? (float)rest * 0x1p-24f
                                 : bitsOf<float>((rest << 13) + exponent);
  return bitsOf<float>(bitsOf<uint32_t>(magnitude) | sign);
}

inline float fromBf16(uint16_t bits) {
  return bitsOf<float>((uint32_t)bits << 16);
}

/* To nearest, ties to even; NaN is 0x7fff, as the device has it. */
inline uint16_t toF16(double value) {
  if (value != value)
    return 0x7fff;
  uint64_t bits = bitsOf<uint64_t>(value);
  uint16_t sign = (uint16_t)(bits >> 48 & 0x8000);
  int exponent = (int)(bits >> 52 & 0x7ff) - 1023;
  if (exponent >= 16)
    return sign | 0x7c00;
  if (exponent < -25)
    return sign;
  /* The last bit that stays is 2^-24, or 10 bits below the first. */
  int drop = exponent < -14 ? 42 + (-14 - exponent) : 42;
  uint64_t mantissa = (bits & 0xfffffffffffff) | (uint64_t(1) << 52);
  uint64_t kept = mantissa >> drop, half = uint64_t(1) << (drop - 1);
  uint64_t lost = mantissa & ((uint64_t(1) << drop) - 1);
  kept += lost > half || (lost == half && (kept & 1));
  uint64_t base = exponent < -14 ? 0 : (uint64_t)(exponent + 14) << 10;
  return (uint16_t)(sign | (base + kept)); /* a carry goes to the exponent */
}

/* a + b, with the last bit set when anything was lost: rounding that once
 * more to a much shorter format is rounding once. */
inline double addToOdd(double a, double b) {
  double sum = a + b;
  if (!(std::fabs(sum) <= 0x1p1000))
    return sum;
  double part = sum - a, lost = (a - (sum - part)) + (b - part);
  uint64_t bits = bitsOf<uint64_t>(sum);
  if (lost == 0 || (bits & 1))
    return sum;
  return bitsOf<double>((lost > 0) == (sum > 0) ? bits + 1 : bits - 1);
}

inline uint16_t lowHalf(int32_t pair) { return (uint16_t)pair; }
inline uint16_t highHalf(int32_t pair) {
  return (uint16_t)((uint32_t)pair >> 16);
}
inline int32_t pack(uint16_t low, uint16_t high) {
  return (int32_t)(low | (uint32_t)high << 16);
}

/* Differences and products of two halves are exact in f64. */
inline uint16_t subHalf(uint16_t a, uint16_t b) {
  return toF16((double)fromF16(a) - (double)fromF16(b));
}
inline uint16_t mulHalf(uint16_t a, uint16_t b) {
  return toF16((double)fromF16(a) * (double)fromF16(b));
}
inline uint16_t fmaHalf(uint16_t a, uint16_t b, uint16_t c) {
  double product = (double)fromF16(a) * (double)fromF16(b);
  return toF16(addToOdd(product, (double)fromF16(c)));
}

/*===- Registers ----------------------------------------------------------===*/

/* Byte i of a register, as `T` (int8_t or uint8_t). */
template <typename T> int32_t byteOf(int32_t word, int i) {
  return (T)((uint32_t)word >> (8 * i));
}

template <typename A, typename B>
int32_t dotBytes(int32_t a, int32_t b, int32_t acc) {
  uint32_t sum = (uint32_t)acc;
  for (int i = 0; i < 4; ++i)
    sum += (uint32_t)(byteOf<A>(a, i) * byteOf<B>(b, i));
  return (int32_t)sum;
}

inline int32_t lop3(int32_t a, int32_t b, int32_t c, int lut) {
  int32_t result = 0;
  for (int row = 0; row < 8; ++row)
    if (lut >> row & 1)
      result |= (row & 4 ? a : ~a) & (row & 2 ? b : ~b) & (row & 1 ? c : ~c);
  return result;
}

inline int32_t permute(int32_t a, int32_t b, int32_t selector) {
  uint64_t bytes = (uint32_t)a | (uint64_t)(uint32_t)b << 32;
  uint32_t result = 0;
  for (int i = 0; i < 4; ++i) {
    int name = selector >> (4 * i) & 15;
    uint32_t byte = (uint32_t)(bytes >> (8 * (name & 7))) & 0xff;
    if (name & 8)
      byte = byte & 0x80 ? 0xff : 0;
    result |= byte << (8 * i);
  }
  return (int32_t)result;
}

/*===- Fragments ----------------------------------------------------------===*/

/* What one lane brings to an mma, and takes from it. */
template <typename T> struct MmaIn {
  T acc[4];
  int32_t a[4];
  int32_t b[2];
};
template <typename T> struct MmaOut {
  T acc[4];
};

/* The matrices of a warp's m16n8 fragments: `depth` is 32 for bytes and 16
 * for halves; `Value` holds either. B is kept by columns. */
template <typename T, typename Value, int depth> struct Matrices {
  T acc[16][8];
  Value a[16][depth];
  Value b[8][depth];

  /* Register r of a lane holds consecutive values of row lane/4 (+8 when r is
   * odd) of A, from column per * (lane % 4), plus half the depth from r = 2.
   */
  template <typename DecodeA, typename DecodeB>
  void gather(int lane, const MmaIn<T> &in, DecodeA decodeA, DecodeB decodeB) {
    constexpr int per = depth / 8;
    int group = lane / 4, column = lane % 4 * per;
    for (int r = 0; r < 4; ++r)
      for (int i = 0; i < per; ++i)
        a[group + r % 2 * 8][column + r / 2 * (depth / 2) + i] =
            decodeA(in.a[r], i);
    for (int r = 0; r < 2; ++r)
      for (int i = 0; i < per; ++i)
        b[group][column + r * (depth / 2) + i] = decodeB(in.b[r], i);
    for (int i = 0; i < 4; ++i)
      acc[group + i / 2 * 8][lane % 4 * 2 + i % 2] = in.acc[i];
  }

  void scatter(int lane, MmaOut<T> &out) const {
    for (int i = 0; i < 4; ++i)
      out.acc[i] = acc[lane / 4 + i / 2 * 8][lane % 4 * 2 + i % 2];
  }
};

inline void multiply(Matrices<int32_t, int16_t, 32> &m) {
  for (int row = 0; row < 16; ++row)
    for (int column = 0; column < 8; ++column) {
      int32_t sum = 0; /* |sum| < 2^21 */
      for (int k = 0; k < 32; ++k)
        sum += m.a[row][k] * m.b[column][k];
      m.acc[row][column] =
          (int32_t)((uint32_t)m.acc[row][column] + (uint32_t)sum);
    }
}

inline void multiply(Matrices<float, float, 16> &m) {
  for (int row = 0; row < 16; ++row) {
    double sums[8];
    for (int column = 0; column < 8; ++column)
      sums[column] = (double)m.acc[row][column];
    for (int k = 0; k < 16; ++k)
      for (int column = 0; column < 8; ++column)
        sums[column] += (double)m.a[row][k] * (double)m.b[column][k];
    for (int column = 0; column < 8; ++column)
      m.acc[row][column] = (float)sums[column];
  }
}

/* Bytes 4 (lane % 4) to 4 (lane % 4) + 3 of row lane / 4 of an 8 x 8 matrix
 * of 16-bit values, or, transposed, of its column lane / 4. */
inline int32_t matrixPart(const char *const rows[8], int lane,
                          bool transposed) {
  uint16_t pair[2];
  for (int i = 0; i < 2; ++i) {
    int row = lane / 4, column = lane % 4 * 2 + i;
    if (transposed)
      memcpy(&pair[i], rows[column] + 2 * row, 2);
    else
      memcpy(&pair[i], rows[row] + 2 * column, 2);
  }
  return pack(pair[0], pair[1]);
}

} // namespace tern_shim
#pragma GCC visibility pop

#endif /* TERN_PRIM_SHIM_MATH_H */
