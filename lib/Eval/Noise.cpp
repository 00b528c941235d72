//===- Noise.cpp - How far other correct results may lie ------------------===//
#include "lib/Eval/Noise.h"
#include "lib/Eval/ScalarProgram.h"
#include <cmath>

using namespace mlir;
using namespace tern::eval;

double Noise::unitRoundoff(Type type) {
  auto real = cast<FloatType>(type);
  return std::ldexp(1.0, -static_cast<int>(real.getFPMantissaWidth()));
}

double Noise::sign() {
  if (pattern != Pattern::Random)
    return pattern == Pattern::Up ? 1 : -1;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state & (uint64_t(1) << 40) ? 1 : -1;
}

double Noise::moveSum(Type type, double sum, int64_t terms, double magnitude) {
  // One term is rounded once by everybody; a sum of zeros is zero.
  if (terms <= 1 || magnitude == 0 || !std::isfinite(sum))
    return sum;
  used = true;
  return sum + sign() * unitRoundoff(type) * double(terms + 1) * magnitude;
}

void Noise::moveResults(Type type, Scalar *values, int count) {
  used |= count > 0;
  double step = transcendentalUlps * 2 * unitRoundoff(type);
  for (int k = 0; k < count; ++k)
    if (std::isfinite(values[k].f))
      values[k].f = roundTo(type, values[k].f * (1 + sign() * step));
}
