//===- Epilogue.cpp - What every contraction kernel ends with -------------===//
#include "passes/Lowering/Epilogue.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

static std::pair<ValueRange, ArrayAttr> extrasOf(Operation *op) {
  if (auto matmul = dyn_cast<ir::MatmulOp>(op))
    return {matmul.getExtras(), matmul.getExtraMapsAttr()};
  auto conv = cast<ir::ConvOp>(op);
  return {conv.getExtras(), conv.getExtraMapsAttr()};
}

Value lowering::emitEpilogue(Emitter &b, Operation *contraction, Value acc,
                             ValueRange indices) {
  Region &epilogue = contraction->getRegion(0);
  if (epilogue.empty())
    return acc;
  Block &body = epilogue.front();
  IRMapping mapping;
  mapping.map(body.getArgument(0), acc);
  auto [extras, maps] = extrasOf(contraction);
  for (auto [i, extra] : llvm::enumerate(extras)) {
    BlockArgument argument = body.getArgument(i + 1);
    if (argument.use_empty())
      continue;
    SmallVector<Value> at;
    for (AffineExpr expr : cast<AffineMapAttr>(maps[i]).getValue().getResults())
      at.push_back(b.expand(expr, indices));
    mapping.map(argument, b.create<memref::LoadOp>(extra, at));
  }
  for (Operation &inner : body.without_terminator())
    b.clone(inner, mapping);
  return mapping.lookupOrDefault(body.getTerminator()->getOperand(0));
}
