//===- Noise.h - How far other correct results may lie --------------------===//
#pragma once
#include "mlir/IR/Types.h"
#include <cstdint>

namespace tern::eval {

union Scalar;

/// Moves results whose last bits an implementation may choose: a float
/// reduction by the bound of its rounding errors, a transcendental function by
/// a few units in the last place. Evaluating a slice with and without it shows
/// what those freedoms amount to at the slice's end; if nothing was moved, the
/// slice has one correct result.
class Noise {
public:
  /// The direction of every move; `Random` draws a sign each time.
  enum class Pattern { Up, Down, Random };

  /// What a target's transcendental functions may be off, in units of the last
  /// place.
  static constexpr double transcendentalUlps = 4;

  explicit Noise(Pattern pattern, uint64_t seed = 1)
      : pattern(pattern), state(seed * 0x9E3779B97F4A7C15u | 1) {}

  /// Whether anything could have been computed otherwise.
  bool wasUsed() const { return used; }

  /// A sum of `terms` terms whose absolute values add up to `magnitude`: in
  /// any order, each rounded product and partial sum of type `type`, it lies
  /// within terms * u * magnitude of the exact sum; the reference's own
  /// rounding adds one u.
  double moveSum(mlir::Type type, double sum, int64_t terms, double magnitude);
  /// Results of a transcendental function.
  void moveResults(mlir::Type type, Scalar *values, int count);

  /// Half a unit in the last place of 1: 2^-24 for f32.
  static double unitRoundoff(mlir::Type type);

private:
  double sign();

  Pattern pattern;
  uint64_t state;
  bool used = false;
};

} // namespace tern::eval
