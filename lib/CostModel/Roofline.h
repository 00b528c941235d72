//===- Roofline.h - Predicted time of one step ----------------------------===//
//
// The roofline model (Williams, Waterman, Patterson: "Roofline: an insightful
// visual performance model", CACM 2009) with one roof per level of memory: a
// step takes as long as the slower of its arithmetic and its traffic, and the
// time to start it. Pure functions of the work and the machine.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "lib/Target/Machine.h"

namespace tern {

/// What a step does, whatever computes it.
struct Work {
  /// Multiply-accumulates on a pair of precisions.
  double macs = 0;
  Precision lhs = Precision::F32, rhs = Precision::F32;
  /// Other scalar operations, in f32.
  double scalarOps = 0;
  /// Bytes read once from the weights file, and of activations read and
  /// written.
  double weightBytes = 0, inputBytes = 0, outputBytes = 0;

  double bytes() const { return weightBytes + inputBytes + outputBytes; }
};

/// What bounds a step.
enum class Bound { Compute, Memory, Launch };
const char *nameOf(Bound bound);

/// A prediction and what it rests on. Seconds, on all cores.
struct Prediction {
  double compute = 0, memory = 0, launch = 0;
  /// The memory level whose bandwidth was taken.
  std::string level;
  Bound bound = Bound::Compute;
  /// The least confidence of the figures that the bound rests on, and their
  /// relative uncertainty.
  Confidence confidence = Confidence::Guess;
  double uncertainty = 0;

  double seconds() const {
    return (compute > memory ? compute : memory) + launch;
  }
};

Prediction predict(const Work &work, const Machine &machine);

} // namespace tern
