/*===- leaves.h - What printed CUDA calls beside the common leaves ----------===
 *
 * As lib/Backend/Common/Runtime/leaves.h: paragraphs that the printer copies.
 *===----------------------------------------------------------------------===*/

/* Aligned words of byte memory. */
TERN_LEAF int32_t tern_load4(const void *from) {
  return *(const int32_t *)from;
}

TERN_LEAF tern_i32x2 tern_insert_i32x2(tern_i32x2 a, int lane, int32_t value) {
  a.lane[lane] = value;
  return a;
}

TERN_LEAF tern_i32x2 tern_load8(const void *from) {
  return *(const tern_i32x2 *)from;
}
