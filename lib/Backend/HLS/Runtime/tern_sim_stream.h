/*===- tern_sim_stream.h - Streams and processes, for C simulation -----------===
 *
 * A stream has the depth that the hardware's has, so a design that would come
 * to a stop in hardware does so here: every process is a fiber, and one that
 * finds its stream empty (or full) lets the others go on. When none can, the
 * run ends and says which streams each one waits for. TERN_HLS_MARKS=1 in the
 * environment prints how full each stream became.
 *===----------------------------------------------------------------------===*/
#ifndef TERN_SIM_STREAM_H
#define TERN_SIM_STREAM_H

#include <deque>
#include <functional>
#include <memory>
#include <stdio.h>
#include <stdlib.h>
#include <string>
#include <sys/mman.h>
#include <ucontext.h>
#include <vector>

namespace tern_sim {

/* What is known of a stream, whatever it carries. */
struct Queue {
  std::string name;
  size_t depth = 2, fill = 0, high_water = 0, words = 0;
};

/* The processes of one design, and the streams between them. */
class Dataflow {
public:
  Dataflow() : outer(current()) { current() = this; }
  ~Dataflow() { current() = outer; }
  Dataflow(const Dataflow &) = delete;

  static Dataflow *&current() {
    static thread_local Dataflow *dataflow = nullptr;
    return dataflow;
  }
  /* What the last run returned: TERN_OK, or TERN_ERROR_DEVICE. */
  static int32_t &status() {
    static thread_local int32_t last = 0;
    return last;
  }

  void add(Queue *queue) { queues.push_back(queue); }
  void spawn(const char *name, std::function<void()> body) {
    fibers.push_back(std::make_unique<Fiber>());
    fibers.back()->name = name;
    fibers.back()->body = std::move(body);
  }
  void progressed() { progress = true; }
  /* Called by a process that cannot go on now. */
  void wait(Queue *queue, bool for_room) {
    running->waits_for = queue;
    running->for_room = for_room;
    swapcontext(&running->context, &scheduler);
  }

  void run() {
    status() = 0;
    for (auto &fiber : fibers)
      start(*fiber);
    for (size_t left = fibers.size(); left;) {
      progress = false;
      left = 0;
      for (auto &fiber : fibers) {
        if (fiber->done)
          continue;
        running = fiber.get();
        swapcontext(&scheduler, &fiber->context);
        progress |= fiber->done;
        left += !fiber->done;
      }
      if (left && !progress)
        return deadlock();
    }
    finish();
  }

private:
  struct Fiber {
    static constexpr size_t stack_bytes = size_t(16) << 20;
    std::string name;
    std::function<void()> body;
    ucontext_t context;
    void *stack = MAP_FAILED;
    Queue *waits_for = nullptr;
    bool for_room = false, done = false;
    ~Fiber() {
      if (stack != MAP_FAILED)
        munmap(stack, stack_bytes);
    }
  };

  static void enter() {
    Fiber *fiber = current()->running;
    fiber->body();
    fiber->done = true;
    swapcontext(&fiber->context, &current()->scheduler);
  }

  void start(Fiber &fiber) {
    fiber.stack = mmap(nullptr, Fiber::stack_bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (fiber.stack == MAP_FAILED) {
      fprintf(stderr, "design: no memory for process %s\n", fiber.name.c_str());
      fiber.done = true;
      status() = device_error;
      return;
    }
    getcontext(&fiber.context);
    fiber.context.uc_stack.ss_sp = fiber.stack;
    fiber.context.uc_stack.ss_size = Fiber::stack_bytes;
    fiber.context.uc_link = nullptr;
    makecontext(&fiber.context, enter, 0);
  }

  void deadlock() {
    status() = device_error;
    fprintf(stderr, "design: deadlock, no process can go on\n");
    for (auto &fiber : fibers)
      if (!fiber->done)
        fprintf(stderr, "  %s waits: stream %s is %s (%zu of %zu words)\n",
                fiber->name.c_str(), fiber->waits_for->name.c_str(),
                fiber->for_room ? "full" : "empty", fiber->waits_for->fill,
                fiber->waits_for->depth);
  }

  void finish() {
    for (Queue *queue : queues)
      if (queue->fill) {
        status() = device_error;
        fprintf(stderr, "design: stream %s: %zu words that nobody read\n",
                queue->name.c_str(), queue->fill);
      }
    const char *marks = getenv("TERN_HLS_MARKS");
    if (marks && *marks == '1')
      for (Queue *queue : queues)
        fprintf(stderr, "stream %s: depth %zu, high water %zu, words %zu\n",
                queue->name.c_str(), queue->depth, queue->high_water,
                queue->words);
  }

  static constexpr int32_t device_error = 4; /* TERN_ERROR_DEVICE */
  Dataflow *outer;
  ucontext_t scheduler;
  Fiber *running = nullptr;
  bool progress = false;
  std::vector<std::unique_ptr<Fiber>> fibers;
  std::vector<Queue *> queues;
};

} // namespace tern_sim

namespace hls {

/* As a parameter, a stream of any depth. */
template <typename T, int depth = 0> class stream : public stream<T, 0> {
public:
  explicit stream(const char *name) : stream<T, 0>(name, depth) {}
};

template <typename T> class stream<T, 0> {
public:
  stream(const char *name, size_t depth) {
    queue.name = name;
    queue.depth = depth;
    tern_sim::Dataflow::current()->add(&queue);
  }
  stream(const stream &) = delete;

  T read() {
    while (words.empty())
      tern_sim::Dataflow::current()->wait(&queue, false);
    T word = words.front();
    words.pop_front();
    queue.fill = words.size();
    tern_sim::Dataflow::current()->progressed();
    return word;
  }
  void write(T word) {
    while (words.size() >= queue.depth)
      tern_sim::Dataflow::current()->wait(&queue, true);
    words.push_back(word);
    queue.fill = words.size();
    ++queue.words;
    if (queue.high_water < queue.fill)
      queue.high_water = queue.fill;
    tern_sim::Dataflow::current()->progressed();
  }

private:
  tern_sim::Queue queue;
  std::deque<T> words;
};

} // namespace hls

#define TERN_DATAFLOW_BEGIN() tern_sim::Dataflow tern_dataflow
#define TERN_PROCESS(name, call) tern_dataflow.spawn(name, [&] { call; })
#define TERN_DATAFLOW_END() tern_dataflow.run()
#define TERN_DATAFLOW_STATUS() tern_sim::Dataflow::status()

#endif /* TERN_SIM_STREAM_H */
