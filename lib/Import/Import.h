//===- Import.h - ONNX files into onnx form -------------------------------===//
#pragma once
#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace tern {

/// What an untrusted file may ask for.
struct ImportLimits {
  /// Bytes of the .onnx file itself (protobuf's own limit is 2 GiB).
  uint64_t fileBytes = uint64_t(1) << 31;
  /// Bytes of any one tensor.
  uint64_t tensorBytes = uint64_t(1) << 36;
  /// Depth of subgraphs in subgraphs.
  unsigned nesting = 16;
};

/// Reads `path` (protobuf, or ONNX's text form when it ends in .onnxtxt) into
/// the onnx form of docs/architecture.md. Emits located diagnostics and returns
/// null on anything malformed; never crashes, never allocates by an unchecked
/// size. External data is mapped read-only and confined to the model's folder.
mlir::OwningOpRef<mlir::ModuleOp> importOnnx(llvm::StringRef path,
                                             mlir::MLIRContext *context,
                                             const ImportLimits &limits = {});

/// Reads a serialized TensorProto, as test data has them: its name and its
/// elements, of a signed builtin element type. Null after a diagnostic.
mlir::ElementsAttr importTensorFile(llvm::StringRef path, std::string &name,
                                    mlir::MLIRContext *context,
                                    const ImportLimits &limits = {});

} // namespace tern
