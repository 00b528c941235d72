/*===- tern_hls.h - What a design includes -----------------------------------===
 *
 * The vendor's headers, or with TERN_HLS_SIM those that simulate them: words of
 * any width, bounded streams, processes that run side by side.
 *===----------------------------------------------------------------------===*/
#ifndef TERN_HLS_H
#define TERN_HLS_H

#include <float.h>
#include <math.h>
#include <stdint.h>

#define TERN_LEAF static inline

#ifdef TERN_HLS_SIM
#include "tern_sim_int.h"
#include "tern_sim_stream.h"
#else
#include <ap_int.h>
#include <hls_stream.h>
/* Calls in a DATAFLOW region are processes for the vendor's tools. */
#define TERN_DATAFLOW_BEGIN()
#define TERN_PROCESS(name, call) call
#define TERN_DATAFLOW_END()
#define TERN_DATAFLOW_STATUS() 0
#endif

/* Lane `lane` of a word, `bits` wide. */
template <int bits, int word_bits>
inline ap_int<bits> tern_get_lane(ap_int<word_bits> word, int lane) {
#pragma HLS INLINE
  return ap_int<bits>(word.range((lane + 1) * bits - 1, lane * bits));
}

/* The word with that lane replaced. */
template <int bits, int word_bits>
inline ap_int<word_bits> tern_put_lane(ap_int<word_bits> word, int lane,
                                       ap_int<bits> value) {
#pragma HLS INLINE
  word.range((lane + 1) * bits - 1, lane * bits) = value;
  return word;
}

#endif /* TERN_HLS_H */
