/*===- prim_shim_meet.h - Where threads meet --------------------------------===
 *
 * A barrier is met by the whole block. A warp function is met by the lanes of
 * its mask: each leaves what it brings and where it wants the result, and the
 * last one to come does the work of all.
 *===----------------------------------------------------------------------===*/
#ifndef TERN_PRIM_SHIM_MEET_H
#define TERN_PRIM_SHIM_MEET_H

#ifdef TERN_SHIM_THREADS
#include "prim_shim_threads.h"
#else
#include "prim_shim_fibers.h"
#endif
#include "prim_shim_math.h"
#include "prim_shim_memory.h"

#pragma GCC visibility push(hidden)
namespace tern_shim {

constexpr uint32_t wholeWarp = 0xffffffff;
/* What a shuffle from a lane outside its mask gives: nothing sensible. */
constexpr int32_t undefinedValue = (int32_t)0xcdcdcdcd;

/* Two, since a thread may come to the next barrier before another one has
 * left this one. */
inline uint64_t barrierTags[2];

inline void meetBlock(int32_t line) {
  Thread &self = *current;
  const void *tag = &barrierTags[self.barriers++ % 2];
  orderRelease(tag);
  {
    Section section;
    self.waitsIn = "tern_barrier";
    self.line = line;
    self.mask = 0;
    if (++device.barrierWaits < device.launch.threads) {
      section.suspend();
    } else {
      device.barrierWaits = 0;
      for (int32_t i = 0; i < device.launch.threads; ++i) {
        Thread &other = device.threads[i];
        if (other.line != line)
          fault(line, "divergent barrier: thread %d waits in that of line %d",
                i, other.line);
        other.waitsIn = nullptr;
        if (&other != &self)
          section.release(other);
      }
    }
  }
  orderAcquire(tag);
}

inline void checkMask(const char *what, uint32_t mask, int32_t line) {
  int32_t lanes = device.launch.threads - current->warp() * warpSize;
  uint32_t present = lanes >= warpSize ? wholeWarp : (1u << lanes) - 1;
  if (!(mask >> current->lane() & 1))
    fault(line, "%s: mask %#x does not name the calling lane %d", what, mask,
          current->lane());
  if (mask & ~present)
    fault(line, "%s: mask %#x names lanes that the block of %d threads lacks",
          what, mask, device.launch.threads);
}

/* All lanes of the mask are here: do they want the same? */
inline Lanes gatherLanes(const Thread &self) {
  Lanes lanes;
  lanes.mask = self.mask;
  Thread *warp = &device.threads[self.warp() * warpSize];
  for (uint32_t rest = self.mask; rest; rest &= rest - 1) {
    int lane = __builtin_ctz(rest);
    const Thread &other = warp[lane];
    if (!other.meets(self))
      fault(self.line,
            "divergent warp: %s meets thread %d in %s of line %d, mask %#x",
            self.waitsIn, other.index, other.waitsIn, other.line, other.mask);
    lanes.in[lane] = other.in;
    lanes.out[lane] = other.out;
  }
  return lanes;
}

inline void meetLanes(const char *what, uint32_t mask, Exchange exchange,
                      const void *in, void *out, int32_t line) {
  checkMask(what, mask, line);
  Thread &self = *current;
  Section section;
  self.waitsIn = what;
  self.line = line;
  self.mask = mask;
  self.in = in;
  self.out = out;
  uint32_t &waits = device.warpWaits[self.warp()];
  waits |= 1u << self.lane();
  if ((waits & mask) != mask)
    return section.suspend();
  exchange(gatherLanes(self));
  waits &= ~mask;
  Thread *warp = &device.threads[self.warp() * warpSize];
  for (uint32_t rest = mask; rest; rest &= rest - 1) {
    Thread &other = warp[__builtin_ctz(rest)];
    other.waitsIn = nullptr;
    if (&other != &self)
      section.release(other);
  }
}

/* A kernel has returned for the current thread. */
inline void endThread() {
  checkNothingInFlight();
  Section section;
  section.endThread();
}

/*===- Warp functions -----------------------------------------------------===*/

struct ShuffleIn {
  int32_t value;
  int32_t source;
};

inline void exchangeShuffle(const Lanes &lanes) {
  for (uint32_t rest = lanes.mask; rest; rest &= rest - 1) {
    int lane = __builtin_ctz(rest);
    int32_t source = ((const ShuffleIn *)lanes.in[lane])->source;
    *(int32_t *)lanes.out[lane] =
        lanes.mask >> source & 1 ? ((const ShuffleIn *)lanes.in[source])->value
                                 : undefinedValue;
  }
}

template <typename T>
T shuffle(const char *what, uint32_t mask, T value, int32_t source,
          int32_t line) {
  static_assert(sizeof(T) == 4, "shuffles move 32 bits");
  ShuffleIn in = {bitsOf<int32_t>(value), source};
  int32_t out;
  meetLanes(what, mask, exchangeShuffle, &in, &out, line);
  return bitsOf<T>(out);
}

/* Everyone learns everyone's tag. */
inline void exchangeTags(const Lanes &lanes) {
  for (uint32_t to = lanes.mask; to; to &= to - 1)
    for (uint32_t from = lanes.mask; from; from &= from - 1)
      ((const void **)lanes.out[__builtin_ctz(to)])[__builtin_ctz(from)] =
          lanes.in[__builtin_ctz(from)];
}

inline void meetWarp(uint32_t mask, int32_t line) {
  const void *tags[warpSize] = {};
  const void *mine = &current->warpTags[current->warpBarriers++ % 2];
  orderRelease(mine);
  meetLanes("tern_warp_barrier", mask, exchangeTags, mine, tags, line);
  for (const void *tag : tags)
    if (tag)
      orderAcquire(tag);
}

template <int matrices, bool transposed>
void exchangeMatrices(const Lanes &lanes) {
  const char *rows[matrices][8];
  for (int matrix = 0; matrix < matrices; ++matrix)
    for (int row = 0; row < 8; ++row)
      rows[matrix][row] = (const char *)lanes.in[8 * matrix + row];
  for (int lane = 0; lane < warpSize; ++lane)
    for (int matrix = 0; matrix < matrices; ++matrix)
      ((int32_t *)lanes.out[lane])[matrix] =
          matrixPart(rows[matrix], lane, transposed);
}

/* A lane reads the row that it names; the others get their parts from it. */
template <typename Vector, int matrices, bool transposed>
Vector loadMatrices(const char *what, const void *row, int32_t line) {
  char bytes[16] = {};
  if (current->lane() < 8 * matrices) {
    checkShared((uintptr_t)row, (uintptr_t)row, 16, line);
    if ((uintptr_t)row % 16)
      misaligned((uintptr_t)row, 16, line);
    memcpy(bytes, row, sizeof bytes);
  }
  Vector result;
  meetLanes(what, wholeWarp, exchangeMatrices<matrices, transposed>, bytes,
            &result, line);
  return result;
}

template <typename A, typename B> void exchangeIntegers(const Lanes &lanes) {
  Matrices<int32_t, int16_t, 32> all;
  for (int lane = 0; lane < warpSize; ++lane)
    all.gather(lane, *(const MmaIn<int32_t> *)lanes.in[lane], byteOf<A>,
               byteOf<B>);
  multiply(all);
  for (int lane = 0; lane < warpSize; ++lane)
    all.scatter(lane, *(MmaOut<int32_t> *)lanes.out[lane]);
}

template <float (*decode)(uint16_t)> float halfOf(int32_t pair, int i) {
  return decode(i ? highHalf(pair) : lowHalf(pair));
}

template <float (*decode)(uint16_t)> void exchangeFloats(const Lanes &lanes) {
  Matrices<float, float, 16> all;
  for (int lane = 0; lane < warpSize; ++lane)
    all.gather(lane, *(const MmaIn<float> *)lanes.in[lane], halfOf<decode>,
               halfOf<decode>);
  multiply(all);
  for (int lane = 0; lane < warpSize; ++lane)
    all.scatter(lane, *(MmaOut<float> *)lanes.out[lane]);
}

template <typename T, typename Vector, typename A, typename B>
Vector multiplyMatrices(const char *what, Exchange exchange, const Vector &acc,
                        const A &a, const B &b, int32_t line) {
  MmaIn<T> in;
  MmaOut<T> out;
  memcpy(in.acc, acc.lane, sizeof in.acc);
  memcpy(in.a, a.lane, sizeof in.a);
  memcpy(in.b, b.lane, sizeof in.b);
  meetLanes(what, wholeWarp, exchange, &in, &out, line);
  Vector result;
  memcpy(result.lane, out.acc, sizeof out.acc);
  return result;
}

} // namespace tern_shim
#pragma GCC visibility pop

#endif /* TERN_PRIM_SHIM_MEET_H */
