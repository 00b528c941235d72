//===- ConstantMaker.cpp - New constants of a module ----------------------===//
#include "lib/Calibration/ConstantMaker.h"
#include "dialects/Tern/Tern.h"
#include "lib/Eval/TensorConstants.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace tern;
using namespace tern::calib;

Value ConstantMaker::make(ImplicitLocOpBuilder &b, const eval::Tensor &value,
                          StringRef name) {
  RankedTensorType type = value.getType();
  if (eval::isInlineConstant(type))
    return b.create<arith::ConstantOp>(eval::toDense(value));
  auto weight = OpBuilder(module.getContext())
                    .create<ir::WeightOp>(b.getLoc(), b.getStringAttr(name),
                                          type, eval::toBlob(value, name));
  StringAttr symbol = symbols.insert(weight, module.getBody()->begin());
  return b.create<ir::UseOp>(type, FlatSymbolRefAttr::get(symbol));
}
