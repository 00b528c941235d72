//===- Draft.h - A nest before its loops have levels ----------------------===//
//
// What the schedules of all kinds of machines are written with; Schedule.cpp
// turns a draft into a nest.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "lib/CostModel/Schedule.h"
#include "llvm/Support/MathExtras.h"

namespace tern {

/// A nest before its loops have levels.
struct Draft {
  /// Loops of level 0 (registers) and of as many machine levels as are fixed.
  std::vector<std::vector<Loop>> inner = {{}};
  /// The rest in the order they run, outermost first.
  std::vector<Loop> outer;
  PerOperand<bool> inRegisters = {false, false, false};
  /// Operands that this nest accesses at all.
  PerOperand<bool> present = {true, true, true};
  /// Whether instances below a level share its reads.
  bool multicasts = true;
  /// Spatial loops below the first level that is not fixed.
  std::vector<Loop> spread;
  /// Whether software places the data: then a part of a loop may have its data
  /// in a level, too.
  bool isManaged = false;

  void runs(unsigned dim, int64_t bound) {
    if (bound > 1)
      outer.push_back({dim, bound});
  }
};

/// Loops over positions, the last axis in steps of `block`.
inline void overPositions(Draft &draft, const Product &p, int64_t block) {
  for (unsigned i = 0; i < p.axes.size(); ++i)
    draft.runs(positionDim(i), i + 1 < p.axes.size()
                                   ? p.axes[i].size
                                   : llvm::divideCeil(p.axes[i].size, block));
}
inline void overTaps(Draft &draft, const Product &p) {
  for (unsigned i = 0; i < p.axes.size(); ++i)
    draft.runs(tapDim(i), p.axes[i].taps);
}
inline unsigned lastPosition(const Product &p) {
  return positionDim(p.axes.size() - 1);
}

/// The kernels of passes/Lowering/Simt and a vendor's (DraftGpu.cpp).
Draft draftGpu(const Product &p, const Kernel &kernel, const Machine &machine);

} // namespace tern
