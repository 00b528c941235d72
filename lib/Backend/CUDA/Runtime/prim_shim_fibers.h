/*===- prim_shim_fibers.h - A block's threads as fibers ---------------------===
 *
 * A fiber runs threads one after another and keeps its stack. Only when a
 * thread has to wait is another fiber needed, so a kernel without barriers and
 * warp functions is a loop of calls on one fiber.
 *
 * The thread that runs next is the first (or last, or any) that is ready: in
 * order `forward`, warp 0 runs as far ahead as the barriers let it. Running far
 * ahead is what makes a missing barrier show in values.
 *===----------------------------------------------------------------------===*/
#ifndef TERN_PRIM_SHIM_FIBERS_H
#define TERN_PRIM_SHIM_FIBERS_H

#include "prim_shim_state.h"

#include <memory>
#include <sys/mman.h>

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

#pragma GCC visibility push(hidden)
namespace tern_shim {

/*===- Switching stacks ---------------------------------------------------===*/

#if defined(__x86_64__)
/* A suspended stack is its stack pointer; the registers lie on it. */
struct Context {
  void *stackPointer = nullptr;
};

/* Saves what a call has to preserve, goes to the other stack, restores. */
__attribute__((naked, noinline)) inline void switchStacks(void ** /*from*/,
                                                          void * /*to*/) {
  __asm__ volatile("pushq %rbp\n pushq %rbx\n pushq %r12\n"
                   "pushq %r13\n pushq %r14\n pushq %r15\n"
                   "movq %rsp, (%rdi)\n movq %rsi, %rsp\n"
                   "popq %r15\n popq %r14\n popq %r13\n"
                   "popq %r12\n popq %rbx\n popq %rbp\n ret");
}

inline void switchContext(Context &from, Context &to) {
  switchStacks(&from.stackPointer, to.stackPointer);
}

/* The next switch to `context` calls `entry` on a fresh stack. */
inline void prepare(Context &context, char *stack, size_t bytes,
                    void (*entry)()) {
  void **top = (void **)(((uintptr_t)stack + bytes) & ~(uintptr_t)15);
  *--top = nullptr; /* where entry, which never returns, would return to */
  *--top = (void *)entry;
  for (int saved = 0; saved < 6; ++saved)
    *--top = nullptr;
  context.stackPointer = top;
}
#else
struct Context {
  ucontext_t registers;
};

inline void switchContext(Context &from, Context &to) {
  swapcontext(&from.registers, &to.registers);
}

inline void prepare(Context &context, char *stack, size_t bytes,
                    void (*entry)()) {
  getcontext(&context.registers);
  context.registers.uc_stack.ss_sp = stack;
  context.registers.uc_stack.ss_size = bytes;
  context.registers.uc_link = nullptr;
  makecontext(&context.registers, entry, 0);
}
#endif

/*===- Fibers -------------------------------------------------------------===*/

constexpr size_t stackBytes = 256 * 1024;
constexpr size_t guardBytes = 4096;
constexpr const char *noStack = "no memory for the stack of a thread";

struct Fiber {
  Context context;
  char *stack = nullptr;
  /* What it starts when it is switched to while idle. */
  Thread *next = nullptr;

  Fiber() {
    void *memory = mmap(nullptr, stackBytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
      return;
    stack = (char *)memory;
    /* Whoever needs more must not write to another thread's stack. */
    mprotect(stack, guardBytes, PROT_NONE);
  }
  Fiber(const Fiber &) = delete;
  ~Fiber() {
    if (stack)
      munmap(stack, stackBytes);
  }
};

/* The bits of threads that can run. */
class ReadySet {
public:
  void fill(int32_t threads) {
    count = threads;
    low = 0;
    for (int32_t word = 0; word * 64 < threads; ++word)
      words[word] = threads - word * 64 >= 64
                        ? ~uint64_t(0)
                        : (uint64_t(1) << (threads - word * 64)) - 1;
  }
  void add(int32_t thread) {
    words[thread / 64] |= uint64_t(1) << thread % 64;
    low = low < thread / 64 ? low : thread / 64;
  }

  /* Takes a thread out, or returns -1. */
  int32_t take(Order order, uint64_t &random) {
    int32_t last = (count - 1) / 64;
    if (order == Order::reverse) {
      for (int32_t word = last; word >= 0; --word)
        if (words[word])
          return remove(word, 63 - __builtin_clzll(words[word]));
      return -1;
    }
    if (order == Order::shuffle)
      if (int32_t thread = takeAny(random); thread >= 0)
        return thread;
    for (; low <= last; ++low)
      if (words[low])
        return remove(low, __builtin_ctzll(words[low]));
    return -1;
  }

private:
  int32_t remove(int32_t word, int32_t bit) {
    words[word] &= ~(uint64_t(1) << bit);
    return word * 64 + bit;
  }

  /* The first one from a random place on. */
  int32_t takeAny(uint64_t &random) {
    random ^= random << 13, random ^= random >> 7, random ^= random << 17;
    int32_t start = (int32_t)(random % (uint64_t)count);
    uint64_t above = words[start / 64] >> start % 64 << start % 64;
    if (above)
      return remove(start / 64, __builtin_ctzll(above));
    for (int32_t word = start / 64 + 1; word <= (count - 1) / 64; ++word)
      if (words[word])
        return remove(word, __builtin_ctzll(words[word]));
    return -1;
  }

  uint64_t words[maxThreads / 64] = {};
  int32_t count = 0;
  /* No word below this one has a bit. */
  int32_t low = 0;
};

struct Scheduler {
  Context host;
  std::vector<std::unique_ptr<Fiber>> fibers;
  std::vector<Fiber *> idle;
  /* The fiber that each thread of the block is on, if it has begun. */
  Fiber *fiberOf[maxThreads] = {};
  Fiber *running = nullptr;
  ReadySet ready;
  uint64_t random = 1;

  Thread *next() {
    int32_t index = ready.take(device.launch.settings.order, random);
    return index < 0 ? nullptr : &device.threads[index];
  }
  /* Null when there is no memory for its stack. */
  Fiber *takeIdle();
  void switchTo(Fiber *to);
  void work(Fiber *self);
  bool run();
};

inline Scheduler scheduler;

inline void fiberMain() { scheduler.work(scheduler.running); }

/* Fresh again, whatever was left on its stack. Stacks end at different
 * offsets in a page: what the lanes of a warp bring to a meeting lies at one
 * depth, and would all compete for one set of the cache. */
inline void refresh(Fiber &fiber, size_t number) {
  prepare(fiber.context, fiber.stack, stackBytes - number % 64 * 832,
          fiberMain);
}

inline Fiber *Scheduler::takeIdle() {
  if (idle.empty()) {
    auto fiber = std::make_unique<Fiber>();
    if (!fiber->stack)
      return nullptr;
    refresh(*fiber, fibers.size());
    fibers.push_back(std::move(fiber));
    return fibers.back().get();
  }
  Fiber *fiber = idle.back();
  idle.pop_back();
  return fiber;
}

inline void Scheduler::switchTo(Fiber *to) {
  Fiber *from = running;
  running = to;
  switchContext(from->context, to->context);
}

/* What a fiber does for ever: starts threads, and gives way to those that
 * others have begun. */
inline void Scheduler::work(Fiber *self) {
  for (;;) {
    Thread *thread = self->next ? self->next : next();
    self->next = nullptr;
    if (!thread) {
      if (device.ended < device.launch.threads)
        deadlock();
      idle.push_back(self);
      switchContext(self->context, host);
      continue;
    }
    current = thread;
    if (Fiber *other = fiberOf[thread->index]) {
      idle.push_back(self);
      switchTo(other);
      continue;
    }
    fiberOf[thread->index] = self;
    device.launch.body(device.launch.arguments);
    fiberOf[thread->index] = nullptr;
  }
}

/* Runs the block; false after a fault. */
inline bool Scheduler::run() {
  ready.fill(device.launch.threads);
  running = takeIdle();
  if (!running) {
    fprintf(stderr, "tern device simulation: %s\n", noStack);
    return false;
  }
  switchContext(host, running->context);
  current = nullptr;
  if (!device.failed)
    return true;
  idle.clear();
  for (size_t i = 0; i < fibers.size(); ++i) {
    refresh(*fibers[i], i);
    fibers[i]->next = nullptr;
    idle.push_back(fibers[i].get());
  }
  memset(fiberOf, 0, sizeof fiberOf);
  return false;
}

/*===- What every engine offers -------------------------------------------===*/

inline void abandonKernel() {
  Context nowhere;
  switchContext(nowhere, scheduler.host);
  __builtin_unreachable();
}

/* Fibers change hands only where they ask for it: nothing to lock. */
struct Section {
  /* Until release() of the current thread. */
  void suspend() {
    Thread *next = scheduler.next();
    if (!next)
      deadlock();
    Fiber *to = scheduler.fiberOf[next->index];
    if (!to) {
      to = scheduler.takeIdle();
      if (!to)
        fault(current->line, "%s", noStack);
      to->next = next;
    }
    current = next;
    scheduler.switchTo(to);
  }
  void release(Thread &thread) { scheduler.ready.add(thread.index); }
  void endThread() { ++device.ended; }
};

/* Fibers share one OS thread: their accesses are in order anyway. */
inline void orderRelease(const void *) {}
inline void orderAcquire(const void *) {}

inline bool runLaunch() {
  scheduler.random = device.launch.settings.seed * 2 + 1;
  for (int64_t block = 0; block < device.launch.blocks; ++block) {
    device.startBlock(block);
    if (!scheduler.run())
      return false;
  }
  return true;
}

} // namespace tern_shim
#pragma GCC visibility pop

#endif /* TERN_PRIM_SHIM_FIBERS_H */
