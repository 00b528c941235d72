//===- StageWriters.h - The function of each kind of stage ----------------===//
#pragma once
#include "passes/Lowering/Spatial/StageEmitter.h"

namespace tern::lowering {

/// Constants of a design: adds a tern.weight and returns its symbol.
class Constants {
public:
  explicit Constants(kern::DesignOp design) : design(design), symbols(design) {}

  /// The elements of a constant tensor; nothing when it is none.
  std::optional<std::string> add(mlir::Value tensor, llvm::StringRef name);
  /// The weights of a product as its layout packs them; column j of the memory
  /// is column `columns[j]` of the filter's own order.
  std::string addMatrix(mlir::Operation *op, llvm::ArrayRef<int64_t> columns,
                        llvm::StringRef name);

private:
  std::string insert(mlir::Location loc, llvm::StringRef name, mlir::Type type,
                     mlir::ElementsAttr value, ir::LayoutAttr layout);
  kern::DesignOp design;
  mlir::SymbolTable symbols;
};

/// Products of a constant matrix with the vectors that `input` brings,
/// `columns` words each; `joins` are the streams that its epilogue reads.
void writeProduct(StageEmitter &b, mlir::Operation *op, Port input,
                  llvm::ArrayRef<Port> joins, Port output,
                  llvm::ArrayRef<int64_t> columns, Constants &constants);

/// All taps of every position, channels fastest; `outside` is what lies there.
void writeWindow(StageEmitter &b, const Window &window, int64_t outside,
                 Port input, Port output);

/// A reduction over the taps of a window.
void writePool(StageEmitter &b, mlir::linalg::GenericOp op, Port input,
               Port output);

/// One word after the other. `order` is that of the first input.
void writeElementwise(StageEmitter &b, mlir::linalg::GenericOp op,
                      llvm::ArrayRef<Port> inputs, Port output,
                      const StreamOrder &order, Constants &constants);

/// Memory of the host into a stream, and back.
void writeSource(StageEmitter &b, mlir::Value memory, Port output,
                 const StreamOrder &order);
void writeSink(StageEmitter &b, Port input, mlir::Value memory,
               const StreamOrder &order);
/// Every word to all of `outputs`.
void writeFork(StageEmitter &b, Port input, llvm::ArrayRef<Port> outputs);
/// Words of one width to words of another.
void writeConverter(StageEmitter &b, Port input, Port output);

} // namespace tern::lowering
