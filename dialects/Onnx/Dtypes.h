//===- Dtypes.h - ONNX's names of element types ---------------------------===//
#pragma once
#include "dialects/Onnx/Onnx.h"

namespace tern::onnx_ir {
/// ONNX's name of an element type of the onnx form ("float", "uint8",
/// "float8e4m3fn"); empty when it has none.
llvm::StringRef dtypeName(mlir::Type elementType);
} // namespace tern::onnx_ir
