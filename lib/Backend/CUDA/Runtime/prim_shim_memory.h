/*===- prim_shim_memory.h - The simulated device's memory -------------------===
 *
 * Global memory is the host's, but a kernel may touch only what was allocated
 * for the device; shared memory only what the launch asked for. A pointer
 * belongs to the allocation that it points into: an index must not lead to
 * another one.
 *===----------------------------------------------------------------------===*/
#ifndef TERN_PRIM_SHIM_MEMORY_H
#define TERN_PRIM_SHIM_MEMORY_H

#include "prim_shim_state.h"

#pragma GCC visibility push(hidden)
namespace tern_shim {

struct Range {
  uintptr_t begin = 0;
  uint64_t bytes = 0;

  bool holds(uintptr_t address, uint64_t count) const {
    return address - begin <= bytes && count <= bytes - (address - begin);
  }
};

struct Allocations {
  std::vector<Range> ranges;
  /* What was found for pointers of late, by some of their bits: a kernel has
   * few pointers, and follows each of them often. */
  static constexpr int slots = 16;
  TERN_SHIM_LOCAL static inline Range latest[slots];

  static Range &latestOf(uintptr_t base) {
    return latest[(base >> 6 ^ base >> 10 ^ base >> 16) % slots];
  }
  /* The one that holds the address; failing that, one that ends there. */
  const Range *find(uintptr_t address) {
    for (uint64_t bytes : {1, 0})
      for (const Range &range : ranges)
        if (range.holds(address, bytes))
          return &(latestOf(address) = range);
    return nullptr;
  }
  void add(uintptr_t begin, uint64_t bytes) {
    ranges.push_back({begin, bytes});
  }
  bool remove(uintptr_t begin) {
    for (Range &range : latest)
      range = Range();
    for (size_t i = 0; i < ranges.size(); ++i)
      if (ranges[i].begin == begin)
        return ranges.erase(ranges.begin() + (ptrdiff_t)i), true;
    return false;
  }
};

inline Allocations allocations;

inline Range sharedRange() {
  return {(uintptr_t)device.shared, (uint64_t)device.launch.sharedBytes};
}

/*===- Copies under way ---------------------------------------------------===*/

#ifdef TERN_SHIM_THREADS
/* ThreadSanitizer's build looks for races only; fibers find these. */
inline void markInFlight(const char *, int32_t, int32_t) {}
inline bool inFlight(uintptr_t, uint64_t) { return false; }
#else
/* For each 4 bytes of shared memory, how many copies will yet write it. */
inline uint8_t copiesTo[maxSharedBytes / 4];

inline void markInFlight(const char *to, int32_t bytes, int32_t change) {
  for (int32_t word = 0; word < bytes / 4; ++word)
    copiesTo[(to - device.shared) / 4 + word] += (uint8_t)change;
}

inline bool inFlight(uintptr_t address, uint64_t bytes) {
  uint64_t first = address - (uintptr_t)device.shared;
  for (uint64_t word = first / 4; word * 4 < first + bytes; ++word)
    if (copiesTo[word])
      return true;
  return false;
}
#endif

inline void land(const Copy &copy) {
  if (copy.from)
    memcpy(copy.to, copy.from, (size_t)copy.bytes);
  else
    memset(copy.to, 0, (size_t)copy.bytes);
}

/* Ends what a fault left: the next launch starts with no copy under way. */
inline void forgetCopies() {
#ifndef TERN_SHIM_THREADS
  memset(copiesTo, 0, sizeof copiesTo);
#endif
}

/*===- Checks -------------------------------------------------------------===*/

[[noreturn]] __attribute__((cold, noinline)) inline void
outOfBounds(const Range &range, uintptr_t address, uint64_t bytes,
            const char *space, int32_t line) {
  fault(line,
        "out of bounds: %llu bytes at offset %lld of %llu bytes of %s memory",
        (unsigned long long)bytes, (long long)(address - range.begin),
        (unsigned long long)range.bytes, space);
}

[[noreturn]] __attribute__((cold, noinline)) inline void
badIndex(int64_t index, int64_t elements, int32_t line) {
  fault(line, "out of bounds: expected an index below %lld, but got %lld",
        (long long)elements, (long long)index);
}

[[noreturn]] __attribute__((cold, noinline)) inline void
misaligned(uintptr_t address, uint64_t alignment, int32_t line) {
  fault(line,
        "misaligned: expected a multiple of %llu, but got address ...%llx",
        (unsigned long long)alignment, (unsigned long long)(address & 0xfff));
}

inline void checkShared(uintptr_t base, uintptr_t address, uint64_t bytes,
                        int32_t line) {
  Range shared = sharedRange();
  if (!shared.holds(base, 0) || !shared.holds(address, bytes))
    outOfBounds(shared, address, bytes, "shared", line);
  if (inFlight(address, bytes))
    fault(line,
          "copy not waited for: its bytes at offset %lld of shared memory "
          "are used",
          (long long)(address - shared.begin));
}

inline void checkGlobal(uintptr_t base, uintptr_t address, uint64_t bytes,
                        int32_t line) {
  const Range *range = allocations.find(base);
  if (!range)
    fault(line, "out of bounds: address %#llx is not in memory of the device",
          (unsigned long long)base);
  if (!range->holds(address, bytes))
    outOfBounds(*range, address, bytes, "global", line);
}

/* That `bytes` at `address`, reached from pointer `base`, may be touched. */
__attribute__((noinline)) inline void
checkSlowly(uintptr_t base, uintptr_t address, uint64_t bytes, int32_t line) {
  if (base - (uintptr_t)device.shared <= (uint64_t)maxSharedBytes)
    checkShared(base, address, bytes, line);
  else
    checkGlobal(base, address, bytes, line);
}

inline void check(uintptr_t base, uintptr_t address, uint64_t bytes,
                  uint64_t alignment, int32_t line) {
  if (address % alignment)
    misaligned(address, alignment, line);
  const Range &range = Allocations::latestOf(base);
  if (!range.holds(base, 1) || !range.holds(address, bytes))
    checkSlowly(base, address, bytes, line);
}

/* The element that a kernel's pointer and index name. */
template <typename T> T *at(T *pointer, int64_t index, int32_t line) {
  uintptr_t base = (uintptr_t)pointer;
  check(base, base + (uintptr_t)index * sizeof(T), sizeof(T), alignof(T), line);
  return pointer + index;
}

template <typename T>
T *atIn(T *pointer, int64_t index, int64_t elements, int32_t line) {
  if (index < 0 || index >= elements)
    badIndex(index, elements, line);
  return at(pointer, index, line);
}

inline void checkAccess(const void *pointer, int32_t bytes, int32_t line) {
  check((uintptr_t)pointer, (uintptr_t)pointer, (uint64_t)bytes,
        (uint64_t)bytes, line);
}

/*===- cp.async -----------------------------------------------------------===*/

inline void copyAsync(void *to, const void *from, int32_t bytes, bool valid,
                      int32_t line) {
  uintptr_t target = (uintptr_t)to, source = (uintptr_t)from;
  if (target % (uint64_t)bytes)
    misaligned(target, (uint64_t)bytes, line);
  if (!sharedRange().holds(target, (uint64_t)bytes))
    outOfBounds(sharedRange(), target, (uint64_t)bytes, "shared", line);
  if (valid) {
    if (source % (uint64_t)bytes)
      misaligned(source, (uint64_t)bytes, line);
    checkGlobal(source, source, (uint64_t)bytes, line);
  }
  Copy copy = {(char *)to, valid ? (const char *)from : nullptr, bytes, line};
  if (device.launch.settings.copies == Copies::eager)
    land(copy);
  markInFlight(copy.to, bytes, 1);
  current->copies.push_back(copy);
}

inline void commitCopies() {
  current->groups.push_back(current->copies.size());
}

/* Lands all but the last `pending` committed groups. */
inline void waitForCopies(size_t pending) {
  std::vector<size_t> &groups = current->groups;
  if (groups.size() <= pending)
    return;
  size_t done = groups.size() - pending, landed = groups[done - 1];
  for (size_t i = 0; i < landed; ++i) {
    const Copy &copy = current->copies[i];
    if (device.launch.settings.copies == Copies::lazy)
      land(copy);
    markInFlight(copy.to, copy.bytes, -1);
  }
  current->copies.erase(current->copies.begin(),
                        current->copies.begin() + (ptrdiff_t)landed);
  groups.erase(groups.begin(), groups.begin() + (ptrdiff_t)done);
  for (size_t &end : groups)
    end -= landed;
}

/* Every copy has to be waited for before its thread ends. */
inline void checkNothingInFlight() {
  if (!current->copies.empty())
    fault(current->copies.front().line,
          "copy not waited for: the thread has ended");
}

} // namespace tern_shim
#pragma GCC visibility pop

#endif /* TERN_PRIM_SHIM_MEMORY_H */
