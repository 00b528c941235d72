//===- Constants.cpp - What a design keeps on the chip --------------------===//
#include "dialects/Tern/Layout.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "passes/Lowering/Spatial/Matrix.h"
#include "passes/Lowering/Spatial/StageWriters.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

std::string Constants::insert(Location loc, StringRef name, Type type,
                              ElementsAttr value, ir::LayoutAttr layout) {
  OpBuilder builder = OpBuilder::atBlockBegin(&design.getBody().front());
  auto weight = builder.create<ir::WeightOp>(loc, builder.getStringAttr(name),
                                             type, value, layout);
  return symbols.insert(weight).str();
}

std::optional<std::string> Constants::add(Value tensor, StringRef name) {
  if (!isConstant(tensor))
    return std::nullopt;
  tensor = throughReshapes(tensor);
  Operation *op = tensor.getDefiningOp();
  ElementsAttr value;
  if (auto constant = dyn_cast<arith::ConstantOp>(op))
    value = cast<ElementsAttr>(constant.getValue());
  else if (auto use = dyn_cast<ir::UseOp>(op))
    value = rowMajorElements(SymbolTable::lookupNearestSymbolFrom<ir::WeightOp>(
        use, use.getWeightAttr()));
  else
    return std::nullopt;
  return insert(op->getLoc(), name, tensor.getType(), value, {});
}

std::string Constants::addMatrix(Operation *op, ArrayRef<int64_t> columns,
                                 StringRef name) {
  StageMatrix matrix(op);
  auto layout = op->getAttrOfType<ir::LayoutAttr>("layout");
  PackedMatrix packed(layout, matrix.c.n, matrix.c.k);
  std::vector<char> bytes(packed.getSizeInBytes());
  packed.pack(bytes, [&](int64_t row, int64_t column) {
    return matrix.get(row, columns[column]);
  });
  auto blob = RankedTensorType::get({static_cast<int64_t>(bytes.size())},
                                    IntegerType::get(op->getContext(), 8));
  auto value = DenseResourceElementsAttr::get(
      blob, name, HeapAsmResourceBlob::allocateAndCopyInferAlign<char>(bytes));
  auto type = RankedTensorType::get({matrix.c.n, matrix.c.k}, matrix.c.rhs);
  return insert(op->getLoc(), name, type, value, layout);
}
