/*===- device.h - What the test programs share ------------------------------===
 *
 * The programs are written to the primitives alone: they run on a CPU through
 * prim_shim.h, and nvcc builds the same text for a GPU.
 *===----------------------------------------------------------------------===*/
#ifdef TERN_SHIM
#include "prim_shim.h"
#else
#include "prim_cuda.cuh"
#endif

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

/* A copy of a vector in memory of the device, which fetch() reads back. */
template <typename T> class Buffer {
public:
  explicit Buffer(const std::vector<T> &host) : host(host) {
    if (tern_device_alloc(&memory, bytes()) != tern_device_ok ||
        tern_copy_to_device(memory, host.data(), bytes(), nullptr) !=
            tern_device_ok)
      exit(3);
  }
  explicit Buffer(size_t elements) : Buffer(std::vector<T>(elements)) {}
  Buffer(const Buffer &) = delete;
  ~Buffer() { tern_device_free(memory); }

  T *get() { return (T *)memory; }
  const std::vector<T> &fetch() {
    if (tern_copy_from_device(host.data(), memory, bytes(), nullptr) !=
            tern_device_ok ||
        tern_stream_wait(nullptr) != tern_device_ok)
      exit(3);
    return host;
  }

private:
  uint64_t bytes() const { return host.size() * sizeof(T); }
  void *memory = nullptr;
  std::vector<T> host;
};

/* The same numbers in every run. */
struct Random {
  uint64_t state = 88172645463325252u;
  uint32_t operator()() {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return (uint32_t)(state >> 16);
  }
  template <typename T, size_t n> T of(const T (&choices)[n]) {
    return choices[(*this)() % n];
  }
};

inline int wrong = 0;

/* Counts a difference and shows the first few. */
inline void expect(bool right, const char *what, long long index) {
  if (!right && ++wrong <= 10)
    printf("wrong: %s [%lld]\n", what, index);
}

/* What main returns. */
inline int verdict() {
  printf(wrong ? "%d wrong\n" : "all right\n", wrong);
  return wrong != 0;
}
