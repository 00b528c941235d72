/* The part's share of the model "dense" for zu7ev.
 *
 * Vitis HLS; or, simulated, clang++ with -DTERN_HLS_SIM. Without -ffast-math. */
#include "dense_design.h"
#include "tern_hls.h"

/* To nearest, ties to even: the default rounding mode, which nothing here
 * changes. (C11 has no roundeven.) */
TERN_LEAF float tern_roundeven_f32(float a) { return rintf(a); }

/* Numbers win over NaN. */
TERN_LEAF float tern_maxnum_f32(float a, float b) {
  return b != b ? a : a > b ? a : b;
}

TERN_LEAF float tern_minnum_f32(float a, float b) {
  return b != b ? a : a < b ? a : b;
}

/* Towards zero; what does not fit becomes the least number. */
TERN_LEAF int32_t tern_fptosi_i32_f32(float a) {
  return a >= -0x1p31f && a < 0x1p31f ? (int32_t)a : INT32_MIN;
}

/* Layer "hidden".
 * The host's memory as a stream.
 *   values: 8 x i8, 8 bytes, read
 *   out: hls::stream<ap_int<32>> */
static void source_hidden(const int8_t *values,
                          hls::stream<ap_int<32>> &out) {
  int32_t word[1] = {};
  #pragma HLS ARRAY_PARTITION variable=word dim=1 type=complete
  for (int i = 0; i < 2; ++i) {
    #pragma HLS PIPELINE II=1
    const int at = i * 4;
    for (int j = 0; j < 4; ++j) {
      #pragma HLS UNROLL
      word[0] = tern_put_lane<8, 32>(word[0], j, values[at + j]);
    }
    out.write(word[0]);
  }
}

/* Layer "hidden".
 * 4 x 8 weights of 2 bits for each of 1 vectors; PE 1, SIMD 4: 8 cycles at an interval of 1.
 *   in: hls::stream<ap_int<32>>
 *   out: hls::stream<ap_int<8>> */
static void product_hidden(hls::stream<ap_int<32>> &in,
                           hls::stream<ap_int<8>> &out) {
  ap_int<11> sums[1] = {};
  #pragma HLS ARRAY_PARTITION variable=sums dim=1 type=complete
  int32_t vector[2];
  #pragma HLS BIND_STORAGE variable=vector type=ram_2p impl=lutram
  static const int8_t matrix[8] = {
      25, 71, 71, 53, -76, 24, 81, -111
  };
  #pragma HLS BIND_STORAGE variable=matrix type=rom_1p impl=lutram
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 2; ++j) {
      #pragma HLS PIPELINE II=1
      int32_t value;
      if (i == 0) {
        const int32_t in1 = in.read();
        vector[j] = in1;
        value = in1;
      } else {
        value = vector[j];
      }
      const int8_t matrix_value = matrix[i * 2 + j];
      ap_int<11> sum = (j == 0) ? ap_int<11>(0) : ap_int<11>(sums[0]);
      for (int k = 0; k < 4; ++k) {
        #pragma HLS UNROLL
        sum = ap_int<11>(sum + ap_int<11>(ap_int<11>((int8_t)tern_get_lane<8, 32>(value, k)) * ap_int<11>(tern_get_lane<2, 8>(matrix_value, k))));
      }
      sums[0] = sum;
      if (j == 1) {
        const float value1 = (float)(int32_t)sums[0];
        out.write((int8_t)tern_fptosi_i32_f32(tern_minnum_f32(tern_maxnum_f32(tern_roundeven_f32(value1), 0.0f), 255.0f)));
      }
    }
  }
}

/* Layer "logits".
 * 2 x 4 weights of 1 bits for each of 1 vectors; PE 1, SIMD 1: 8 cycles at an interval of 1.
 *   in: hls::stream<ap_int<8>>
 *   out: hls::stream<ap_int<32>> */
static void product_logits(hls::stream<ap_int<8>> &in,
                           hls::stream<ap_int<32>> &out) {
  ap_int<11> sums[1] = {};
  #pragma HLS ARRAY_PARTITION variable=sums dim=1 type=complete
  int8_t vector[4];
  #pragma HLS BIND_STORAGE variable=vector type=ram_2p impl=lutram
  static const bool matrix[8] = {
      0x1, 0x0, 0x1, 0x0, 0x0, 0x1, 0x1, 0x0
  };
  #pragma HLS BIND_STORAGE variable=matrix type=rom_1p impl=lutram
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 4; ++j) {
      #pragma HLS PIPELINE II=1
      int8_t value;
      if (i == 0) {
        const int8_t in1 = in.read();
        vector[j] = in1;
        value = in1;
      } else {
        value = vector[j];
      }
      const ap_int<11> value1 = ap_int<11>((uint8_t)value);
      sums[0] = ap_int<11>(((j == 0) ? ap_int<11>(0) : ap_int<11>(sums[0])) + (matrix[i * 4 + j] ? ap_int<11>(value1) : ap_int<11>(ap_int<11>(0 - value1))));
      if (j == 3) {
        out.write((int32_t)sums[0]);
      }
    }
  }
}

/* A stage.
 * A stream into the host's memory.
 *   in: hls::stream<ap_int<32>>
 *   results: 2 x i32, 8 bytes, written */
static void sink(hls::stream<ap_int<32>> &in,
                 int32_t *results) {
  for (int i = 0; i < 2; ++i) {
    #pragma HLS PIPELINE II=1
    const int32_t in1 = in.read();
    results[i] = in1;
  }
}

/* All stages side by side. */
void dense_design(const int8_t *port_0, int32_t *port_1) {
#pragma HLS INTERFACE mode=m_axi port=port_0 bundle=memory_0 depth=8 offset=slave
#pragma HLS INTERFACE mode=m_axi port=port_1 bundle=memory_1 depth=2 offset=slave
#pragma HLS INTERFACE mode=s_axilite port=return
#pragma HLS DATAFLOW
  TERN_DATAFLOW_BEGIN();
  hls::stream<ap_int<32>, 2> from_source_hidden("from_source_hidden");
  hls::stream<ap_int<8>, 2> from_product_hidden("from_product_hidden");
  hls::stream<ap_int<32>, 2> from_product_logits("from_product_logits");
  TERN_PROCESS("source_hidden", source_hidden(port_0, from_source_hidden));
  TERN_PROCESS("product_hidden", product_hidden(from_source_hidden, from_product_hidden));
  TERN_PROCESS("product_logits", product_logits(from_product_hidden, from_product_logits));
  TERN_PROCESS("sink", sink(from_product_logits, port_1));
  TERN_DATAFLOW_END();
}
