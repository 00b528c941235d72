/*===- w4a16.cu - Halves times 4-bit codes, dequantised in registers --------===
 *
 * C (16 x N) = A (16 x K, f16) * B (K x N, codes 0 to 15 for -8 to 7). A warp
 * computes 8 columns in steps of 64 of K. Its weights are permuted beforehand,
 * so that the 16 bytes that a lane loads are its fragments of four mma; A comes
 * through two stages of shared memory. lop3 puts a nibble into the mantissa of
 * 1024; one half operation for two weights takes the offset away.
 *===----------------------------------------------------------------------===*/
#include "device.h"

constexpr int rows = 16, step = 64, stageBytes = rows * step * 2;

/* Where the 16-byte chunk of a row of a stage lies: each of 8 rows that are
 * read together in another group of banks. */
TERN_DEVICE int chunkOffset(int row, int chunk) {
  return row * step * 2 + (chunk ^ row % 8) * 16;
}

/* 128 threads bring 16 rows of 8 chunks. */
TERN_DEVICE void loadStage(const uint16_t *a, int k, int depth) {
  char *stage = tern_shared() + k / step % 2 * stageBytes;
  int row = tern_thread() / 8, chunk = tern_thread() % 8;
  if (k < depth)
    tern_copy_async16(stage + chunkOffset(row, chunk),
                      a + row * depth + k + chunk * 8, true);
  tern_copy_commit();
}

/* Nibbles 0, 4 (low) and 1, 5 (high) of a word are two pairs of weights. */
TERN_DEVICE tern_i32x2 dequantize(int32_t word) {
  int32_t low = tern_lop3<0xea>(word, 0x000f000f, 0x64006400);
  int32_t high = tern_lop3<0xea>(word, 0x00f000f0, 0x64006400);
  /* 1024 + q - 1032; (1024 + 16 q) / 16 - 72 */
  return {{tern_sub_f16x2(low, 0x64086408),
           tern_fma_f16x2(high, 0x2c002c00, (int32_t)0xd480d480)}};
}

TERN_KERNEL TERN_BOUNDS(128, 2)
    gemm(const uint16_t *a, const int32_t *weights, float *c, int n, int k) {
  int lane = tern_lane(), strip = tern_block() * 4 + tern_warp();
  tern_f32x4 acc = {};
  loadStage(a, 0, k);
  for (int at = 0; at < k; at += step) {
    loadStage(a, at + step, k);
    tern_i32x4 words = tern_load_first16(
        weights + ((strip * (k / step) + at / step) * 32 + lane) * 4);
    tern_copy_wait<1>();
    tern_barrier();
    const char *stage = tern_shared() + at / step % 2 * stageBytes;
    for (int part = 0; part < 4; ++part)
      acc = tern_mma_f16(
          acc,
          tern_ldmatrix_x4(stage +
                           chunkOffset(lane % 16, 2 * part + lane / 16)),
          dequantize(words.lane[part]));
    tern_barrier();
  }
  tern_copy_wait<0>();
  for (int i = 0; i < 4; ++i)
    TERN_AT_IN(c, (lane / 4 + i / 2 * 8) * n + strip * 8 + lane % 4 * 2 + i % 2,
               rows * n) = acc.lane[i];
}

/* The word of a lane: rows k0, k0 + 1 of B in the low nibbles of its halves,
 * k0 + 8, k0 + 9 in the next ones, all of column lane / 4 of the strip. */
static std::vector<int32_t> permute(const std::vector<int> &codes, int n,
                                    int k) {
  std::vector<int32_t> words;
  for (int strip = 0; strip < n / 8; ++strip)
    for (int at = 0; at < k; at += step)
      for (int lane = 0; lane < 32; ++lane)
        for (int part = 0; part < 4; ++part) {
          int k0 = at + part * 16 + lane % 4 * 2;
          auto code = [&](int row) {
            return (uint32_t)codes[row * n + strip * 8 + lane / 4];
          };
          words.push_back((int32_t)(code(k0) | code(k0 + 8) << 4 |
                                    code(k0 + 1) << 16 | code(k0 + 9) << 20));
        }
  return words;
}

int main() {
  constexpr int n = 64, k = 192;
  Random random;
  std::vector<double> values(rows * k);
  std::vector<uint16_t> halves(rows * k);
  for (int i = 0; i < rows * k; ++i) {
    int exponent = (int)(random() % 8), mantissa = (int)(random() % 1024);
    bool negative = random() % 2;
    halves[i] = (uint16_t)(negative << 15 | (exponent + 15) << 10 | mantissa);
    values[i] =
        (negative ? -1 : 1) * (1024 + mantissa) * (1 << exponent) / 1024.0;
  }
  std::vector<int> codes(k * n);
  for (int &code : codes)
    code = random.of<int>({0, 1, 7, 8, 9, 15});
  Buffer<uint16_t> a(halves);
  Buffer<int32_t> weights(permute(codes, n, k));
  Buffer<float> c(rows * n);
  expect(tern_launch("w4a16", gemm, n / 32, 128, 2 * stageBytes, nullptr,
                     a.get(), weights.get(), c.get(), n, k) == tern_device_ok,
         "launch", 0);
  const std::vector<float> &got = c.fetch();
  for (int row = 0; row < rows; ++row)
    for (int column = 0; column < n; ++column) {
      double sum = 0, magnitude = 0;
      for (int i = 0; i < k; ++i) {
        double term = values[row * k + i] * (codes[i * n + column] - 8);
        sum += term;
        magnitude += term < 0 ? -term : term;
      }
      /* One rounding to f32 for each of the k / 16 steps. */
      double error = got[row * n + column] - sum;
      expect((error < 0 ? -error : error) <= magnitude * (k / 16) * 0x1p-24,
             "c", row * n + column);
    }
  return verdict();
}
