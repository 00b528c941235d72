//===- Accounts.h - What a design takes, layer by layer -------------------===//
#pragma once
#include "lib/CostModel/Folding.h"
#include "passes/Lowering/Spatial/Matrix.h"
#include "passes/Lowering/Spatial/Stages.h"
#include "llvm/ADT/MapVector.h"

namespace tern::lowering {

/// A product as the search for its folding sees it, one row and column at a
/// time.
FoldedLayer describeFolded(mlir::Operation *op, const StageMatrix &matrix);

/// Adds up a design while it is built.
class Accounts {
public:
  explicit Accounts(const FpgaParts &part) : part(part) {}
  void addProduct(mlir::Operation *op);
  void addPool(mlir::linalg::GenericOp op, int64_t lanes);
  void addElementwise(mlir::linalg::GenericOp op, int64_t lanes);
  /// A queue belongs to nobody's layer.
  void addFifo(int64_t width, int64_t depth);

  /// One dictionary for each layer, and a last one, "queues".
  mlir::ArrayAttr get(mlir::MLIRContext *context) const;

private:
  struct Row {
    int64_t id = -1; ///< of the value that the stage computes
    std::string name;
    int64_t pe = 0, simd = 0, cycles = 0;
    FpgaResources used;
  };
  const FpgaParts &part;
  std::vector<Row> rows;
  FpgaResources queues;
};

} // namespace tern::lowering
