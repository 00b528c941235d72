//===- TestData.h - Inputs and expected outputs beside a model ------------===//
#pragma once
#include "lib/Driver/TensorIO.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tern {

/// One set of inputs, with the outputs that someone expects of them, if known.
struct TestCase {
  std::string name;
  std::vector<NamedTensor> inputs, outputs;
};

/// The cases in `folder`: test_data_set_*/{input,output}_N.pb,
/// inputs.npz + outputs.npz, io.npz, or input.npy + expected_output.npy.
llvm::Expected<std::vector<TestCase>> findTestCases(llvm::StringRef folder,
                                                    mlir::MLIRContext *context);

/// `given`, matched to the names of an entry's arguments where the names fit,
/// else in order. Fails when there are too few.
llvm::Expected<std::vector<eval::Tensor>>
matchTensors(llvm::ArrayRef<NamedTensor> given,
             llvm::ArrayRef<std::string> names);

/// A tensor of reproducible values: floats in [-1, 1), codes over their range,
/// other integers in [0, 8), booleans of either kind.
eval::Tensor randomTensor(mlir::RankedTensorType type, uint64_t seed);

} // namespace tern
