//===- Expander.h - The walk of tern-expand-onnx --------------------------===//
#pragma once
#include "lib/Eval/Eval.h"
#include "passes/Graph/Constants.h"
#include "passes/Graph/ExpandOnnx.h"
#include "passes/Graph/OperatorTable.h"

namespace tern::graph {

/// What a value of the onnx form has become.
struct Expanded {
  OnnxValue typed;
  /// A refused node's result of unknown shape: its users are passed over.
  bool isUnknown = false;
};

/// What a tensor-level value is computed from.
struct Origins {
  /// An argument whose value is not known when compiling.
  bool data = false;
  /// The placeholder of a refused node's result.
  bool placeholder = false;
};

/// Expands entries node by node.
class Expander {
public:
  Expander(mlir::ModuleOp module, llvm::SmallVectorImpl<Refusal> &refusals,
           llvm::ArrayRef<KnownInput> known)
      : module(module), refusals(refusals), knownInputs(known), pool(module),
        b(mlir::UnknownLoc::get(module.getContext()), module.getContext()) {}

  /// Builds the tensor-level entry in front of `entry`, which stays.
  mlir::func::FuncOp expandEntry(mlir::func::FuncOp entry);

private:
  friend class NodeExpansion;

  void expandBlock(mlir::Block &block);
  void expandNode(onnx_ir::NodeOp node);
  void expandConstant(onnx_ir::ConstantOp constant);
  mlir::LogicalResult callRow(onnx_ir::NodeOp node);
  /// Gives the results of a refused node placeholders, or marks them unknown.
  void substituteResults(onnx_ir::NodeOp node);
  void addRefusal(onnx_ir::NodeOp node, const llvm::Twine &reason,
                  const llvm::Twine &help);
  /// Entry arguments of tensor-level types; false when one has none.
  bool addArguments(mlir::func::FuncOp entry, mlir::func::FuncOp result);
  void checkOutputs(mlir::func::FuncOp entry);
  void finish(mlir::func::FuncOp entry, mlir::func::FuncOp result);
  Origins originsOf(mlir::Value value);
  std::optional<eval::Tensor> evaluate(mlir::Value value);

  mlir::ModuleOp module;
  llvm::SmallVectorImpl<Refusal> &refusals;
  llvm::ArrayRef<KnownInput> knownInputs;
  ConstantPool pool;
  LocBuilder b;
  llvm::DenseMap<mlir::Value, Expanded> values;
  llvm::DenseMap<mlir::Value, Origins> origins;
  eval::ValueMap known;
};

} // namespace tern::graph
