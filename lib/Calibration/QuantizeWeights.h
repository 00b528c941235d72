//===- QuantizeWeights.h - The codes and scales of a layer's weights ------===//
#pragma once
#include "lib/Calibration/FloatContractions.h"
#include "lib/Calibration/QuantizeSpec.h"
#include "lib/Calibration/Statistics.h"

namespace tern::calib {

/// Rounds a layer's weights. `statistics` (or null) weigh the errors; with
/// `withErrors` and a Hessian in them, errors are made up for.
Rounded roundWeights(const FloatContraction &c, const LayerSpec &spec,
                     const LayerStatistics *statistics, bool withErrors);

/// Scale and zero point of a layer's static inputs.
struct InputScaling {
  ir::QType code;
  float scale = 1;
  int64_t zero = 0;
};

/// Unsigned codes from 0 where inputs are never negative, else signed ones with
/// a zero point, over the range that costs least (Histogram::bestClip).
InputScaling scaleInputs(const LayerStatistics &statistics, unsigned bits,
                         mlir::MLIRContext *context);

} // namespace tern::calib
