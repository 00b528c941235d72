//===- Schedule.h - The loop nest of a contraction on a machine -----------===//
//
// Turns a product and the way it is computed into a nest for countAccesses:
// the loops in the order in which the kernels run them, and the level of memory
// that each loop's data stays in. Where there are no kernels (arrays), the nest
// is the usual one of the kind, as docs/energy.md says.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "lib/CostModel/LoopNest.h"
#include "lib/CostModel/Work.h"

namespace tern {

/// The level of memory where each operand lies between steps.
using Homes = PerOperand<unsigned>;

/// A nest whose level 0 are registers and whose level i + 1 is the machine's
/// memory[i]; its data spaces are the operands.
struct ScheduledNest {
  LoopNest nest;
  PerOperand<unsigned> bits;
};

/// The dimensions of a product's nest: group, image, output channel, input
/// channel, then a position and a tap of each axis.
enum ProductDim : unsigned { DimGroup, DimImage, DimN, DimC, FirstAxisDim };
inline unsigned positionDim(unsigned axis) { return FirstAxisDim + 2 * axis; }
inline unsigned tapDim(unsigned axis) { return FirstAxisDim + 2 * axis + 1; }

/// The nests that compute `work.product` one after the other. A packed kernel
/// has two: the copy of inputs to the panel, and the products.
std::vector<ScheduledNest>
scheduleProduct(const Work &work, const Machine &machine, const Homes &homes);

/// The innermost level that holds the panel of a packed kernel.
unsigned panelHome(const Work &work, const Machine &machine);

} // namespace tern
