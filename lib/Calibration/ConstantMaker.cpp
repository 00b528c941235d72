//===- ConstantMaker.cpp - New constants of a module ----------------------===//
#include "lib/Calibration/ConstantMaker.h"
#include "lib/Eval/TensorConstants.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace tern;
using namespace tern::calib;

/// Whether a weight holds the bytes of `blob`, for the same type.
static bool holds(ir::WeightOp weight, RankedTensorType type,
                  ElementsAttr blob) {
  auto dataOf = [](ElementsAttr elements) {
    auto resource = cast<DenseResourceElementsAttr>(elements);
    return resource.getRawHandle().getBlob()->getData();
  };
  return weight && weight.getType() == type &&
         dataOf(weight.getValue()) == dataOf(blob);
}

Value ConstantMaker::make(ImplicitLocOpBuilder &b, const eval::Tensor &value,
                          StringRef name) {
  RankedTensorType type = value.getType();
  if (eval::isInlineConstant(type))
    return b.create<arith::ConstantOp>(eval::toDense(value));
  ElementsAttr blob = eval::toBlob(value, name);
  ir::WeightOp &weight = made[name.str()];
  if (!holds(weight, type, blob)) {
    weight = OpBuilder(module.getContext())
                 .create<ir::WeightOp>(b.getLoc(), b.getStringAttr(name), type,
                                       blob);
    symbols.insert(weight, module.getBody()->begin());
  }
  return b.create<ir::UseOp>(type, FlatSymbolRefAttr::get(weight));
}
