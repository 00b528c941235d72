/*===- registers.cu - Functions of registers against their definitions ------===
 *
 * dp4a, lop3, prmt and f16x2 on every extreme (ties, subnormals, infinities and
 * NaNs of f16), one thread a case. The oracle for halves is the compiler's
 * _Float16, rounded once from a quad-precision value, which is exact.
 *===----------------------------------------------------------------------===*/
#include "device.h"

struct Case {
  int32_t a, b, c;
};
enum Result { dp4aS8, dp4aUs8, dp4aU8, majority, insert, perm, results };

TERN_KERNEL TERN_BOUNDS(128, 1)
    integers(const Case *cases, int32_t *out, int count) {
  int i = tern_block() * tern_block_threads() + tern_thread();
  if (i >= count)
    return;
  Case in = TERN_AT_IN(cases, i, count);
  int32_t result[results];
  result[dp4aS8] = tern_dp4a_s8(in.a, in.b, in.c);
  result[dp4aUs8] = tern_dp4a_us8(in.a, in.b, in.c);
  result[dp4aU8] = tern_dp4a_u8(in.a, in.b, in.c);
  result[majority] = tern_lop3<0xe8>(in.a, in.b, in.c);
  result[insert] = tern_lop3<0xea>(in.a, in.b, in.c);
  result[perm] = tern_byte_perm(in.a, in.b, in.c);
  for (int r = 0; r < results; ++r)
    TERN_AT_IN(out, i * results + r, count * results) = result[r];
}

TERN_KERNEL TERN_BOUNDS(128, 1)
    halves(const Case *cases, int32_t *out, int count) {
  int i = tern_block() * tern_block_threads() + tern_thread();
  if (i >= count)
    return;
  Case in = TERN_AT_IN(cases, i, count);
  TERN_AT_IN(out, 3 * i, 3 * count) = tern_sub_f16x2(in.a, in.b);
  TERN_AT_IN(out, 3 * i + 1, 3 * count) = tern_mul_f16x2(in.a, in.b);
  TERN_AT_IN(out, 3 * i + 2, 3 * count) = tern_fma_f16x2(in.a, in.b, in.c);
}

TERN_KERNEL TERN_BOUNDS(128, 1)
    floats(const float *in, int32_t *packed, float *fused, double *fused64,
           int count) {
  int i = tern_block() * tern_block_threads() + tern_thread();
  if (i >= count)
    return;
  float value = TERN_AT_IN(in, i, count);
  TERN_AT_IN(packed, i, count) = tern_pack_f16x2(value, -value);
  TERN_AT_IN(fused, i, count) = tern_fma_f32(value, value, -1.0f);
  TERN_AT_IN(fused64, i, count) = tern_fma_f64(value / 3.0, value, -1.0);
}

static int byteAt(int32_t word, int i, bool isSigned) {
  int byte = (int)((uint32_t)word >> 8 * i & 255);
  return isSigned && byte > 127 ? byte - 256 : byte;
}

static int32_t dot(const Case &in, bool signedA, bool signedB) {
  int64_t sum = in.c;
  for (int i = 0; i < 4; ++i)
    sum += byteAt(in.a, i, signedA) * byteAt(in.b, i, signedB);
  return (int32_t)sum;
}

static int32_t permuted(const Case &in) {
  uint32_t result = 0;
  for (int i = 0; i < 4; ++i) {
    int nibble = in.c >> 4 * i & 15, from = nibble & 7;
    int byte = byteAt(from < 4 ? in.a : in.b, from % 4, false);
    result |= (uint32_t)(nibble < 8 ? byte : byte > 127 ? 255 : 0) << 8 * i;
  }
  return (int32_t)result;
}

static int blocksFor(size_t count) { return (int)((count + 127) / 128); }

static void testIntegers() {
  Random random;
  std::vector<Case> cases;
  const int32_t extremes[] = {
      0,          -1,         0x7f7f7f7f, (int)0x80808080,
      0x01010101, 0x7f80ff01, INT32_MAX,  INT32_MIN};
  for (int32_t a : extremes)
    for (int32_t b : extremes)
      for (int32_t c : extremes)
        cases.push_back({a, b, c});
  for (int i = 0; i < 4000; ++i)
    cases.push_back({(int32_t)random(), (int32_t)random(), (int32_t)random()});
  Buffer<Case> in(cases);
  Buffer<int32_t> out(cases.size() * results);
  expect(tern_launch("integers", integers, blocksFor(cases.size()), 128, 0,
                     nullptr, in.get(), out.get(), (int)cases.size()) == 0,
         "launch", 0);
  const std::vector<int32_t> &got = out.fetch();
  for (size_t i = 0; i < cases.size(); ++i) {
    const Case &x = cases[i];
    const int32_t want[results] = {
        dot(x, true, true),   dot(x, false, true),
        dot(x, false, false), (x.a & x.b) | (x.a & x.c) | (x.b & x.c),
        (x.a & x.b) | x.c,    permuted(x)};
    for (int r = 0; r < results; ++r)
      expect(got[i * results + r] == want[r], "integers", i * results + r);
  }
}

#if defined(__FLT16_MANT_DIG__)
static _Float16 half(int32_t pair, int i) {
  uint16_t bits = (uint16_t)((uint32_t)pair >> 16 * i);
  _Float16 value;
  memcpy(&value, &bits, 2);
  return value;
}

static bool same(int32_t pair, int i, _Float16 want) {
  _Float16 got = half(pair, i);
  return want != want ? (uint32_t)pair >> 16 * i << 16 == 0x7fff0000
                      : !memcmp(&got, &want, 2);
}

static std::vector<uint16_t> halvesToTry() {
  std::vector<uint16_t> all;
  for (uint16_t sign : {0x0000, 0x8000})
    for (uint16_t rest :
         {0x0000, 0x0001, 0x0002, 0x0003, 0x01ff, 0x03fe, 0x03ff, 0x0400,
          0x0401, 0x13ff, 0x2c00, 0x3800, 0x3bff, 0x3c00, 0x3c01, 0x5400,
          0x6400, 0x6408, 0x640f, 0x7bfe, 0x7bff, 0x7c00, 0x7c01, 0x7e00})
      all.push_back((uint16_t)(sign | rest));
  return all;
}

static void testHalves() {
  Random random;
  std::vector<Case> cases;
  std::vector<uint16_t> tries = halvesToTry();
  auto pick = [&] {
    return (uint16_t)(random() % 3 ? random() : tries[random() % tries.size()]);
  };
  for (uint16_t a : tries)
    for (uint16_t b : tries)
      for (uint16_t c : tries)
        cases.push_back({a | pick() << 16, b | pick() << 16, c | pick() << 16});
  Buffer<Case> in(cases);
  Buffer<int32_t> out(cases.size() * 3);
  expect(tern_launch("halves", halves, blocksFor(cases.size()), 128, 0, nullptr,
                     in.get(), out.get(), (int)cases.size()) == 0,
         "launch", 1);
  const std::vector<int32_t> &got = out.fetch();
  for (size_t n = 0; n < cases.size(); ++n)
    for (int i = 0; i < 2; ++i) {
      __float128 a = half(cases[n].a, i), b = half(cases[n].b, i),
                 c = half(cases[n].c, i);
      expect(same(got[3 * n], i, (_Float16)(a - b)), "sub", n);
      expect(same(got[3 * n + 1], i, (_Float16)(a * b)), "mul", n);
      expect(same(got[3 * n + 2], i, (_Float16)(a * b + c)), "fma", n);
    }
}

static void expectNumber(double got, double want, const char *what, size_t i) {
  expect(got == want || (want != want && got != got), what, (long long)i);
}

/* Every half, every tie between two halves, and the floats beside the ties. */
static void testFloats() {
  std::vector<float> values = {3e38f,    1e-45f,           65519.996f,
                               65520.0f, __builtin_inff(), __builtin_nanf("")};
  for (int bits = 0; bits < 0x7c00; ++bits) {
    float low = (float)half(bits, 0), high = (float)half(bits + 1, 0);
    float tie = bits == 0x7bff ? 65520.0f : low + (high - low) / 2;
    int32_t beside;
    memcpy(&beside, &tie, 4);
    values.push_back(low);
    for (int32_t step : {-1, 0, 1}) {
      int32_t moved = beside + step;
      memcpy(&tie, &moved, 4);
      values.push_back(tie);
    }
  }
  Buffer<float> in(values), fused(values.size());
  Buffer<double> fused64(values.size());
  Buffer<int32_t> packed(values.size());
  expect(tern_launch("floats", floats, blocksFor(values.size()), 128, 0,
                     nullptr, in.get(), packed.get(), fused.get(),
                     fused64.get(), (int)values.size()) == 0,
         "launch", 2);
  const std::vector<int32_t> &got = packed.fetch();
  const std::vector<float> &sums = fused.fetch();
  const std::vector<double> &sums64 = fused64.fetch();
  for (size_t i = 0; i < values.size(); ++i) {
    expect(same(got[i], 0, (_Float16)values[i]), "pack low", i);
    expect(same(got[i], 1, (_Float16)-values[i]), "pack high", i);
    __float128 value = values[i], third = values[i] / 3.0;
    expectNumber(sums[i], (float)(value * value - 1), "fma f32", i);
    expectNumber(sums64[i], (double)(third * value - 1), "fma f64", i);
  }
}
#else /* g++ 12 has no _Float16 in C++: integers only */
static void testHalves() {}
static void testFloats() {}
#endif

int main() {
  testIntegers();
  testHalves();
  testFloats();
  return verdict();
}
