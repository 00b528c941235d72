#ifdef TERN_SHIM
#include "prim_shim.h"
#else
#include "prim_cuda.cuh"
#endif
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Results are the same everywhere only if floats are what they seem. */
#if defined(__FAST_MATH__) || defined(__USE_FAST_MATH__)
#error "compile without fast math"
#endif
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

#define TERN_LEAF TERN_DEVICE

