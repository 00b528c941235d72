/*===- gemm.cu - A two-stage integer GEMM, right and with one line missing --===
 *
 * C = A * B^T, A (M x K) of uint8, B (N x K) of int8, C (M x N) of int32. A
 * block of four warps computes a 32 x 32 tile of C in steps of 64 bytes of K.
 * While one stage is multiplied, cp.async fills the other. 16-byte chunks of a
 * row are permuted (XOR with bits of the row), so that ldmatrix meets each
 * bank once.
 *
 * gemm.cu VARIANT runs the kernel `right`, or without one of the lines that
 * order the stages: `no-wait`, `no-read-barrier`, `no-write-barrier`.
 *===----------------------------------------------------------------------===*/
#include "device.h"

enum Variant { right, noWait, noReadBarrier, noWriteBarrier };

constexpr int tile = 32, stageDepth = 64, stageBytes = tile * stageDepth;

struct Shape {
  int m, n, k;
};

/* Where the 16-byte chunk of a row of a stage lies. */
TERN_DEVICE int chunkOffset(int row, int chunk) {
  return row * stageDepth + (chunk ^ (row >> 1 & 3)) * 16;
}

/* Each thread brings one chunk of a tile; what lies outside is zeros. */
TERN_DEVICE void loadTile(char *to, const void *from, int firstRow, int rows,
                          int k, int depth) {
  int row = tern_thread() / 4, chunk = tern_thread() % 4;
  int column = k + chunk * 16;
  bool inside = firstRow + row < rows && column < depth;
  tern_copy_async16(to + chunkOffset(row, chunk),
                    (const char *)from +
                        (inside ? (firstRow + row) * depth + column : 0),
                    inside);
}

/* Bytes of A, then those of B, of stage `step` % 2. */
TERN_DEVICE void loadStage(const uint8_t *a, const int8_t *b, Shape shape,
                           int step, int firstRow, int firstColumn) {
  char *stage = tern_shared() + step % 2 * 2 * stageBytes;
  int k = step * stageDepth;
  if (k < shape.k) {
    loadTile(stage, a, firstRow, shape.m, k, shape.k);
    loadTile(stage + stageBytes, b, firstColumn, shape.n, k, shape.k);
  }
  tern_copy_commit();
}

/* One warp: 16 x 16 of C, as two fragments side by side. */
TERN_DEVICE void multiplyStage(const char *stage, tern_i32x4 *acc) {
  int lane = tern_lane(), row = tern_warp() / 2 * 16 + lane % 16;
  for (int chunk = 0; chunk < stageDepth / 16; chunk += 2) {
    tern_i32x4 a =
        tern_ldmatrix_x4(stage + chunkOffset(row, chunk + lane / 16));
    for (int part = 0; part < 2; ++part) {
      int column = tern_warp() % 2 * 16 + part * 8 + lane % 8;
      tern_i32x2 b = tern_ldmatrix_x2(
          stage + stageBytes + chunkOffset(column, chunk + lane / 8 % 2));
      acc[part] = tern_mma_u8s8(acc[part], a, b);
    }
  }
}

TERN_DEVICE void storeTile(int32_t *c, const tern_i32x4 *acc, Shape shape,
                           int firstRow, int firstColumn) {
  int lane = tern_lane();
  firstRow += tern_warp() / 2 * 16 + lane / 4;
  firstColumn += tern_warp() % 2 * 16 + lane % 4 * 2;
  for (int part = 0; part < 2; ++part)
    for (int i = 0; i < 4; ++i) {
      int row = firstRow + i / 2 * 8, column = firstColumn + part * 8 + i % 2;
      if (row < shape.m && column < shape.n)
        TERN_AT_IN(c, row * shape.n + column, shape.m * shape.n) =
            acc[part].lane[i];
    }
}

template <Variant variant>
TERN_KERNEL TERN_BOUNDS(128, 2)
    gemm(const uint8_t *a, const int8_t *b, int32_t *c, Shape shape) {
  int columns = (shape.n + tile - 1) / tile;
  int firstRow = tern_block() / columns * tile;
  int firstColumn = tern_block() % columns * tile;
  tern_i32x4 acc[2] = {};
  loadStage(a, b, shape, 0, firstRow, firstColumn);
  for (int step = 0; step * stageDepth < shape.k; ++step) {
    loadStage(a, b, shape, step + 1, firstRow, firstColumn);
    if (variant != noWait)
      tern_copy_wait<1>();
    if (variant != noReadBarrier)
      tern_barrier(); /* all parts of the stage are there */
    multiplyStage(tern_shared() + step % 2 * 2 * stageBytes, acc);
    if (variant != noWriteBarrier)
      tern_barrier(); /* nobody reads the stage any more */
  }
  tern_copy_wait<0>();
  storeTile(c, acc, shape, firstRow, firstColumn);
}

static void check(const std::vector<uint8_t> &a, const std::vector<int8_t> &b,
                  const std::vector<int32_t> &c, Shape shape) {
  for (int row = 0; row < shape.m; ++row)
    for (int column = 0; column < shape.n; ++column) {
      int32_t sum = 0;
      for (int k = 0; k < shape.k; ++k)
        sum += a[row * shape.k + k] * b[column * shape.k + k];
      expect(c[row * shape.n + column] == sum, "c", row * shape.n + column);
    }
}

template <Variant variant> static int run(Shape shape) {
  Random random;
  std::vector<uint8_t> a(shape.m * shape.k);
  std::vector<int8_t> b(shape.n * shape.k);
  for (uint8_t &value : a)
    value = random.of<uint8_t>({0, 1, 127, 128, 255});
  for (int8_t &value : b)
    value = random.of<int8_t>({-128, -127, -1, 0, 1, 127});
  Buffer<uint8_t> deviceA(a);
  Buffer<int8_t> deviceB(b);
  Buffer<int32_t> c(shape.m * shape.n);
  int blocks = (shape.m + tile - 1) / tile * ((shape.n + tile - 1) / tile);
  int32_t status =
      tern_launch("gemm", gemm<variant>, blocks, 128, 4 * stageBytes, nullptr,
                  deviceA.get(), deviceB.get(), c.get(), shape);
  if (status != tern_device_ok)
    return status;
  check(a, b, c.fetch(), shape);
  return verdict();
}

int main(int argc, char **argv) {
  const char *variant = argc > 1 ? argv[1] : "right";
  Shape shape = {45, 70, 208};
  if (!strcmp(variant, "no-wait"))
    return run<noWait>(shape);
  if (!strcmp(variant, "no-read-barrier"))
    return run<noReadBarrier>(shape);
  if (!strcmp(variant, "no-write-barrier"))
    return run<noWriteBarrier>(shape);
  return run<right>(shape);
}
