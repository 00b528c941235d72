//===- Compare.cpp - Are two tensors the same? ----------------------------===//
#include "lib/Driver/Compare.h"
#include "dialects/Tern/Tern.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

using namespace mlir;
using namespace tern;

static bool isReal(Type type) {
  auto code = dyn_cast<ir::QType>(type);
  return code ? code.isFloat() : isa<FloatType>(type);
}

/// "[1, 2]: expected 3, but got 4"
static std::string describe(const eval::Tensor &expected,
                            const eval::Tensor &got, int64_t i) {
  std::string position;
  int64_t rest = i;
  for (int64_t dim : llvm::reverse(expected.getShape())) {
    position =
        std::to_string(rest % dim) + (position.empty() ? "" : ", " + position);
    rest /= dim;
  }
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "[" << position << "]: expected ";
  if (isReal(expected.getElementType()))
    os << expected.getFloat(i) << ", but got " << got.getFloat(i);
  else
    os << expected.getInt(i) << ", but got " << got.getInt(i);
  return text;
}

Comparison tern::compareTensors(const eval::Tensor &expected,
                                const eval::Tensor &got, double relative,
                                double absolute) {
  Comparison result;
  result.elements = expected.size();
  bool real = isReal(expected.getElementType());
  for (int64_t i = 0; i < expected.size(); ++i) {
    double want = real ? expected.getFloat(i) : double(expected.getInt(i));
    double have = real ? got.getFloat(i) : double(got.getInt(i));
    bool same = real ? want == have || (std::isnan(want) && std::isnan(have))
                     : expected.getInt(i) == got.getInt(i);
    if (same)
      continue;
    ++result.different;
    double error = std::fabs(want - have);
    result.offByOne += !real && error == 1;
    bool close = real && std::isfinite(want) &&
                 error <= absolute + relative * std::fabs(want);
    if (std::isnan(error))
      error = INFINITY;
    result.greatestError = std::max(result.greatestError, error);
    if (close)
      continue;
    if (!result.wrong++)
      result.first = describe(expected, got, i);
  }
  return result;
}
