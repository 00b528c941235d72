//===- OperatorTable.h - One row per ONNX operator ------------------------===//
#pragma once
#include "dialects/Onnx/Onnx.h"
#include "lib/Eval/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include <optional>

namespace tern::graph {

/// A tensor-level value and its ONNX element type.
struct OnnxValue {
  mlir::Value value;
  mlir::Type onnxType;
};

/// What one operator's expansion works with: the node, its operands already at
/// tensor level (static shapes, types of toTernElementType), a builder placed
/// and located for it.
///
/// An expansion function builds tern, linalg, tensor and arith operations and
/// sets every result, or refuses. Shape inference *is* expansion: all shapes
/// are static, and operands that carry shapes, axes or pads are read with
/// `constant`, which evaluates whatever they depend on.
class Expansion {
public:
  virtual ~Expansion() = default;
  Expansion(onnx_ir::NodeOp node, mlir::ImplicitLocOpBuilder &b)
      : node(node), b(b) {}

  onnx_ir::NodeOp node;
  mlir::ImplicitLocOpBuilder &b;

  int64_t version() { return static_cast<int64_t>(node.getVersion()); }
  unsigned numOperands() { return node.getInputs().size(); }
  unsigned numResults() { return node.getOutputs().size(); }
  /// Whether optional operand `i` is there.
  virtual bool has(unsigned i) = 0;
  /// Operand `i` at tensor level; null when absent.
  virtual mlir::Value operand(unsigned i) = 0;
  /// The ONNX element type of operand `i` (ui8, si8 as i8, ui32, ...): the
  /// signedness that tensor-level i32 and i64 do not carry.
  virtual mlir::Type onnxElementType(unsigned i) = 0;
  /// The declared ONNX element type of result `i`, null when the file does
  /// not say.
  virtual mlir::Type declaredResultType(unsigned i) = 0;
  /// Operand `i` evaluated at compile time; nothing when it depends on data.
  virtual std::optional<eval::Tensor> constant(unsigned i) = 0;
  /// Whether a value built so far depends on constants only; cheaper to ask
  /// than its value.
  virtual bool isConstant(mlir::Value value) = 0;
  /// A compile-time value of any tensor-level value built so far.
  virtual std::optional<eval::Tensor> evaluate(mlir::Value value) = 0;
  /// Sets result `i`. `onnxType` only when the tensor-level type does not
  /// say it (unsigned 32 and 64 bit integers).
  virtual void result(unsigned i, mlir::Value value,
                      mlir::Type onnxType = {}) = 0;
  /// A constant tensor of the module (small ones become arith.constant).
  virtual mlir::Value tensorConstant(const eval::Tensor &value) = 0;
  /// A tensor attribute of the node, null when it has none.
  virtual mlir::Value tensorAttr(llvm::StringRef name) = 0;
  /// Expands subgraph `i` where the builder stands, its arguments bound to
  /// `arguments`. Fails, the refusals recorded, when a node in it is refused.
  virtual mlir::LogicalResult
  inlineSubgraph(unsigned i, llvm::ArrayRef<OnnxValue> arguments,
                 llvm::SmallVectorImpl<OnnxValue> &results) = 0;
  /// Refuses the node: "expected X, but got Y", and what would help.
  virtual mlir::LogicalResult refuse(const llvm::Twine &reason,
                                     const llvm::Twine &help = "") = 0;

  int64_t intAttr(llvm::StringRef name, int64_t absent);
  float floatAttr(llvm::StringRef name, float absent);
  std::string stringAttr(llvm::StringRef name, llvm::StringRef absent);
  std::optional<llvm::SmallVector<int64_t>> intsAttr(llvm::StringRef name);
  std::optional<llvm::SmallVector<float>> floatsAttr(llvm::StringRef name);
  std::optional<llvm::SmallVector<std::string>>
  stringsAttr(llvm::StringRef name);
  bool hasAttr(llvm::StringRef name);
  mlir::Attribute attr(llvm::StringRef name);
  /// Type and shape of operand `i`.
  mlir::RankedTensorType type(unsigned i);
  llvm::ArrayRef<int64_t> shape(unsigned i) { return type(i).getShape(); }
  mlir::Type elementType(unsigned i) { return type(i).getElementType(); }
  int64_t rank(unsigned i) { return type(i).getRank(); }
  /// Whether operand `i` is of an unsigned integer type.
  bool isUnsigned(unsigned i) { return onnxElementType(i).isUnsignedInteger(); }
};

using ExpandFn = mlir::LogicalResult (*)(Expansion &);

/// A set of operands: the first `count`.
constexpr unsigned first(unsigned count) { return (1u << count) - 1; }

/// Every operand that the node has, of which there is at least one.
constexpr unsigned allOperands = ~0u;

/// One row: the operator is understood in the opset versions
/// [since, until] (until = 0: no end known). A node without one of the
/// `required` operands (a bit each) is refused before `expand` sees it.
struct OperatorRow {
  llvm::StringRef domain;
  llvm::StringRef name;
  int since;
  int until;
  ExpandFn expand;
  unsigned required = first(1);
};

/// Each family file of passes/Graph/Ops returns its rows from a function
/// `llvm::ArrayRef<OperatorRow> <family>Operators()`; OperatorTable.cpp lists
/// the families. Returns null when no row has domain, name and version. The
/// default domain is "" and, as in models, "ai.onnx".
const OperatorRow *findOperator(llvm::StringRef domain, llvm::StringRef name,
                                int64_t version);
/// Every row, for `tern check --list-operators` and the tests.
llvm::SmallVector<const OperatorRow *> allOperators();

} // namespace tern::graph
