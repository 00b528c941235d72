//===- TestVectors.h - Data for the testbench of a project ----------------===//
#pragma once
#include "lib/Backend/Common/Backend.h"

namespace tern {

/// Inputs of a model in tensor form, the same every time, and the reference's
/// outputs for them: testdata/input_<i>.bin and output_<i>.bin, as the ABI has
/// them. Nothing for targets whose projects have no testbench.
mlir::LogicalResult addTestVectors(mlir::ModuleOp module,
                                   backend::OutputFiles &files);

} // namespace tern
