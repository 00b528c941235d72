#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Results are the same everywhere only if floats are what they seem: no fused
 * multiply-add that the code does not ask for, no wider intermediates. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif
#if defined(__FAST_MATH__)
#error "compile without -ffast-math"
#endif
#if FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 16
#error "expected arithmetic in the types of the operands (x86: -msse2)"
#endif
_Static_assert(-1 >> 1 == -1 && (int8_t)200 == -56, "two's complement");

#define TERN_LEAF static inline

