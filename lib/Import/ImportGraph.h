//===- ImportGraph.h - Graphs and nodes into onnx form --------------------===//
#pragma once
#include "dialects/Onnx/Onnx.h"
#include "lib/Import/ImportTensor.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/ADT/StringMap.h"

namespace tern {

/// Builds one entry from a model's graph; subgraphs become regions.
class GraphImporter {
public:
  GraphImporter(std::shared_ptr<onnx::ModelProto> model, mlir::ModuleOp module,
                TensorImporter &tensors, const ImportLimits &limits,
                mlir::Location fileLoc);

  mlir::LogicalResult importMain();

private:
  using Scope = llvm::StringMap<mlir::Value>;

  mlir::LogicalResult importBody(const onnx::GraphProto &graph, Scope &scope,
                                 mlir::OpBuilder &builder, unsigned depth);
  mlir::LogicalResult importInitializers(const onnx::GraphProto &graph,
                                         Scope &scope,
                                         mlir::OpBuilder &builder);
  mlir::LogicalResult importNode(const onnx::NodeProto &node, Scope &scope,
                                 mlir::OpBuilder &builder, unsigned depth);
  mlir::LogicalResult importSubgraph(const onnx::GraphProto &graph,
                                     mlir::Region &region, const Scope &outer,
                                     mlir::Location loc, unsigned depth);
  /// An attribute that is not a graph; null after a diagnostic.
  mlir::Attribute importAttribute(const onnx::AttributeProto &attribute,
                                  mlir::Location loc);
  mlir::LogicalResult collectTypes(const onnx::GraphProto &graph);
  int64_t versionOf(llvm::StringRef domain) const;
  mlir::LogicalResult define(Scope &scope, llvm::StringRef name,
                             mlir::Value value, mlir::Location loc);
  mlir::DictionaryAttr describe(const onnx::ValueInfoProto &value);
  mlir::Location locOf(const onnx::NodeProto &node);

  std::shared_ptr<onnx::ModelProto> model;
  mlir::ModuleOp module;
  TensorImporter &tensors;
  const ImportLimits &limits;
  mlir::Location fileLoc;
  mlir::MLIRContext *context;
  /// Declared types by value name (names are unique across a model's scopes).
  llvm::StringMap<mlir::Type> types;
};

} // namespace tern
