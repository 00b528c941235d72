/*===- prim_shim_state.h - The simulated device's threads -------------------===
 *
 * One block exists at a time; its threads are fibers (prim_shim_fibers.h) or OS
 * threads (prim_shim_threads.h). Both keep what they know here, so that faults
 * read the same. A fault is the end of a launch, never of the process.
 *===----------------------------------------------------------------------===*/
#ifndef TERN_PRIM_SHIM_STATE_H
#define TERN_PRIM_SHIM_STATE_H

#include <atomic>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#ifdef TERN_SHIM_THREADS
#define TERN_SHIM_LOCAL thread_local
#else
#define TERN_SHIM_LOCAL
#endif

/* Hidden: each library that holds a simulated device has one of its own. */
#pragma GCC visibility push(hidden)
namespace tern_shim {

constexpr int32_t warpSize = 32;
constexpr int32_t maxThreads = 1024;
/* Of an H100: what one block can have. */
constexpr int32_t maxSharedBytes = 227 * 1024;

/* cp.async: when its bytes land. */
enum class Copies { lazy, eager };

/* Which thread runs when several could. */
enum class Order { forward, reverse, shuffle };

struct Settings {
  Copies copies = Copies::lazy;
  Order order = Order::forward;
  uint64_t seed = 0;
};

/* One cp.async; without `from` it writes zeros. */
struct Copy {
  char *to;
  const char *from;
  int32_t bytes;
  int32_t line;
};

struct Thread {
  int32_t index = 0;
  /* The function that this thread waits in, or null, and its line. */
  const char *waitsIn = nullptr;
  int32_t line = 0;
  /* Of the warp function that it waits in. */
  uint32_t mask = 0;
  const void *in = nullptr;
  void *out = nullptr;
  /* Copies under way, and where each committed group ends among them. */
  std::vector<Copy> copies;
  std::vector<size_t> groups;
  /* How many barriers of its block and of its warp it has come to. */
  uint32_t barriers = 0;
  uint32_t warpBarriers = 0;
  /* What ThreadSanitizer knows its last two warp barriers by. */
  uint64_t warpTags[2] = {};

  /* Both wait in the same function, of the same lanes. */
  bool meets(const Thread &other) const {
    return mask == other.mask &&
           (waitsIn == other.waitsIn || !strcmp(waitsIn, other.waitsIn));
  }
  int32_t lane() const { return index % warpSize; }
  int32_t warp() const { return index / warpSize; }
  void restart(int32_t number) {
    index = number;
    waitsIn = nullptr;
    copies.clear();
    groups.clear();
    barriers = warpBarriers = 0;
  }
};

/* What the lanes of a warp brought to a warp function. */
struct Lanes {
  uint32_t mask;
  const void *in[warpSize];
  void *out[warpSize];
};

/* What a warp function does once its lanes have met. */
using Exchange = void (*)(const Lanes &lanes);

struct Launch {
  const char *kernel = "";
  int64_t blocks = 0;
  int32_t threads = 0;
  int32_t sharedBytes = 0;
  Settings settings;
  /* Runs one thread's kernel. */
  void (*body)(const void *arguments) = nullptr;
  const void *arguments = nullptr;
};

struct Device {
  Launch launch;
  int64_t block = 0;
  /* Of the block under way; only the first launch.threads count. */
  Thread threads[maxThreads];
  /* Lanes of each warp that wait in a warp function. */
  uint32_t warpWaits[maxThreads / warpSize] = {};
  int32_t barrierWaits = 0;
  int32_t ended = 0;
  std::atomic<bool> failed{false};
  alignas(128) char shared[maxSharedBytes];

  void startLaunch(const Launch &next) {
    launch = next;
    failed = false;
    memset(warpWaits, 0, sizeof warpWaits);
    for (int32_t i = 0; i < maxThreads; ++i)
      threads[i].restart(i);
  }

  /* The block before left no thread waiting. */
  void startBlock(int64_t number) {
    block = number;
    barrierWaits = ended = 0;
    /* Nobody may count on zeros. */
    memset(shared, 0xcd, (size_t)launch.sharedBytes);
  }
};

inline Device device;
/* The thread that runs; null on the host. */
inline TERN_SHIM_LOCAL Thread *current = nullptr;

inline void sayFault(const Thread *thread, int32_t line, const char *format,
                     va_list arguments) {
  char what[256];
  vsnprintf(what, sizeof what, format, arguments);
  char where[64] = "";
  if (thread)
    snprintf(where, sizeof where, ", block %lld, thread %d, line %d",
             (long long)device.block, thread->index, line);
  fprintf(stderr, "tern device simulation: kernel '%s'%s: %s\n",
          device.launch.kernel, where, what);
}

/* Ends the launch. Fibers and OS threads leave a kernel in different ways. */
[[noreturn]] inline void abandonKernel();

/* Reports what the current thread did wrong in `line` of the emitted source;
 * only the launch's first fault is told. */
[[noreturn]] __attribute__((format(printf, 2, 3))) inline void
fault(int32_t line, const char *format, ...) {
  if (!device.failed.exchange(true)) {
    va_list arguments;
    va_start(arguments, format);
    sayFault(current, line, format, arguments);
    va_end(arguments);
  }
  abandonKernel();
}

/* Nothing can run, yet not everything has ended: says of the first thread that
 * waits what it waits for. Who does not wait has ended. */
[[noreturn]] inline void deadlock() {
  Thread *waits = nullptr;
  for (int32_t i = 0; i < device.launch.threads && !waits; ++i)
    if (device.threads[i].waitsIn)
      waits = &device.threads[i];
  current = waits;
  bool wholeBlock = !waits->mask;
  int32_t first = wholeBlock ? 0 : waits->warp() * warpSize;
  int32_t count = wholeBlock ? device.launch.threads : warpSize;
  for (int32_t i = first; i < first + count; ++i) {
    Thread &other = device.threads[i];
    if (!wholeBlock && !(waits->mask >> other.lane() & 1))
      continue;
    if (!other.waitsIn)
      fault(waits->line, "%s: %s waits for thread %d, which has ended",
            wholeBlock ? "divergent barrier" : "divergent warp", waits->waitsIn,
            i);
    if (!other.meets(*waits))
      fault(waits->line,
            "%s: %s waits for thread %d, which waits in %s of line %d",
            wholeBlock ? "divergent barrier" : "divergent warp", waits->waitsIn,
            i, other.waitsIn, other.line);
  }
  fault(waits->line, "deadlock: %s never returns", waits->waitsIn);
}

/*===- Settings -----------------------------------------------------------===*/

/* The value of an environment variable, or `otherwise` where it has none. */
inline const char *setting(const char *name, const char *otherwise) {
  const char *value = getenv(name);
  return value && *value ? value : otherwise;
}

inline bool badSetting(const char *name, const char *expected,
                       const char *got) {
  fprintf(stderr, "%s: expected %s, but got '%s'\n", name, expected, got);
  return false;
}

inline bool readSettings(Settings &settings) {
  const char *copies = setting("TERN_SHIM_COPIES", "lazy");
  if (!strcmp(copies, "eager"))
    settings.copies = Copies::eager;
  else if (strcmp(copies, "lazy"))
    return badSetting("TERN_SHIM_COPIES", "lazy or eager", copies);

  const char *order = setting("TERN_SHIM_ORDER", "forward");
  if (!strcmp(order, "reverse")) {
    settings.order = Order::reverse;
  } else if (!strncmp(order, "shuffle:", 8)) {
    settings.order = Order::shuffle;
    settings.seed = strtoull(order + 8, nullptr, 10);
  } else if (strcmp(order, "forward")) {
    return badSetting("TERN_SHIM_ORDER", "forward, reverse or shuffle:<seed>",
                      order);
  }
#ifdef TERN_SHIM_THREADS
  settings.copies = Copies::eager;
#endif
  return true;
}

} // namespace tern_shim
#pragma GCC visibility pop

#endif /* TERN_PRIM_SHIM_STATE_H */
