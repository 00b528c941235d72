/*===- fragments.cu - Warp functions against the PTX ISA's tables -----------===
 *
 * Which lane holds what is written here as the PTX ISA words it, and each
 * function is compared with plain loops over whole matrices. Float products are
 * summed in the order that prim_shim_math.h promises; a GPU has another one.
 *===----------------------------------------------------------------------===*/
#include "device.h"

constexpr int loads = 12, products = 6;

/* Four 8 x 8 matrices of 16-bit values, loaded in every way: 12 registers. */
TERN_KERNEL TERN_BOUNDS(32, 1) load(const int16_t *in, int32_t *out) {
  int lane = tern_lane();
  char *row = tern_shared() + lane * 16;
  tern_store16(row, tern_load16(in + lane * 8));
  tern_warp_barrier(0xffffffff);
  tern_i32x4 x4 = tern_ldmatrix_x4(row), x4t = tern_ldmatrix_x4_trans(row);
  tern_i32x2 x2 = tern_ldmatrix_x2(row), x2t = tern_ldmatrix_x2_trans(row);
  for (int i = 0; i < 4; ++i) {
    TERN_AT_IN(out, lane * loads + i, 32 * loads) = x4.lane[i];
    TERN_AT_IN(out, lane * loads + 4 + i, 32 * loads) = x4t.lane[i];
    TERN_AT_IN(out, lane * loads + 8 + i, 32 * loads) =
        i < 2 ? x2.lane[i] : x2t.lane[i - 2];
  }
}

struct Operands {
  tern_i32x4 a[32];
  tern_i32x2 b[32];
  tern_i32x4 c[32];
  tern_f32x4 d[32];
};
struct Products {
  tern_i32x4 integers[4][32];
  tern_f32x4 floats[2][32];
};

TERN_KERNEL TERN_BOUNDS(32, 1) multiply(const Operands *in, Products *out) {
  int lane = tern_lane();
  in += tern_block();
  out += tern_block();
  tern_i32x4 a = TERN_AT(in->a, lane), c = TERN_AT(in->c, lane);
  tern_i32x2 b = TERN_AT(in->b, lane);
  tern_f32x4 d = TERN_AT(in->d, lane);
  TERN_AT(out->integers[0], lane) = tern_mma_s8(c, a, b);
  TERN_AT(out->integers[1], lane) = tern_mma_u8s8(c, a, b);
  TERN_AT(out->integers[2], lane) = tern_mma_s8u8(c, a, b);
  TERN_AT(out->integers[3], lane) = tern_mma_u8(c, a, b);
  TERN_AT(out->floats[0], lane) = tern_mma_f16(d, a, b);
  TERN_AT(out->floats[1], lane) = tern_mma_bf16(d, a, b);
}

/* Two halves of a warp with masks of their own, then the whole warp. */
TERN_KERNEL TERN_BOUNDS(64, 1) shuffle(int32_t *out, int32_t *total) {
  int lane = tern_lane();
  uint32_t mask = lane < 16 ? 0x0000ffffu : 0xffff0000u;
  int32_t value = 100 * tern_warp() + lane;
  int32_t *mine = out + 4 * tern_thread();
  TERN_AT(mine, 0) = tern_shuffle_xor(mask, value, 5);
  TERN_AT(mine, 1) = tern_shuffle_down(0xffffffff, value, 3);
  TERN_AT(mine, 2) = tern_shuffle(0xffffffff, value, lane * 7);
  TERN_AT(mine, 3) = (int32_t)tern_shuffle_xor(0xffffffff, value + 0.5f, 16);
  tern_atomic_add_i32(total, value);
}

static int wordHalf(int32_t word, int i) {
  return (int16_t)((uint32_t)word >> 16 * i);
}

static void testLoad() {
  std::vector<int16_t> in(4 * 64);
  for (size_t i = 0; i < in.size(); ++i)
    in[i] = (int16_t)(i * 257 - 30000);
  Buffer<int16_t> deviceIn(in);
  Buffer<int32_t> out(32 * loads);
  expect(tern_launch("load", load, 1, 32, 512, nullptr, deviceIn.get(),
                     out.get()) == 0,
         "launch", 0);
  const std::vector<int32_t> &got = out.fetch();
  for (int lane = 0; lane < 32; ++lane)
    for (int r = 0; r < loads; ++r)
      for (int i = 0; i < 2; ++i) {
        int matrix = r < 8 ? r % 4 : r % 2;
        bool transposed = (r >= 4 && r < 8) || r >= 10;
        int row = lane / 4, column = lane % 4 * 2 + i;
        int element = transposed ? column * 8 + row : row * 8 + column;
        expect(wordHalf(got[lane * loads + r], i) == in[matrix * 64 + element],
               "ldmatrix", lane * loads + r);
      }
}

static double byteOf(const int32_t *words, int i, bool isSigned) {
  int byte = (int)((uint32_t)words[i / 4] >> i % 4 * 8 & 255);
  return isSigned && byte > 127 ? byte - 256 : byte;
}

static double halfOf(const int32_t *words, int i, bool bf16) {
  uint32_t bits = (uint32_t)words[i / 2] >> i % 2 * 16 & 0xffff;
  if (bf16) {
    float value;
    memcpy(&value, &(bits <<= 16), 4);
    return value;
  }
  int exponent = bits >> 10 & 31, mantissa = bits & 1023;
  double sign = bits >> 15 ? -1 : 1;
  if (exponent == 31)
    return mantissa ? __builtin_nan("") : sign * __builtin_inf();
  return sign * __builtin_ldexp(exponent ? 1024 + mantissa : mantissa,
                                (exponent ? exponent : 1) - 25);
}

/* Elements a_i and b_i of a lane, by the tables for m16n8k32 (8-bit: per = 4)
 * and m16n8k16 (16-bit: per = 2). */
static int rowOfA(int lane, int i, int per) {
  return lane / 4 + (i / per % 2 ? 8 : 0);
}
static int columnOfA(int lane, int i, int per) {
  return lane % 4 * per + i % per + (i >= 2 * per ? 4 * per : 0);
}
static int rowOfB(int lane, int i, int per) {
  return lane % 4 * per + i % per + (i >= per ? 4 * per : 0);
}

static bool same(double got, double want) {
  return got == want || (got != got && want != want);
}

/* One product: kinds 0 to 3 are s8s8, u8s8, s8u8, u8u8; then f16, bf16. */
static void checkProduct(const Operands &in, const Products &out, int kind) {
  int per = kind < 4 ? 4 : 2;
  double a[16][32], b[32][8];
  for (int lane = 0; lane < 32; ++lane) {
    for (int i = 0; i < 4 * per; ++i)
      a[rowOfA(lane, i, per)][columnOfA(lane, i, per)] =
          per == 4 ? byteOf(in.a[lane].lane, i, kind % 2 == 0)
                   : halfOf(in.a[lane].lane, i, kind == 5);
    for (int i = 0; i < 2 * per; ++i)
      b[rowOfB(lane, i, per)][lane / 4] =
          per == 4 ? byteOf(in.b[lane].lane, i, kind < 2)
                   : halfOf(in.b[lane].lane, i, kind == 5);
  }
  for (int lane = 0; lane < 32; ++lane)
    for (int i = 0; i < 4; ++i) {
      int row = lane / 4 + (i >= 2 ? 8 : 0), column = lane % 4 * 2 + i % 2;
      double sum = per == 4 ? (double)in.c[lane].lane[i] : in.d[lane].lane[i];
      for (int k = 0; k < 8 * per; ++k)
        sum += a[row][k] * b[k][column];
      if (per == 4)
        expect((int32_t)(uint32_t)(int64_t)sum ==
                   out.integers[kind][lane].lane[i],
               "integer mma", kind);
      else
        expect(same(out.floats[kind - 4][lane].lane[i], (float)sum),
               "float mma", kind);
    }
}

static void testMultiply() {
  Random random;
  const uint32_t bytes[] = {0x80, 0x7f, 0xff, 0x00, 0x01};
  const uint32_t halves[] = {0x0000, 0x8000, 0x0001, 0x83ff, 0x3c00, 0xbc01,
                             0x7bff, 0xfbff, 0x5400, 0x2e66, 0x3c00, 0x4000};
  const uint32_t special[] = {0x7c00, 0xfc00, 0x7e00, 0x3c00};
  std::vector<Operands> in(96);
  auto word = [&](size_t block) {
    if (block % 3 == 0)
      return (int32_t)(random.of(bytes) * 0x1000000 + random.of(bytes) * 65536 +
                       random.of(bytes) * 256 + random.of(bytes));
    if (block % 3 == 1)
      return (int32_t)(random.of(halves) << 16 | random.of(halves));
    uint32_t high = random() % 40 ? random.of(halves) : random.of(special);
    return (int32_t)(high << 16 | random.of(halves));
  };
  for (size_t block = 0; block < in.size(); ++block)
    for (int lane = 0; lane < 32; ++lane)
      for (int i = 0; i < 4; ++i) {
        in[block].a[lane].lane[i] = word(block);
        in[block].b[lane].lane[i % 2] = word(block);
        in[block].c[lane].lane[i] =
            random.of<int32_t>({0, INT32_MAX, INT32_MIN, -1, 1000});
        in[block].d[lane].lane[i] =
            random.of<float>({0.0f, -0.0f, 1e-45f, 1.5f, -3e38f, 65504.0f});
      }
  Buffer<Operands> deviceIn(in);
  Buffer<Products> out(in.size());
  expect(tern_launch("multiply", multiply, (int)in.size(), 32, 0, nullptr,
                     deviceIn.get(), out.get()) == 0,
         "launch", 1);
  const std::vector<Products> &got = out.fetch();
  for (size_t block = 0; block < in.size(); ++block)
    for (int kind = 0; kind < products; ++kind)
      checkProduct(in[block], got[block], kind);
}

static void testShuffle() {
  constexpr int blocks = 3;
  Buffer<int32_t> out(64 * 4), total(std::vector<int32_t>{7});
  expect(tern_launch("shuffle", shuffle, blocks, 64, 0, nullptr, out.get(),
                     total.get()) == 0,
         "launch", 2);
  const std::vector<int32_t> &got = out.fetch();
  int32_t sum = 0;
  for (int thread = 0; thread < 64; ++thread) {
    int lane = thread % 32, base = 100 * (thread / 32);
    sum += base + lane;
    const int32_t want[4] = {base + (lane ^ 5),
                             base + (lane < 29 ? lane + 3 : lane),
                             base + lane * 7 % 32, base + (lane ^ 16)};
    for (int i = 0; i < 4; ++i)
      expect(got[thread * 4 + i] == want[i], "shuffle", thread * 4 + i);
  }
  expect(total.fetch()[0] == 7 + blocks * sum, "atomic", 0);
}

int main() {
  testLoad();
  testMultiply();
  testShuffle();
  return verdict();
}
