/* Layer "hidden".
 * A tile: 16 rows of weights by 1 row of inputs, 16 products deep at a time (64 bytes a tile).
 *   in: 8 x i8, 8 bytes, read
 *   hidden_packed: 64 x i8, 64 bytes, read
 *   out: 4 x i8, 4 bytes, written */
static void kernel_kernel_1(int64_t lo, int64_t hi, void *const *buffers) {
  const int8_t *in = buffers[0];
  const int8_t *hidden_packed = buffers[1];
  int8_t *out = buffers[2];
  _Alignas(64) int32_t products[16];
  _Alignas(64) int32_t input_sums[1];
  _Alignas(64) int8_t panel[16];
  for (int64_t first_tile = lo; first_tile < hi; ++first_tile) {
    const int64_t end_tile = tern_minui_i64(first_tile + 1, 1);
    int32_t sum = 0;
    for (int64_t k = 0; k < 8; ++k) {
      const int8_t in_value = in[k];
      panel[k] = in_value;
      sum = tern_addi_i32(sum, (int32_t)in_value);
    }
    input_sums[0] = sum;
    for (int64_t padding = 8; padding < 16; ++padding) {
      panel[padding] = 0;
    }
    for (int64_t tile = first_tile; tile < end_tile; ++tile) {
      const tern_i8x64 hidden_packed_value = tern_load_i8x64(&hidden_packed[tern_muli_i64(tile, 64)]);
      const tern_i32x16 sums = tern_dot4_u8i8_i32x16(tern_splat_i32x16(0), tern_unpack2_i8x64(hidden_packed_value, 0), tern_load_i8x4(&panel[0]));
      tern_store_i32x16(&products[0], tern_dot4_u8i8_i32x16(tern_dot4_u8i8_i32x16(tern_dot4_u8i8_i32x16(sums, tern_unpack2_i8x64(hidden_packed_value, 1), tern_load_i8x4(&panel[4])), tern_unpack2_i8x64(hidden_packed_value, 2), tern_load_i8x4(&panel[8])), tern_unpack2_i8x64(hidden_packed_value, 3), tern_load_i8x4(&panel[12])));
      const int64_t first_row = tern_muli_i64(tile, 16);
      const int64_t rows = tern_minui_i64(tern_subi_i64(4, first_row), 16);
      for (int64_t row = 0; row < rows; ++row) {
        const float value = (float)tern_subi_i32(products[row], tern_muli_i32(input_sums[0], 2));
        out[tern_addi_i64(first_row, row)] = (int8_t)tern_fptosi_i32_f32(tern_minnum_f32(tern_maxnum_f32(tern_roundeven_f32(value), 0.0f), 255.0f));
      }
    }
  }
}
