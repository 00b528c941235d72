//===- Emit.h - The quantized form of a contraction -----------------------===//
#pragma once
#include "lib/Calibration/ConstantMaker.h"
#include "lib/Calibration/QuantizeWeights.h"

namespace tern::quantize {

using LocBuilder = mlir::ImplicitLocOpBuilder;
using calib::ConstantMaker;
using calib::InputScaling;

/// dequantize(quantize(value)) with one scale.
mlir::Value emitStatic(LocBuilder &b, ConstantMaker &constants,
                       mlir::Value value, const InputScaling &scaling);

/// clip(round(value / s)) * s with s = max |row| / greatest code, for each row:
/// the form that tern-integer-contractions recognises.
mlir::Value emitDynamic(LocBuilder &b, mlir::Value value, unsigned bits);

/// `value`, channels in dimension 1, times one of `factors` for each channel.
mlir::Value emitChannelScale(LocBuilder &b, mlir::Value value,
                             mlir::Value factors);

} // namespace tern::quantize
