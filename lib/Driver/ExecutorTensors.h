//===- ExecutorTensors.h - Tensors across the ABI -------------------------===//
#pragma once
#include "lib/Backend/Common/ModelInfo.h"
#include "lib/Eval/Tensor.h"

namespace tern {

/// The element type that the evaluator gives ONNX's type of that name.
mlir::Type elementTypeOfDtype(llvm::StringRef dtype,
                              mlir::MLIRContext *context);

/// Zero-filled storage for one of an entry's tensors.
eval::Tensor makeTensor(const backend::TensorInfo &info,
                        mlir::MLIRContext *context);

/// The entry of that name whose inputs `inputs` are; null after a diagnostic.
const backend::EntryInfo *findEntry(const backend::ModelInfo &info,
                                    llvm::StringRef name,
                                    llvm::ArrayRef<eval::Tensor> inputs,
                                    mlir::MLIRContext *context);

/// The name of what init or run returned.
llvm::StringRef describeStatus(int32_t status);

} // namespace tern
