//===- Compare.h - Are two tensors the same? ------------------------------===//
#pragma once
#include "lib/Eval/Tensor.h"
#include <string>

namespace tern {

/// The outcome of comparing a tensor with what was expected of it.
struct Comparison {
  int64_t elements = 0;
  /// Elements that differ at all, and those beyond the tolerance.
  int64_t different = 0, wrong = 0;
  /// Integer elements that differ by exactly one.
  int64_t offByOne = 0;
  double greatestError = 0;
  /// The first wrong element: "[1, 2]: expected 3, but got 4".
  std::string first;
};

/// Reals within `absolute + relative * |expected|` (NaN equals NaN, infinities
/// themselves); integers and codes exactly. The types must agree.
Comparison compareTensors(const eval::Tensor &expected, const eval::Tensor &got,
                          double relative, double absolute);

/// ONNX's backend tests use these.
constexpr double onnxRelative = 1e-3, onnxAbsolute = 1e-7;

} // namespace tern
