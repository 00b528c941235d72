//===- ImportTensor.h - Initializers, inline and external -----------------===//
#pragma once
#include "lib/Import/Import.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Location.h"
#include <memory>
#include <onnx/onnx_pb.h>

namespace tern {

/// Turns TensorProtos into element attributes. Raw data stays where it is:
/// inside the model, which the blobs keep alive, or in the mapped external
/// file. Typed fields are converted to raw bytes.
class TensorImporter {
public:
  /// `folder` is the model's, canonical: external data must lie inside.
  TensorImporter(std::shared_ptr<onnx::ModelProto> model, std::string folder,
                 const ImportLimits &limits)
      : model(std::move(model)), folder(std::move(folder)), limits(limits) {}

  /// Null after a diagnostic at `loc`.
  mlir::ElementsAttr import(const onnx::TensorProto &tensor,
                            mlir::Location loc);

private:
  mlir::ElementsAttr importExternal(const onnx::TensorProto &tensor,
                                    mlir::RankedTensorType type, size_t bytes,
                                    mlir::Location loc);
  mlir::ElementsAttr makeBlob(mlir::RankedTensorType type, llvm::StringRef name,
                              mlir::AsmResourceBlob blob);

  std::shared_ptr<onnx::ModelProto> model;
  std::string folder;
  ImportLimits limits;
};

} // namespace tern
