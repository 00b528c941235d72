/*===- prim_shim.h - The device primitives, on a CPU ------------------------===
 *
 * The functions of prim_cuda.cuh for an emitted file that is compiled as plain
 * C++17 (-x c++ -DTERN_SHIM): the same values, and faults where a GPU would go
 * on with garbage. README.md beside this file says what it finds and what it
 * cannot.
 *
 * `line` is where the caller stands in the emitted source; nobody passes it.
 *===----------------------------------------------------------------------===*/
#ifndef TERN_PRIM_SHIM_H
#define TERN_PRIM_SHIM_H

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif
#if defined(__FAST_MATH__)
#error "compile without -ffast-math"
#endif

#include "prim_shim_meet.h"

#include <memory>
#include <mutex>
#include <tuple>

#define TERN_DEVICE static inline
#define TERN_KERNEL static void
#define TERN_BOUNDS(threads, min_blocks)

/* An element behind a pointer to global or shared memory; of a buffer of
 * `elements` the index is checked, too. */
#define TERN_AT(pointer, index)                                                \
  (*tern_shim::at((pointer), (int64_t)(index), __LINE__))
#define TERN_AT_IN(pointer, index, elements)                                   \
  (*tern_shim::atIn((pointer), (int64_t)(index), (int64_t)(elements), __LINE__))

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

inline int32_t tern_thread() { return tern_shim::current->index; }
inline int32_t tern_block() { return (int32_t)tern_shim::device.block; }
inline int32_t tern_block_threads() { return tern_shim::device.launch.threads; }
inline int32_t tern_grid_blocks() {
  return (int32_t)tern_shim::device.launch.blocks;
}
inline int32_t tern_lane() { return tern_shim::current->lane(); }
inline int32_t tern_warp() { return tern_shim::current->warp(); }
inline char *tern_shared() { return tern_shim::device.shared; }

inline void tern_barrier(int32_t line = __builtin_LINE()) {
  tern_shim::meetBlock(line);
}
inline void tern_warp_barrier(uint32_t mask, int32_t line = __builtin_LINE()) {
  tern_shim::meetWarp(mask, line);
}

/*===- Memory -------------------------------------------------------------===*/

inline void tern_copy_async16(void *shared, const void *global, bool valid,
                              int32_t line = __builtin_LINE()) {
  tern_shim::copyAsync(shared, global, 16, valid, line);
}
inline void tern_copy_async16_first(void *shared, const void *global,
                                    bool valid,
                                    int32_t line = __builtin_LINE()) {
  tern_shim::copyAsync(shared, global, 16, valid, line);
}
inline void tern_copy_async4(void *shared, const void *global, bool valid,
                             int32_t line = __builtin_LINE()) {
  tern_shim::copyAsync(shared, global, 4, valid, line);
}
inline void tern_copy_commit() { tern_shim::commitCopies(); }

/* Until at most `pending` of this thread's latest groups are under way. */
template <int pending> inline void tern_copy_wait() {
  tern_shim::waitForCopies(pending);
}

inline tern_i32x4 tern_load16(const void *from,
                              int32_t line = __builtin_LINE()) {
  tern_shim::checkAccess(from, 16, line);
  tern_i32x4 value;
  memcpy(&value, from, sizeof value);
  return value;
}
inline tern_i32x4 tern_load_first16(const void *from,
                                    int32_t line = __builtin_LINE()) {
  return tern_load16(from, line);
}
inline void tern_store16(void *to, tern_i32x4 value,
                         int32_t line = __builtin_LINE()) {
  tern_shim::checkAccess(to, 16, line);
  memcpy(to, &value, sizeof value);
}

/* As on a device, it orders no other accesses. */
inline int32_t tern_atomic_add_i32(int32_t *to, int32_t value,
                                   int32_t line = __builtin_LINE()) {
  tern_shim::checkAccess(to, 4, line);
  return __atomic_fetch_add(to, value, __ATOMIC_RELAXED);
}

/*===- Fragments ----------------------------------------------------------===*/

inline tern_i32x4 tern_ldmatrix_x4(const void *row,
                                   int32_t line = __builtin_LINE()) {
  return tern_shim::loadMatrices<tern_i32x4, 4, false>("tern_ldmatrix_x4", row,
                                                       line);
}
inline tern_i32x4 tern_ldmatrix_x4_trans(const void *row,
                                         int32_t line = __builtin_LINE()) {
  return tern_shim::loadMatrices<tern_i32x4, 4, true>("tern_ldmatrix_x4_trans",
                                                      row, line);
}
inline tern_i32x2 tern_ldmatrix_x2(const void *row,
                                   int32_t line = __builtin_LINE()) {
  return tern_shim::loadMatrices<tern_i32x2, 2, false>("tern_ldmatrix_x2", row,
                                                       line);
}
inline tern_i32x2 tern_ldmatrix_x2_trans(const void *row,
                                         int32_t line = __builtin_LINE()) {
  return tern_shim::loadMatrices<tern_i32x2, 2, true>("tern_ldmatrix_x2_trans",
                                                      row, line);
}

#define TERN_SHIM_MMA(name, element, vector, exchange)                         \
  inline vector name(vector acc, tern_i32x4 a, tern_i32x2 b,                   \
                     int32_t line = __builtin_LINE()) {                        \
    return tern_shim::multiplyMatrices<element>(#name, tern_shim::exchange,    \
                                                acc, a, b, line);              \
  }
#define TERN_COMMA ,
TERN_SHIM_MMA(tern_mma_s8, int32_t, tern_i32x4,
              exchangeIntegers<int8_t TERN_COMMA int8_t>)
TERN_SHIM_MMA(tern_mma_u8s8, int32_t, tern_i32x4,
              exchangeIntegers<uint8_t TERN_COMMA int8_t>)
TERN_SHIM_MMA(tern_mma_s8u8, int32_t, tern_i32x4,
              exchangeIntegers<int8_t TERN_COMMA uint8_t>)
TERN_SHIM_MMA(tern_mma_u8, int32_t, tern_i32x4,
              exchangeIntegers<uint8_t TERN_COMMA uint8_t>)
TERN_SHIM_MMA(tern_mma_f16, float, tern_f32x4,
              exchangeFloats<tern_shim::fromF16>)
TERN_SHIM_MMA(tern_mma_bf16, float, tern_f32x4,
              exchangeFloats<tern_shim::fromBf16>)
#undef TERN_COMMA
#undef TERN_SHIM_MMA

/*===- Registers ----------------------------------------------------------===*/

inline int32_t tern_dp4a_s8(int32_t a, int32_t b, int32_t acc) {
  return tern_shim::dotBytes<int8_t, int8_t>(a, b, acc);
}
inline int32_t tern_dp4a_us8(int32_t a, int32_t b, int32_t acc) {
  return tern_shim::dotBytes<uint8_t, int8_t>(a, b, acc);
}
inline int32_t tern_dp4a_u8(int32_t a, int32_t b, int32_t acc) {
  return tern_shim::dotBytes<uint8_t, uint8_t>(a, b, acc);
}

template <int lut> inline int32_t tern_lop3(int32_t a, int32_t b, int32_t c) {
  return tern_shim::lop3(a, b, c, lut);
}
inline int32_t tern_byte_perm(int32_t a, int32_t b, int32_t selector) {
  return tern_shim::permute(a, b, selector);
}

inline int32_t tern_sub_f16x2(int32_t a, int32_t b) {
  using namespace tern_shim;
  return pack(subHalf(lowHalf(a), lowHalf(b)),
              subHalf(highHalf(a), highHalf(b)));
}
inline int32_t tern_mul_f16x2(int32_t a, int32_t b) {
  using namespace tern_shim;
  return pack(mulHalf(lowHalf(a), lowHalf(b)),
              mulHalf(highHalf(a), highHalf(b)));
}
inline int32_t tern_fma_f16x2(int32_t a, int32_t b, int32_t c) {
  using namespace tern_shim;
  return pack(fmaHalf(lowHalf(a), lowHalf(b), lowHalf(c)),
              fmaHalf(highHalf(a), highHalf(b), highHalf(c)));
}
inline int32_t tern_pack_f16x2(float lo, float hi) {
  return tern_shim::pack(tern_shim::toF16((double)lo),
                         tern_shim::toF16((double)hi));
}

inline float tern_fma_f32(float a, float b, float c) {
  return std::fma(a, b, c);
}
inline double tern_fma_f64(double a, double b, double c) {
  return std::fma(a, b, c);
}

/*===- Shuffles -----------------------------------------------------------===*/

template <typename T>
inline T tern_shuffle_xor(uint32_t mask, T value, int32_t lanes,
                          int32_t line = __builtin_LINE()) {
  return tern_shim::shuffle("tern_shuffle_xor", mask, value,
                            (tern_lane() ^ lanes) & 31, line);
}

/* Past the last lane, a lane keeps its own value. */
template <typename T>
inline T tern_shuffle_down(uint32_t mask, T value, int32_t lanes,
                           int32_t line = __builtin_LINE()) {
  int32_t source = tern_lane() + (lanes & 31);
  return tern_shim::shuffle("tern_shuffle_down", mask, value,
                            source > 31 ? tern_lane() : source, line);
}

template <typename T>
inline T tern_shuffle(uint32_t mask, T value, int32_t source_lane,
                      int32_t line = __builtin_LINE()) {
  return tern_shim::shuffle("tern_shuffle", mask, value, source_lane & 31,
                            line);
}

/*===- What the host calls ------------------------------------------------===*/

/* Streams do not overlap here: everything is done when a call returns. */
typedef void *tern_stream;

#pragma GCC visibility push(hidden)
namespace tern_shim {

/* There is one device; hosts with several threads take turns. */
inline std::mutex deviceMutex;

inline bool inRange(const char *what, int64_t got, int64_t low, int64_t high) {
  if (got >= low && got <= high)
    return true;
  fprintf(stderr,
          "tern device simulation: kernel '%s': expected %s from %lld to "
          "%lld, but got %lld\n",
          device.launch.kernel, what, (long long)low, (long long)high,
          (long long)got);
  return false;
}

inline bool checkLaunch(const Launch &launch) {
  return inRange("a number of blocks", launch.blocks, 1, INT32_MAX) &&
         inRange("a number of threads", launch.threads, 1, maxThreads) &&
         inRange("a number of bytes of shared memory", launch.sharedBytes, 0,
                 maxSharedBytes);
}

inline int32_t run(const Launch &launch) {
  std::lock_guard<std::mutex> lock(deviceMutex);
  device.startLaunch(launch);
  if (!checkLaunch(launch) || !readSettings(device.launch.settings))
    return tern_device_failed;
  if (runLaunch())
    return tern_device_ok;
  forgetCopies();
  return tern_device_failed;
}

inline bool onDevice(const void *memory, uint64_t bytes, const char *what) {
  std::lock_guard<std::mutex> lock(deviceMutex);
  const Range *range = allocations.find((uintptr_t)memory);
  if (bytes == 0 || (range && range->holds((uintptr_t)memory, bytes)))
    return true;
  fprintf(stderr,
          "tern device simulation: %s: %llu bytes at %p are not in one "
          "allocation of the device\n",
          what, (unsigned long long)bytes, memory);
  return false;
}

} // namespace tern_shim
#pragma GCC visibility pop

/* A type that template arguments are not deduced from. */
template <typename T> struct tern_as_is {
  typedef T type;
};

template <typename... P>
int32_t tern_launch(const char *name, void (*kernel)(P...), int64_t blocks,
                    int32_t threads, int32_t shared_bytes, tern_stream,
                    typename tern_as_is<P>::type... args) {
  struct Call {
    void (*kernel)(P...);
    std::tuple<P...> args;
  } call = {kernel, std::tuple<P...>(args...)};
  tern_shim::Launch launch;
  launch.kernel = name;
  launch.blocks = blocks;
  launch.threads = threads;
  launch.sharedBytes = shared_bytes;
  launch.arguments = &call;
  launch.body = [](const void *arguments) {
    const Call &call = *(const Call *)arguments;
    std::apply(call.kernel, call.args);
    tern_shim::endThread();
  };
  return tern_shim::run(launch);
}

inline int32_t tern_device_alloc(void **memory, uint64_t bytes) {
  std::lock_guard<std::mutex> lock(tern_shim::deviceMutex);
  *memory = aligned_alloc(256, (size_t)((bytes + 256) / 256 * 256));
  if (!*memory) {
    fprintf(stderr, "tern device simulation: no memory for %llu bytes\n",
            (unsigned long long)bytes);
    return tern_device_failed;
  }
  memset(*memory, 0xcd, (size_t)bytes); /* nobody may count on zeros */
  tern_shim::allocations.add((uintptr_t)*memory, bytes);
  return tern_device_ok;
}

inline int32_t tern_device_free(void *memory) {
  std::lock_guard<std::mutex> lock(tern_shim::deviceMutex);
  if (memory && !tern_shim::allocations.remove((uintptr_t)memory)) {
    fprintf(stderr, "tern device simulation: %p was not allocated\n", memory);
    return tern_device_failed;
  }
  free(memory);
  return tern_device_ok;
}

inline int32_t tern_copy_to_device(void *to, const void *from, uint64_t bytes,
                                   tern_stream) {
  if (!tern_shim::onDevice(to, bytes, "copy to the device"))
    return tern_device_failed;
  memcpy(to, from, (size_t)bytes);
  return tern_device_ok;
}

inline int32_t tern_copy_from_device(void *to, const void *from, uint64_t bytes,
                                     tern_stream) {
  if (!tern_shim::onDevice(from, bytes, "copy from the device"))
    return tern_device_failed;
  memcpy(to, from, (size_t)bytes);
  return tern_device_ok;
}

inline int32_t tern_copy_on_device(void *to, const void *from, uint64_t bytes,
                                   tern_stream) {
  if (!tern_shim::onDevice(from, bytes, "copy on the device") ||
      !tern_shim::onDevice(to, bytes, "copy on the device"))
    return tern_device_failed;
  memmove(to, from, (size_t)bytes);
  return tern_device_ok;
}

inline int32_t tern_stream_wait(tern_stream) { return tern_device_ok; }

#endif /* TERN_PRIM_SHIM_H */
