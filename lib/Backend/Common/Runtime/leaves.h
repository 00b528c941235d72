/*===- leaves.h - What printed C calls --------------------------------------===
 *
 * The printer copies the leaves that a model uses into its source. A leaf is a
 * paragraph (no empty lines inside). Leaves of i32 stand for those of i8, i16
 * and i64 too: the printer replaces 32 by the other width.
 *
 * Kernels' integers wrap around, so sums are unsigned and are converted back.
 * C leaves that conversion, and >> of negative numbers, to the implementation;
 * all have two's complement and an arithmetic shift, and the source checks it.
 *===----------------------------------------------------------------------===*/
#ifndef TERN_LEAVES_H
#define TERN_LEAVES_H

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TERN_LEAF static inline

TERN_LEAF int32_t tern_addi_i32(int32_t a, int32_t b) {
  return (int32_t)((uint32_t)a + (uint32_t)b);
}

TERN_LEAF int32_t tern_subi_i32(int32_t a, int32_t b) {
  return (int32_t)((uint32_t)a - (uint32_t)b);
}

TERN_LEAF int32_t tern_muli_i32(int32_t a, int32_t b) {
  return (int32_t)(1u * (uint32_t)a * (uint32_t)b);
}

/* Of zero by anything that cannot divide: 0; the least by -1: itself. */
TERN_LEAF int32_t tern_divsi_i32(int32_t a, int32_t b) {
  if (b == 0)
    return 0;
  return b == -1 ? (int32_t)(0u - (uint32_t)a) : (int32_t)(a / b);
}

TERN_LEAF int32_t tern_remsi_i32(int32_t a, int32_t b) {
  return b == 0 ? a : b == -1 ? 0 : (int32_t)(a % b);
}

TERN_LEAF int32_t tern_divui_i32(int32_t a, int32_t b) {
  return b == 0 ? 0 : (int32_t)((uint32_t)a / (uint32_t)b);
}

TERN_LEAF int32_t tern_remui_i32(int32_t a, int32_t b) {
  return b == 0 ? a : (int32_t)((uint32_t)a % (uint32_t)b);
}

TERN_LEAF int32_t tern_floordivsi_i32(int32_t a, int32_t b) {
  int32_t rest = tern_remsi_i32(a, b);
  return (int32_t)(tern_divsi_i32(a, b) - (rest != 0 && (rest < 0) != (b < 0)));
}

TERN_LEAF int32_t tern_ceildivsi_i32(int32_t a, int32_t b) {
  int32_t rest = tern_remsi_i32(a, b);
  return (int32_t)(tern_divsi_i32(a, b) + (rest != 0 && (rest < 0) == (b < 0)));
}

TERN_LEAF int32_t tern_ceildivui_i32(int32_t a, int32_t b) {
  return (int32_t)(tern_divui_i32(a, b) + (tern_remui_i32(a, b) != 0));
}

/* Shifts by the width or more leave nothing but the sign. */
TERN_LEAF int32_t tern_shli_i32(int32_t a, int32_t b) {
  return (uint32_t)b >= 32 ? 0 : (int32_t)(1u * (uint32_t)a << b);
}

TERN_LEAF int32_t tern_shrsi_i32(int32_t a, int32_t b) {
  return (int32_t)(a >> ((uint32_t)b >= 32 ? 32 - 1 : b));
}

TERN_LEAF int32_t tern_shrui_i32(int32_t a, int32_t b) {
  return (uint32_t)b >= 32 ? 0 : (int32_t)((uint32_t)a >> b);
}

TERN_LEAF int32_t tern_maxsi_i32(int32_t a, int32_t b) {
  return a > b ? a : b;
}

TERN_LEAF int32_t tern_minsi_i32(int32_t a, int32_t b) {
  return a < b ? a : b;
}

TERN_LEAF int32_t tern_maxui_i32(int32_t a, int32_t b) {
  return (uint32_t)a > (uint32_t)b ? a : b;
}

TERN_LEAF int32_t tern_minui_i32(int32_t a, int32_t b) {
  return (uint32_t)a < (uint32_t)b ? a : b;
}

TERN_LEAF int32_t tern_absi_i32(int32_t a) {
  return a < 0 ? (int32_t)(0u - (uint32_t)a) : a;
}

TERN_LEAF int32_t tern_ctpop_i32(int32_t a) {
  int32_t count = 0;
  for (uint32_t rest = (uint32_t)a; rest; rest = (uint32_t)(rest & (rest - 1)))
    ++count;
  return count;
}

TERN_LEAF int32_t tern_ctlz_i32(int32_t a) {
  int32_t count = 0;
  while (count < 32 && !(((uint32_t)a >> (32 - 1 - count)) & 1))
    ++count;
  return count;
}

TERN_LEAF int32_t tern_cttz_i32(int32_t a) {
  int32_t count = 0;
  while (count < 32 && !(((uint32_t)a >> count) & 1))
    ++count;
  return count;
}

/* Negative exponents: what 1 / (a ^ -b) rounds to, towards zero. */
TERN_LEAF int32_t tern_ipowi_i32(int32_t a, int32_t b) {
  if (b < 0)
    return a == 1 ? 1 : a == -1 ? (b & 1 ? -1 : 1) : 0;
  int32_t result = 1;
  for (; b; b >>= 1) {
    if (b & 1)
      result = tern_muli_i32(result, a);
    a = tern_muli_i32(a, a);
  }
  return result;
}

TERN_LEAF float tern_bitcast_i32_f32(int32_t a) {
  union {
    int32_t bits;
    float number;
  } both = {a};
  return both.number;
}

TERN_LEAF int32_t tern_bitcast_f32_i32(float a) {
  union {
    float number;
    int32_t bits;
  } both = {a};
  return both.bits;
}

TERN_LEAF double tern_bitcast_i64_f64(int64_t a) {
  union {
    int64_t bits;
    double number;
  } both = {a};
  return both.number;
}

TERN_LEAF int64_t tern_bitcast_f64_i64(double a) {
  union {
    double number;
    int64_t bits;
  } both = {a};
  return both.bits;
}

/* To nearest, ties to even: the default rounding mode, which nothing here
 * changes. (C11 has no roundeven.) */
TERN_LEAF float tern_roundeven_f32(float a) { return rintf(a); }

TERN_LEAF double tern_roundeven_f64(double a) { return rint(a); }

TERN_LEAF float tern_rsqrt_f32(float a) { return 1.0f / sqrtf(a); }

TERN_LEAF double tern_rsqrt_f64(double a) { return 1.0 / sqrt(a); }

/* IEEE 754-2019 maximum and minimum: NaN wins, -0 is less than +0. */
TERN_LEAF float tern_maximum_f32(float a, float b) {
  return a != a || b != b ? a + b : a > b || (a == b && !signbit(a)) ? a : b;
}

TERN_LEAF float tern_minimum_f32(float a, float b) {
  return a != a || b != b ? a + b : a < b || (a == b && signbit(a)) ? a : b;
}

TERN_LEAF double tern_maximum_f64(double a, double b) {
  return a != a || b != b ? a + b : a > b || (a == b && !signbit(a)) ? a : b;
}

TERN_LEAF double tern_minimum_f64(double a, double b) {
  return a != a || b != b ? a + b : a < b || (a == b && signbit(a)) ? a : b;
}

/* Numbers win over NaN. */
TERN_LEAF float tern_maxnum_f32(float a, float b) {
  return b != b ? a : a > b ? a : b;
}

TERN_LEAF float tern_minnum_f32(float a, float b) {
  return b != b ? a : a < b ? a : b;
}

TERN_LEAF double tern_maxnum_f64(double a, double b) {
  return b != b ? a : a > b ? a : b;
}

TERN_LEAF double tern_minnum_f64(double a, double b) {
  return b != b ? a : a < b ? a : b;
}

TERN_LEAF bool tern_isunordered_f32(float a, float b) {
  return a != a || b != b;
}

TERN_LEAF bool tern_isunordered_f64(double a, double b) {
  return a != a || b != b;
}

TERN_LEAF bool tern_islessgreater_f32(float a, float b) {
  return a < b || a > b;
}

TERN_LEAF bool tern_islessgreater_f64(double a, double b) {
  return a < b || a > b;
}

/* Towards zero; what does not fit becomes the least number. */
TERN_LEAF int32_t tern_fptosi_i32_f32(float a) {
  return a >= -0x1p31f && a < 0x1p31f ? (int32_t)a : INT32_MIN;
}

TERN_LEAF int32_t tern_fptosi_i32_f64(double a) {
  return a > -0x1.00000002p31 && a < 0x1p31 ? (int32_t)a : INT32_MIN;
}

TERN_LEAF int64_t tern_fptosi_i64_f32(float a) {
  return a >= -0x1p63f && a < 0x1p63f ? (int64_t)a : INT64_MIN;
}

TERN_LEAF int64_t tern_fptosi_i64_f64(double a) {
  return a >= -0x1p63 && a < 0x1p63 ? (int64_t)a : INT64_MIN;
}

TERN_LEAF int64_t tern_fptoui_i64_f32(float a) {
  return a > -1.0f && a < 0x1p64f ? (int64_t)(uint64_t)a : -1;
}

TERN_LEAF int64_t tern_fptoui_i64_f64(double a) {
  return a > -1.0 && a < 0x1p64 ? (int64_t)(uint64_t)a : -1;
}

/* IEEE 754 binary16, in its bits. */
typedef uint16_t tern_f16;

/* The upper half of an IEEE 754 binary32. */
typedef uint16_t tern_bf16;

TERN_LEAF float tern_f16_to_f32(tern_f16 a) {
  uint32_t sign = (uint32_t)(a & 0x8000) << 16, rest = a & 0x7fffu;
  if (rest < 0x400) { /* zero, or a multiple of 2^-24 */
    float magnitude = (float)rest * 0x1p-24f;
    return sign ? -magnitude : magnitude;
  }
  uint32_t exponent = rest >= 0x7c00 ? 0x70000000u : 0x38000000u;
  return tern_bitcast_i32_f32((int32_t)(sign | ((rest << 13) + exponent)));
}

TERN_LEAF tern_f16 tern_f32_to_f16(float a) {
  uint32_t bits = (uint32_t)tern_bitcast_f32_i32(a);
  uint32_t sign = (bits >> 16) & 0x8000, rest = bits & 0x7fffffff;
  if (rest > 0x7f800000) /* NaN: quiet, with what fits of its payload */
    return (tern_f16)(sign | 0x7e00 | ((rest >> 13) & 0x1ff));
  if (rest >= 0x477ff000) /* rounds to infinity */
    return (tern_f16)(sign | 0x7c00);
  if (rest < 0x38800000) { /* the last bits of [0.5, 1) are 2^-24 */
    float steps = tern_bitcast_i32_f32((int32_t)rest) + 0.5f;
    return (tern_f16)(sign |
                      ((uint32_t)tern_bitcast_f32_i32(steps) - 0x3f000000u));
  }
  uint32_t odd = (rest >> 13) & 1;
  return (tern_f16)(sign | ((rest - 0x38000000u + 0xfff + odd) >> 13));
}

/* To f32 with the last bit set when anything is lost: rounding that once more
 * to a much shorter format is rounding once. */
TERN_LEAF float tern_f64_to_odd_f32(double a) {
  float nearest = (float)a;
  int32_t bits = tern_bitcast_f32_i32(nearest);
  if ((double)nearest == a || a != a || (bits & 1))
    return nearest;
  bool above = fabs((double)nearest) > fabs(a);
  return tern_bitcast_i32_f32(above ? bits - 1 : bits | 1);
}

TERN_LEAF tern_f16 tern_f64_to_f16(double a) {
  return tern_f32_to_f16(tern_f64_to_odd_f32(a));
}

TERN_LEAF float tern_bf16_to_f32(tern_bf16 a) {
  return tern_bitcast_i32_f32((int32_t)((uint32_t)a << 16));
}

TERN_LEAF tern_bf16 tern_f32_to_bf16(float a) {
  uint32_t bits = (uint32_t)tern_bitcast_f32_i32(a);
  if ((bits & 0x7fffffff) > 0x7f800000) /* NaN: quiet */
    return (tern_bf16)((bits >> 16) | 0x40);
  return (tern_bf16)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

TERN_LEAF tern_bf16 tern_f64_to_bf16(double a) {
  return tern_f32_to_bf16(tern_f64_to_odd_f32(a));
}

#endif /* TERN_LEAVES_H */
