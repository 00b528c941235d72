/* Layer "dense".
 *   activations: 20480 x i8, 20480 bytes, read
 *   packed_weights: 6144 x i8, 6144 bytes, read
 *   scales: 24 x f32, 96 bytes, read
 *   result: 960 x i8, 960 bytes, written */
TERN_KERNEL TERN_BOUNDS(128, 1) dense(
    const int8_t *activations,
    const int8_t *packed_weights,
    const float *scales,
    int8_t *result) {
  const int64_t block = tern_block();
  /* Shared: 3 stages of 64 rows of 64 inputs, 80 bytes apart; 15360 bytes. */
  int8_t *const inputs_tile = (int8_t *)(tern_shared() + 0);
  /* Shared: 3 stages of 24 rows of 64 codes of 4 bits, 48 bytes apart; 3456 bytes. */
  int8_t *const weights_tile = (int8_t *)(tern_shared() + 15360);
  /* Shared: in the end, 64 x 24 sums where the stages were; 6144 bytes. */
  int32_t *const sums = (int32_t *)(tern_shared() + 0);
  /* Shared: the sum of each row of inputs; 256 bytes. */
  int32_t *const input_sums = (int32_t *)(tern_shared() + 18816);
  const int64_t warp = tern_warp();
  const int64_t lane = tern_lane();
  const int64_t thread = warp * 32 + lane;
  for (int64_t i = 0; i < 2; ++i) {
    const int64_t inputs_stage = i * 5120;
    for (int64_t j = thread; j < 256; j += 128) {
      const int64_t row = j / 4;
      const int64_t column = j % 4 * 16;
      const int64_t k = i * 64 + column;
      const bool inside = (row < 40) & (k < 512);
      tern_copy_async16(&TERN_AT_IN(inputs_tile, inputs_stage + (row * 80 + column), 15360), &TERN_AT(activations, inside ? row * 512 + k : 0), inside);
    }
    const int64_t weights_stage = i * 1152;
    const int64_t packed = block * 6144 + i * 768;
    for (int64_t j1 = thread; j1 < 48; j1 += 128) {
      const int64_t byte = j1 * 16;
      tern_copy_async16_first(&TERN_AT_IN(weights_tile, weights_stage + (byte / 32 * 48 + byte % 32), 3456), &TERN_AT(packed_weights, packed + byte), true);
    }
    tern_copy_commit();
  }
  tern_i32x4 sums1 = tern_splat_i32x4(0);
  tern_i32x4 sums2 = tern_splat_i32x4(0);
  tern_i32x4 sums3 = tern_splat_i32x4(0);
  int32_t sum = 0;
  int32_t sum1 = 0;
  for (int64_t i1 = 0; i1 < 8; ++i1) {
    const int64_t ahead = i1 + 2;
    if (ahead < 8) {
      const int64_t at = ahead % 3;
      const int64_t inputs_stage1 = at * 5120;
      for (int64_t j2 = thread; j2 < 256; j2 += 128) {
        const int64_t row1 = j2 / 4;
        const int64_t column1 = j2 % 4 * 16;
        const int64_t k1 = ahead * 64 + column1;
        const bool inside1 = (row1 < 40) & (k1 < 512);
        tern_copy_async16(&TERN_AT_IN(inputs_tile, inputs_stage1 + (row1 * 80 + column1), 15360), &TERN_AT(activations, inside1 ? row1 * 512 + k1 : 0), inside1);
      }
      const int64_t weights_stage1 = at * 1152;
      const int64_t packed1 = block * 6144 + ahead * 768;
      for (int64_t j3 = thread; j3 < 48; j3 += 128) {
        const int64_t byte1 = j3 * 16;
        tern_copy_async16_first(&TERN_AT_IN(weights_tile, weights_stage1 + (byte1 / 32 * 48 + byte1 % 32), 3456), &TERN_AT(packed_weights, packed1 + byte1), true);
      }
    }
    tern_copy_commit();
    tern_copy_wait<2>();
    tern_barrier();
    const int64_t stage = i1 % 3;
    tern_i32x4 sums4 = sums1;
    tern_i32x4 sums5 = sums2;
    tern_i32x4 sums6 = sums3;
    int32_t sum2 = sum;
    int32_t sum3 = sum1;
    for (int64_t j4 = 0; j4 < 2; ++j4) {
      const int64_t at1 = warp * 16;
      const int64_t at2 = lane % 16;
      const tern_i32x4 fragment = tern_ldmatrix_x4(&TERN_AT_IN(inputs_tile, stage * 5120 + ((at1 + at2) * 80 + (j4 * 32 + lane / 16 * 16)), 15360));
      const int64_t at3 = lane % 8;
      const int64_t at4 = lane / 8 % 2 * 16;
      const int64_t at5 = stage * 1152;
      const tern_i32x2 fragment1 = tern_ldmatrix_x2(&TERN_AT_IN(weights_tile, at5 + (at3 * 48 + at4), 3456));
      const tern_i32x2 all = tern_splat_i32x2((int32_t)(j4 * 4));
      const tern_i32x4 sums7 = tern_mma_s8u8(sums4, fragment, tern_andi_i32x2(tern_shrui_i32x2(fragment1, all), tern_splat_i32x2(252645135)));
      const tern_i32x2 fragment2 = tern_ldmatrix_x2(&TERN_AT_IN(weights_tile, at5 + ((at3 + 8) * 48 + at4), 3456));
      const tern_i32x4 sums8 = tern_mma_s8u8(sums5, fragment, tern_andi_i32x2(tern_shrui_i32x2(fragment2, all), tern_splat_i32x2(252645135)));
      const tern_i32x2 fragment3 = tern_ldmatrix_x2(&TERN_AT_IN(weights_tile, at5 + ((at3 + 16) * 48 + at4), 3456));
      const tern_i32x4 sums9 = tern_mma_s8u8(sums6, fragment, tern_andi_i32x2(tern_shrui_i32x2(fragment3, all), tern_splat_i32x2(252645135)));
      sums4 = sums7;
      sums5 = sums8;
      sums6 = sums9;
      sum2 = tern_dp4a_s8(fragment.lane[2], 16843009, tern_dp4a_s8(fragment.lane[0], 16843009, sum2));
      sum3 = tern_dp4a_s8(fragment.lane[3], 16843009, tern_dp4a_s8(fragment.lane[1], 16843009, sum3));
    }
    tern_barrier();
    sums1 = sums4;
    sums2 = sums5;
    sums3 = sums6;
    sum = sum2;
    sum1 = sum3;
  }
  const int64_t row2 = warp * 16 + lane / 4;
  const int64_t at6 = lane % 4;
  const int64_t at7 = at6 * 2;
  const int64_t at8 = row2 * 24;
  TERN_AT_IN(sums, at8 + at7, 1536) = sums1.lane[0];
  const int64_t at9 = at7 + 1;
  TERN_AT_IN(sums, at8 + at9, 1536) = sums1.lane[1];
  const int64_t at10 = row2 + 8;
  const int64_t at11 = at10 * 24;
  TERN_AT_IN(sums, at11 + at7, 1536) = sums1.lane[2];
  TERN_AT_IN(sums, at11 + at9, 1536) = sums1.lane[3];
  const int64_t at12 = at7 + 8;
  TERN_AT_IN(sums, at8 + at12, 1536) = sums2.lane[0];
  const int64_t at13 = at7 + 9;
  TERN_AT_IN(sums, at8 + at13, 1536) = sums2.lane[1];
  TERN_AT_IN(sums, at11 + at12, 1536) = sums2.lane[2];
  TERN_AT_IN(sums, at11 + at13, 1536) = sums2.lane[3];
  const int64_t at14 = at7 + 16;
  TERN_AT_IN(sums, at8 + at14, 1536) = sums3.lane[0];
  const int64_t at15 = at7 + 17;
  TERN_AT_IN(sums, at8 + at15, 1536) = sums3.lane[1];
  TERN_AT_IN(sums, at11 + at14, 1536) = sums3.lane[2];
  TERN_AT_IN(sums, at11 + at15, 1536) = sums3.lane[3];
  const int32_t other = tern_shuffle_xor(0xffffffffu, sum, 2);
  const int32_t sum4 = tern_addi_i32(sum, other);
  const int32_t other1 = tern_shuffle_xor(0xffffffffu, sum4, 1);
  const int32_t sum5 = tern_addi_i32(sum4, other1);
  const int32_t other2 = tern_shuffle_xor(0xffffffffu, sum1, 2);
  const int32_t sum6 = tern_addi_i32(sum1, other2);
  const int32_t other3 = tern_shuffle_xor(0xffffffffu, sum6, 1);
  const int32_t sum7 = tern_addi_i32(sum6, other3);
  if (at6 == 0) {
    TERN_AT_IN(input_sums, row2, 64) = sum5;
    TERN_AT_IN(input_sums, at10, 64) = sum7;
  }
  tern_barrier();
  for (int64_t i2 = thread; i2 < 1536; i2 += 128) {
    const int64_t row3 = i2 / 24;
    const int64_t column2 = i2 % 24;
    const int64_t n = block * 24 + column2;
    if ((row3 < 40) & (n < 24)) {
      const int64_t at16 = row3 * 24;
      const float rounded = tern_roundeven_f32((float)tern_subi_i32(TERN_AT_IN(sums, at16 + column2, 1536), tern_muli_i32(TERN_AT_IN(input_sums, row3, 64), 8)) * TERN_AT(scales, n));
      TERN_AT(result, at16 + n) = (int8_t)tern_fptosi_i32_f32(tern_minnum_f32(tern_maxnum_f32(rounded + 3.0f, 3.0f), 255.0f));
    }
  }
}
