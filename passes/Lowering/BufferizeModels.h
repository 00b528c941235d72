//===- BufferizeModels.h - How Tern's operations bufferize ----------------===//
#pragma once
#include "mlir/IR/DialectRegistry.h"

namespace tern::lowering {

/// Registers the bufferization of every operation of the scheduled form: ours
/// and, from MLIR, those of arith, linalg, tensor and func.
void registerBufferizationModels(mlir::DialectRegistry &registry);

} // namespace tern::lowering
