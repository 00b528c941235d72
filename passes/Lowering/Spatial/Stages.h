//===- Stages.h - What a step becomes on a spatial target -----------------===//
#pragma once
#include "lib/Methods/Contraction.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include <string>

namespace tern::lowering {

/// The kind of stage that does a step.
enum class StageKind {
  MatrixVector, ///< folded products of a constant matrix (matmul)
  Convolution,  ///< the same behind a sliding window
  Pool,         ///< a reduction over a sliding window
  Elementwise   ///< one word after the other
};

/// A sliding window over an N x C x D1 (x D2) tensor, as for a convolution.
struct Window {
  llvm::SmallVector<int64_t> kernel, strides, dilations, padsBefore;
  /// Of the input and of the result, spatial dimensions only.
  llvm::SmallVector<int64_t> input, output;
  int64_t batch = 1, channels = 1;

  int64_t getTaps() const;
  int64_t getPositions() const;
};

/// Whether a step is a product that the part is for: integer codes, a constant
/// matrix, an integer accumulator.
bool isIntegerProduct(mlir::Operation *op);

/// What an operation between such products becomes; nothing when no stage does
/// it, and then `why` says what was expected and what would help.
std::optional<StageKind> stageOf(mlir::Operation *op, std::string &why);

/// The window of a convolution or of a pooling step.
Window windowOf(mlir::Operation *op);

/// Views that keep elements in row-major order: a stream passes through them.
bool isReshape(mlir::Operation *op);
/// The value that `value` is a reshape of.
mlir::Value throughReshapes(mlir::Value value);

/// Whether `value` follows from constants alone.
bool isConstant(mlir::Value value);

/// The operands of a step that are streams: the first is the one it works
/// through, others join it element by element.
llvm::SmallVector<mlir::OpOperand *> streamOperands(mlir::Operation *step);

/// Extras of a contraction and their maps.
std::pair<mlir::ValueRange, llvm::ArrayRef<mlir::Attribute>>
extrasOf(mlir::Operation *contraction);

/// The layer that a step is called after: the innermost one with a name, a
/// convolution rather than the activation behind it. Null: there is none.
ir::LayerAttr namedLayer(mlir::Location loc);
/// The same for messages: `"name" (Op)`.
std::string describeLayer(mlir::Operation *step);

} // namespace tern::lowering
