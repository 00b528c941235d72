//===- Pricing.h - What a contraction costs, computed by a method ---------===//
//
// The one description of a contraction for lib/CostModel: the choice of a
// method and the report both price what it says, and so agree to the last
// digit.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "lib/CostModel/Roofline.h"
#include "lib/Methods/Contraction.h"
#include "lib/Methods/VectorShape.h"

namespace tern {

/// What contractions are priced for.
struct Site {
  const Machine *machine = nullptr;
  VectorShape shape = getVectorShape({});
  /// Bytes that a run of the model passes through, as residentBytesOf says.
  double residentBytes = 0;
};

/// What `c` takes when it is computed by `method` from weights in `layout`
/// (null where they stay as they are). Without a method, the arithmetic is that
/// of the operands' types. The same before and after its weights are packed.
Work describeWork(const Contraction &c, std::optional<ir::Method> method,
                  ir::LayoutAttr layout, const Site &site);

/// The time of a step under the plan of the whole model.
Prediction priceWork(const Work &work, const Site &site);

/// Operations of a scalar body, for each element it is run on.
double countScalars(mlir::Region &body);
/// Bits that an element's code has, bits that it takes where it is stored, and
/// bytes of a tensor.
unsigned codeBits(mlir::Type element);
unsigned storedBits(mlir::Type element);
double bytesOf(mlir::Type type);
/// Whether a value is a weight, or a constant that becomes one.
bool isWeight(mlir::Value value);

} // namespace tern
