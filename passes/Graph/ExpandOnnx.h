//===- ExpandOnnx.h - From ONNX nodes to tensor-level operations ----------===//
#pragma once
#include "lib/Eval/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include <string>
#include <vector>

namespace tern::graph {

/// Why a node cannot be expanded.
struct Refusal {
  mlir::Location location;
  /// The node's name in the file.
  std::string node;
  /// Empty for ONNX's own domain.
  std::string domain;
  std::string op;
  int64_t version;
  /// "expected X, but got Y".
  std::string reason;
  /// What would help; can be empty.
  std::string help;
};

/// The value of an input that is already known when compiling (a node test
/// whose shape operand is an input, say): used where a node needs its operand
/// at compile time. The input stays an input.
struct KnownInput {
  std::string entry;
  unsigned index;
  eval::Tensor value;
};

/// Expands every node of every entry. When nothing is refused the module is in
/// tensor form, else it is left as it was and `refusals` says why, in the order
/// of the nodes. Emits nothing.
mlir::LogicalResult expandOnnx(mlir::ModuleOp module,
                               llvm::SmallVectorImpl<Refusal> &refusals,
                               llvm::ArrayRef<KnownInput> known = {});

/// Emits a refusal as an error at its node.
void emitRefusal(const Refusal &refusal);

} // namespace tern::graph
