/*===- prim_cuda.cuh - The device primitives, in PTX ------------------------===
 *
 * Emitted kernels name what a GPU does by the functions of this header; it is
 * the only file with PTX, launches or CUDA calls in it. prim_shim.h defines the
 * same functions for a CPU. For sm_80 and later; compile with -fmad=false,
 * since emitted code asks for each fused multiply-add itself.
 *
 * Floating-point PTX carries its rounding (.rn): without it ptxas may fuse.
 *===----------------------------------------------------------------------===*/
#ifndef TERN_PRIM_CUDA_CUH
#define TERN_PRIM_CUDA_CUH

#include <stdint.h>
#include <stdio.h>

#define TERN_DEVICE __device__ __forceinline__
#define TERN_KERNEL static __global__ void
#define TERN_BOUNDS(threads, min_blocks) __launch_bounds__(threads, min_blocks)

/* prim_shim.h checks what these reach; here they are plain accesses. */
#define TERN_AT(pointer, index) ((pointer)[index])
#define TERN_AT_IN(pointer, index, elements) ((pointer)[index])

/* TERN_OK and TERN_ERROR_DEVICE of tern/runtime.h. */
enum { tern_device_ok = 0, tern_device_failed = 4 };

#ifndef TERN_HAS_I32X2
#define TERN_HAS_I32X2
typedef struct {
  int32_t lane[2];
} tern_i32x2;
#endif

#ifndef TERN_HAS_I32X4
#define TERN_HAS_I32X4
typedef struct {
  int32_t lane[4];
} tern_i32x4;
#endif

#ifndef TERN_HAS_F32X4
#define TERN_HAS_F32X4
typedef struct {
  float lane[4];
} tern_f32x4;
#endif

/*===- Where a thread is --------------------------------------------------===*/

TERN_DEVICE int32_t tern_thread() { return (int32_t)threadIdx.x; }
TERN_DEVICE int32_t tern_block() { return (int32_t)blockIdx.x; }
TERN_DEVICE int32_t tern_block_threads() { return (int32_t)blockDim.x; }
TERN_DEVICE int32_t tern_grid_blocks() { return (int32_t)gridDim.x; }
TERN_DEVICE int32_t tern_lane() { return (int32_t)(threadIdx.x & 31); }
TERN_DEVICE int32_t tern_warp() { return (int32_t)(threadIdx.x >> 5); }

TERN_DEVICE char *tern_shared() {
  extern __shared__ __align__(128) char tern_dynamic_shared[];
  return tern_dynamic_shared;
}

TERN_DEVICE void tern_barrier() { __syncthreads(); }
TERN_DEVICE void tern_warp_barrier(uint32_t mask) { __syncwarp(mask); }

/*===- Memory -------------------------------------------------------------===*/

TERN_DEVICE uint32_t tern_shared_address(const void *shared) {
  return (uint32_t)__cvta_generic_to_shared(shared);
}

/* The L2 gives up these lines first: weights are read once a run, and must not
 * push out activations. */
TERN_DEVICE uint64_t tern_evict_first() {
  uint64_t policy;
  asm("createpolicy.fractional.L2::evict_first.b64 %0, 1.0;" : "=l"(policy));
  return policy;
}

/* Of `valid` copies all bytes are read, of others none: the rest is zeros. */
TERN_DEVICE void tern_copy_async16(void *shared, const void *global,
                                   bool valid) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(
                   tern_shared_address(shared)),
               "l"(__cvta_generic_to_global(global)), "r"(valid ? 16 : 0)
               : "memory");
}

TERN_DEVICE void tern_copy_async16_first(void *shared, const void *global,
                                         bool valid) {
  asm volatile(
      "cp.async.cg.shared.global.L2::cache_hint [%0], [%1], 16, %2, %3;" ::"r"(
          tern_shared_address(shared)),
      "l"(__cvta_generic_to_global(global)), "r"(valid ? 16 : 0),
      "l"(tern_evict_first())
      : "memory");
}

TERN_DEVICE void tern_copy_async4(void *shared, const void *global,
                                  bool valid) {
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(
                   tern_shared_address(shared)),
               "l"(__cvta_generic_to_global(global)), "r"(valid ? 4 : 0)
               : "memory");
}

TERN_DEVICE void tern_copy_commit() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}

/* Until at most `pending` of this thread's latest groups are under way. */
template <int pending> TERN_DEVICE void tern_copy_wait() {
  asm volatile("cp.async.wait_group %0;" ::"n"(pending) : "memory");
}

TERN_DEVICE tern_i32x4 tern_load16(const void *from) {
  int4 bytes = *(const int4 *)from;
  return {{bytes.x, bytes.y, bytes.z, bytes.w}};
}

TERN_DEVICE void tern_store16(void *to, tern_i32x4 value) {
  *(int4 *)to =
      make_int4(value.lane[0], value.lane[1], value.lane[2], value.lane[3]);
}

/* From global memory that this kernel does not write; evicted first. */
TERN_DEVICE tern_i32x4 tern_load_first16(const void *from) {
  tern_i32x4 r;
  asm("ld.global.nc.L1::no_allocate.L2::cache_hint.v4.s32 {%0, %1, %2, %3}, "
      "[%4], %5;"
      : "=r"(r.lane[0]), "=r"(r.lane[1]), "=r"(r.lane[2]), "=r"(r.lane[3])
      : "l"(__cvta_generic_to_global(from)), "l"(tern_evict_first()));
  return r;
}

TERN_DEVICE int32_t tern_atomic_add_i32(int32_t *to, int32_t value) {
  return atomicAdd(to, value);
}

/*===- Fragments ----------------------------------------------------------===*/

/* Lane 8 m + r names row r (16 bytes) of the 8 x 8 matrix m of 16-bit values;
 * each lane gets 4 bytes of every matrix: of row lane / 4, or, transposed, of
 * column lane / 4. */
#define TERN_LDMATRIX_X4(name, trans)                                          \
  TERN_DEVICE tern_i32x4 name(const void *row) {                               \
    tern_i32x4 r;                                                              \
    asm volatile("ldmatrix.sync.aligned.m8n8.x4" trans                         \
                 ".shared.b16 {%0, %1, %2, %3}, [%4];"                         \
                 : "=r"(r.lane[0]), "=r"(r.lane[1]), "=r"(r.lane[2]),          \
                   "=r"(r.lane[3])                                             \
                 : "r"(tern_shared_address(row))                               \
                 : "memory");                                                  \
    return r;                                                                  \
  }
#define TERN_LDMATRIX_X2(name, trans)                                          \
  TERN_DEVICE tern_i32x2 name(const void *row) {                               \
    tern_i32x2 r;                                                              \
    asm volatile("ldmatrix.sync.aligned.m8n8.x2" trans                         \
                 ".shared.b16 {%0, %1}, [%2];"                                 \
                 : "=r"(r.lane[0]), "=r"(r.lane[1])                            \
                 : "r"(tern_shared_address(row))                               \
                 : "memory");                                                  \
    return r;                                                                  \
  }
TERN_LDMATRIX_X4(tern_ldmatrix_x4, "")
TERN_LDMATRIX_X4(tern_ldmatrix_x4_trans, ".trans")
TERN_LDMATRIX_X2(tern_ldmatrix_x2, "")
TERN_LDMATRIX_X2(tern_ldmatrix_x2_trans, ".trans")
#undef TERN_LDMATRIX_X4
#undef TERN_LDMATRIX_X2

/* 16 x 8 += 16 x depth * depth x 8. Integers wrap around. */
#define TERN_MMA(name, vector, reg, shape_and_types)                           \
  TERN_DEVICE vector name(vector acc, tern_i32x4 a, tern_i32x2 b) {            \
    asm volatile("mma.sync.aligned." shape_and_types                           \
                 " {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "             \
                 "{%0, %1, %2, %3};"                                           \
                 : "+" reg(acc.lane[0]), "+" reg(acc.lane[1]),                 \
                   "+" reg(acc.lane[2]), "+" reg(acc.lane[3])                  \
                 : "r"(a.lane[0]), "r"(a.lane[1]), "r"(a.lane[2]),             \
                   "r"(a.lane[3]), "r"(b.lane[0]), "r"(b.lane[1]));            \
    return acc;                                                                \
  }
TERN_MMA(tern_mma_s8, tern_i32x4, "r", "m16n8k32.row.col.s32.s8.s8.s32")
TERN_MMA(tern_mma_u8s8, tern_i32x4, "r", "m16n8k32.row.col.s32.u8.s8.s32")
TERN_MMA(tern_mma_s8u8, tern_i32x4, "r", "m16n8k32.row.col.s32.s8.u8.s32")
TERN_MMA(tern_mma_u8, tern_i32x4, "r", "m16n8k32.row.col.s32.u8.u8.s32")
TERN_MMA(tern_mma_f16, tern_f32x4, "f", "m16n8k16.row.col.f32.f16.f16.f32")
TERN_MMA(tern_mma_bf16, tern_f32x4, "f", "m16n8k16.row.col.f32.bf16.bf16.f32")
#undef TERN_MMA

/*===- Registers ----------------------------------------------------------===*/

/* acc plus the four products of a's and b's bytes; wraps around. */
#define TERN_DP4A(name, types)                                                 \
  TERN_DEVICE int32_t name(int32_t a, int32_t b, int32_t acc) {                \
    int32_t r;                                                                 \
    asm("dp4a." types " %0, %1, %2, %3;"                                       \
        : "=r"(r)                                                              \
        : "r"(a), "r"(b), "r"(acc));                                           \
    return r;                                                                  \
  }
TERN_DP4A(tern_dp4a_s8, "s32.s32")
TERN_DP4A(tern_dp4a_us8, "u32.s32")
TERN_DP4A(tern_dp4a_u8, "u32.u32")
#undef TERN_DP4A

/* Bit 4 a + 2 b + c of the table, for every bit position. */
template <int lut>
TERN_DEVICE int32_t tern_lop3(int32_t a, int32_t b, int32_t c) {
  int32_t r;
  asm("lop3.b32 %0, %1, %2, %3, %4;"
      : "=r"(r)
      : "r"(a), "r"(b), "r"(c), "n"(lut));
  return r;
}

/* Byte i of the result: the byte of b:a that nibble i of the selector names;
 * bit 3 of the nibble spreads that byte's sign instead. */
TERN_DEVICE int32_t tern_byte_perm(int32_t a, int32_t b, int32_t selector) {
  int32_t r;
  asm("prmt.b32 %0, %1, %2, %3;" : "=r"(r) : "r"(a), "r"(b), "r"(selector));
  return r;
}

TERN_DEVICE int32_t tern_sub_f16x2(int32_t a, int32_t b) {
  int32_t r;
  asm("sub.rn.f16x2 %0, %1, %2;" : "=r"(r) : "r"(a), "r"(b));
  return r;
}

TERN_DEVICE int32_t tern_mul_f16x2(int32_t a, int32_t b) {
  int32_t r;
  asm("mul.rn.f16x2 %0, %1, %2;" : "=r"(r) : "r"(a), "r"(b));
  return r;
}

TERN_DEVICE int32_t tern_fma_f16x2(int32_t a, int32_t b, int32_t c) {
  int32_t r;
  asm("fma.rn.f16x2 %0, %1, %2, %3;" : "=r"(r) : "r"(a), "r"(b), "r"(c));
  return r;
}

TERN_DEVICE int32_t tern_pack_f16x2(float lo, float hi) {
  int32_t r;
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(hi), "f"(lo));
  return r;
}

TERN_DEVICE float tern_fma_f32(float a, float b, float c) {
  return __fmaf_rn(a, b, c);
}

TERN_DEVICE double tern_fma_f64(double a, double b, double c) {
  return __fma_rn(a, b, c);
}

/*===- Shuffles -----------------------------------------------------------===*/

template <typename T>
TERN_DEVICE T tern_shuffle_xor(uint32_t mask, T value, int32_t lanes) {
  static_assert(sizeof(T) == 4, "shuffles move 32 bits");
  return __shfl_xor_sync(mask, value, lanes);
}

template <typename T>
TERN_DEVICE T tern_shuffle_down(uint32_t mask, T value, int32_t lanes) {
  static_assert(sizeof(T) == 4, "shuffles move 32 bits");
  return __shfl_down_sync(mask, value, (unsigned)lanes);
}

template <typename T>
TERN_DEVICE T tern_shuffle(uint32_t mask, T value, int32_t source_lane) {
  static_assert(sizeof(T) == 4, "shuffles move 32 bits");
  return __shfl_sync(mask, value, source_lane);
}

/*===- What the host calls ------------------------------------------------===*/

typedef cudaStream_t tern_stream;

/* A type that template arguments are not deduced from. */
template <typename T> struct tern_as_is {
  typedef T type;
};

/* One line on stderr for a CUDA error. */
inline int32_t tern_device_status(const char *what, cudaError_t error) {
  if (error == cudaSuccess)
    return tern_device_ok;
  fprintf(stderr, "tern: %s: %s\n", what, cudaGetErrorString(error));
  return tern_device_failed;
}

/* Kernels with more than 48 KiB of shared memory have to ask for it. */
template <typename... P>
int32_t tern_launch(const char *name, void (*kernel)(P...), int64_t blocks,
                    int32_t threads, int32_t shared_bytes, tern_stream stream,
                    typename tern_as_is<P>::type... args) {
  if (shared_bytes > 48 * 1024) {
    cudaError_t error = cudaFuncSetAttribute(
        (const void *)kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
        shared_bytes);
    if (error != cudaSuccess)
      return tern_device_status(name, error);
  }
  kernel<<<(unsigned)blocks, (unsigned)threads, (size_t)shared_bytes, stream>>>(
      args...);
  return tern_device_status(name, cudaGetLastError());
}

inline int32_t tern_device_alloc(void **memory, uint64_t bytes) {
  return tern_device_status("allocation", cudaMalloc(memory, bytes));
}

inline int32_t tern_device_free(void *memory) {
  return tern_device_status("deallocation", cudaFree(memory));
}

inline int32_t tern_copy_bytes(void *to, const void *from, uint64_t bytes,
                               tern_stream stream) {
  return tern_device_status(
      "copy", cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, stream));
}

inline int32_t tern_copy_to_device(void *to, const void *from, uint64_t bytes,
                                   tern_stream stream) {
  return tern_copy_bytes(to, from, bytes, stream);
}

inline int32_t tern_copy_from_device(void *to, const void *from, uint64_t bytes,
                                     tern_stream stream) {
  return tern_copy_bytes(to, from, bytes, stream);
}

inline int32_t tern_copy_on_device(void *to, const void *from, uint64_t bytes,
                                   tern_stream stream) {
  return tern_copy_bytes(to, from, bytes, stream);
}

inline int32_t tern_stream_wait(tern_stream stream) {
  return tern_device_status("stream", cudaStreamSynchronize(stream));
}

#endif /* TERN_PRIM_CUDA_CUH */
