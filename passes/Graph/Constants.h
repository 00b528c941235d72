//===- Constants.h - Constants between the file, IR and the evaluator -----===//
#pragma once
#include "dialects/Onnx/Onnx.h"
#include "dialects/Tern/Tern.h"
#include "lib/Eval/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "passes/Graph/Ops/Build.h"
#include "llvm/ADT/DenseMap.h"
#include <optional>

namespace tern::graph {

/// Contents of an `onnx` constant's attribute as a tensor of tensor-level type;
/// nothing when the element type has none or the bytes do not match the type.
/// `type` is the onnx-form type (signed integers and so on).
std::optional<eval::Tensor> readOnnxElements(mlir::ElementsAttr elements,
                                             mlir::RankedTensorType type);

/// Makes constants of a module: arith.constant where small, else a weight of a
/// unique name. The builder's insertion point is where the value goes.
class ConstantPool {
public:
  explicit ConstantPool(mlir::ModuleOp module);

  mlir::Value make(LocBuilder &b, const eval::Tensor &value,
                   llvm::StringRef name = "");
  /// A constant of the file; a large one shares the file's bytes. Null when
  /// readOnnxElements has nothing.
  mlir::Value make(LocBuilder &b, mlir::ElementsAttr elements,
                   mlir::RankedTensorType onnxType, llvm::StringRef name);

  /// A matrix of codes whose weight is the transpose of what `value` transposes
  /// (any number of times), or the same, without copying it. Null for other
  /// values, and small weights, which are better written out.
  mlir::Value transposedWeight(LocBuilder &b, mlir::Value value);

private:
  mlir::Value makeWeight(LocBuilder &b, mlir::RankedTensorType type,
                         mlir::ElementsAttr bytes, llvm::StringRef name,
                         bool transposed = false);

  mlir::ModuleOp module;
  mlir::SymbolTable symbols;
  /// Weights stand in the order they were made.
  mlir::Operation *lastWeight = nullptr;
  /// Weights by their bytes and type, so that an initializer is one weight.
  llvm::DenseMap<std::tuple<mlir::Attribute, mlir::Type, int>, mlir::StringAttr>
      existing;
};

} // namespace tern::graph
