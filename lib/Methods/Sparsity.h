//===- Sparsity.h - Weights that obey N:M ---------------------------------===//
#pragma once
#include "lib/Methods/Contraction.h"

namespace tern {

/// Whether at most `n` of every `m` weights of each row are not 0.
bool obeysNm(llvm::function_ref<bool(int64_t row, int64_t k)> isZero,
             int64_t rows, int64_t depth, int64_t n, int64_t m);

/// The first pattern that the constant weights of `c` obey, null if there is
/// none. A weight is 0 when it equals its zero point.
ir::NmAttr patternOf(const Contraction &c, llvm::ArrayRef<ir::NmAttr> patterns);

/// The pattern that packed weights of `c` take the fewest bytes by, out of
/// those that #tern.layout holds; null if they obey none. `window` is the most
/// inputs that a dot product of `depth` may choose from.
ir::NmAttr packedPatternOf(const Contraction &c, int64_t depth, int64_t window);

/// The least and the greatest weight less its zero point that occur, 0
/// included.
Interval rangeOfDistances(const Contraction &c);

} // namespace tern
