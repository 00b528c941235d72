/*===- prim_shim_threads.h - A block's threads as OS threads ----------------===
 *
 * For ThreadSanitizer (-DTERN_SHIM_THREADS -fsanitize=thread). It must see the
 * happens-before edges of CUDA and no others: those of barriers (of a block, of
 * a warp), but not those of the locks that this simulation needs, nor of
 * shuffles and matrix functions, which order no memory. So everything inside a
 * Section is hidden from it, and what a barrier orders is told explicitly.
 *===----------------------------------------------------------------------===*/
#ifndef TERN_PRIM_SHIM_THREADS_H
#define TERN_PRIM_SHIM_THREADS_H

#include "prim_shim_state.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#if defined(__SANITIZE_THREAD__)
#define TERN_SHIM_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TERN_SHIM_TSAN 1
#endif
#endif

#ifdef TERN_SHIM_TSAN
extern "C" {
void AnnotateIgnoreReadsBegin(const char *, int);
void AnnotateIgnoreReadsEnd(const char *, int);
void AnnotateIgnoreWritesBegin(const char *, int);
void AnnotateIgnoreWritesEnd(const char *, int);
void AnnotateIgnoreSyncBegin(const char *, int);
void AnnotateIgnoreSyncEnd(const char *, int);
void __tsan_acquire(void *);
void __tsan_release(void *);
}
#endif

#pragma GCC visibility push(hidden)
namespace tern_shim {

struct Hidden {
#ifdef TERN_SHIM_TSAN
  Hidden() {
    AnnotateIgnoreSyncBegin(__FILE__, __LINE__);
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
  }
  ~Hidden() {
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
    AnnotateIgnoreSyncEnd(__FILE__, __LINE__);
  }
#else
  Hidden() {}
#endif
  Hidden(const Hidden &) = delete;
};

/* Tells ThreadSanitizer that what came before orderRelease in one thread
 * comes before what follows orderAcquire of the same tag in another. */
inline void orderRelease(const void *tag) {
#ifdef TERN_SHIM_TSAN
  __tsan_release(const_cast<void *>(tag));
#else
  (void)tag;
#endif
}
inline void orderAcquire(const void *tag) {
#ifdef TERN_SHIM_TSAN
  __tsan_acquire(const_cast<void *>(tag));
#else
  (void)tag;
#endif
}

struct Workers {
  std::mutex mutex;
  std::condition_variable wake[maxThreads];
  /* Threads that neither wait nor have ended. */
  int32_t busy = 0;
};

inline Workers workers;

/* Leaves a kernel whose launch has failed. */
struct Abandoned {};
inline void abandonKernel() { throw Abandoned(); }

/* The simulation's own state, one thread at a time. */
struct Section {
  Hidden hidden;
  std::unique_lock<std::mutex> lock{workers.mutex};

  /* Until release() of the current thread. */
  void suspend() {
    Thread *self = current;
    leave();
    workers.wake[self->index].wait(
        lock, [&] { return !self->waitsIn || device.failed; });
    if (device.failed)
      abandonKernel();
  }
  void release(Thread &thread) {
    ++workers.busy;
    workers.wake[thread.index].notify_one();
  }
  /* The current thread waits, or has ended. */
  void leave() {
    if (--workers.busy == 0 && device.ended < device.launch.threads)
      deadlock();
  }
  void endThread() {
    ++device.ended;
    leave();
  }
};

inline void runThread(Thread *thread) {
  current = thread;
  try {
    device.launch.body(device.launch.arguments);
  } catch (Abandoned) {
    Section section;
    for (std::condition_variable &wake : workers.wake)
      wake.notify_all();
  }
}

inline bool runLaunch() {
  for (int64_t block = 0; block < device.launch.blocks; ++block) {
    device.startBlock(block);
    workers.busy = device.launch.threads;
    std::vector<std::thread> threads;
    for (int32_t i = 0; i < device.launch.threads; ++i)
      threads.emplace_back(runThread, &device.threads[i]);
    for (std::thread &thread : threads)
      thread.join();
    if (device.failed)
      return false;
  }
  return true;
}

} // namespace tern_shim
#pragma GCC visibility pop

#endif /* TERN_PRIM_SHIM_THREADS_H */
