//===- TernOps.cpp - Tern operations, verifiers and folds of scalars ------===//
#include "dialects/Tern/Codes.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace tern::ir;

#define GET_OP_CLASSES
#include "dialects/Tern/TernOps.cpp.inc"

LogicalResult UseOp::verifySymbolUses(SymbolTableCollection &symbols) {
  // use_c1
  auto weight =
      symbols.lookupNearestSymbolFrom<WeightOp>(*this, getWeightAttr());
  if (!weight)
    return emitOpError("expected a tern.weight, but got ") << getWeightAttr();
  // A memref has been checked as a tensor.
  Type type = getResult().getType();
  if (isa<TensorType>(type) && weight.getType() != type)
    return emitOpError("expected the weight's type ")
           << weight.getType() << ", but got " << getResult().getType();
  return success();
}

/// decode_c1, encode_c1
static LogicalResult verifyCodeValue(Operation *op, QType code, Type value) {
  Type expected = code.isInteger()
                      ? Type(IntegerType::get(op->getContext(), 32))
                      : Type(Float32Type::get(op->getContext()));
  if (value == expected)
    return success();
  return op->emitOpError("expected ")
         << expected << " beside " << code << ", but got " << value;
}

LogicalResult DecodeOp::verify() {
  return verifyCodeValue(*this, cast<QType>(getCode().getType()),
                         getValue().getType());
}

LogicalResult EncodeOp::verify() {
  // encode_c2
  auto code = cast<QType>(getCode().getType());
  if (!codebookOf(code.getKind()).empty())
    return emitOpError("expected integers or small floats, but got the "
                       "codebook ")
           << code;
  return verifyCodeValue(*this, cast<QType>(getCode().getType()),
                         getValue().getType());
}

/// encode(decode(code)) -> code
OpFoldResult EncodeOp::fold(FoldAdaptor) {
  auto decode = getValue().getDefiningOp<DecodeOp>();
  if (!decode || decode.getCode().getType() != getCode().getType() ||
      !cast<QType>(getCode().getType()).isInteger())
    return {};
  return decode.getCode();
}
