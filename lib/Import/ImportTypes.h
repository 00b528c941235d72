//===- ImportTypes.h - ONNX types into MLIR types -------------------------===//
#pragma once
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Location.h"
#include <onnx/onnx_pb.h>

namespace tern {

/// The element type of an ONNX data type number; null for an unknown one.
mlir::Type importElementType(int dataType, mlir::MLIRContext *context);

/// Bits of one element in an ONNX tensor's raw data; 0 for strings.
unsigned rawBits(int dataType);

/// A value's type: a tensor (unranked without a shape), or !onnx.opaque.
/// Null after a diagnostic at `loc`.
mlir::Type importType(const onnx::TypeProto &proto, mlir::Location loc);

/// The dim_params of a type: one string per dimension, empty where fixed.
llvm::SmallVector<llvm::StringRef> dimParams(const onnx::TypeProto &proto);

} // namespace tern
