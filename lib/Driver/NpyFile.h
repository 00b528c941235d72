//===- NpyFile.h - numpy's array files ------------------------------------===//
#pragma once
#include "lib/Eval/Tensor.h"
#include "llvm/Support/Error.h"
#include <string>

namespace tern {

/// Reads the bytes of a .npy (format 1 to 3, little-endian, C order).
llvm::Expected<eval::Tensor> parseNpy(llvm::StringRef bytes,
                                      mlir::MLIRContext *context);

/// A tensor as the bytes of a .npy; codes and f16/bf16 as the nearest type that
/// numpy has (int8, uint8, int16, uint16, float16; bfloat16 as float32).
std::string formatNpy(const eval::Tensor &tensor);

} // namespace tern
