//===- NarrowSums.h - Integer products summed in 16 bits ------------------===//
//
// A sum of 16 bits takes half the registers of one of 32. Products of codes are
// added modulo 2^16, whatever the sums between are; when the sum of a window of
// consecutive products is known to end in the range of i16, its residue is the
// sum itself, and is added to a wider one.
//
// What is summed for an input a is (code - center) * a: the center makes the
// factors small. Kernels multiply the unsigned codes, and start a window at
// -center times the sum of its inputs.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "dialects/Tern/Layout.h"
#include "lib/Methods/Contraction.h"
#include "lib/Methods/VectorShape.h"

namespace tern {

struct NarrowSums {
  int64_t center; ///< in codes
  int64_t window; ///< products along K that fit; a multiple of a packed block
};

/// The longest windows in which every row of the actual weights fits, for any
/// inputs of their type: sums of |code - center| times the greatest |input|
/// are at most 32767. Windows of groups divide them. Nothing when not even one
/// packed block fits, or the weights are not constant.
std::optional<NarrowSums> planNarrowSums(const Contraction &c,
                                         ir::LayoutAttr layout);

/// What an operation on packed weights says of its narrow sums: `tern.window`
/// and its layout.
NarrowShape narrowShapeOf(mlir::Operation *op, const PackedMatrix &matrix);

/// Whether stored bytes are signed: bytes without an offset of a signed type.
bool hasSignedBytes(ir::LayoutAttr layout, mlir::Type code);

} // namespace tern
