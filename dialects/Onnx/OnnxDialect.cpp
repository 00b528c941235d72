//===- OnnxDialect.cpp - Registration, node accessors, verifiers ----------===//
#include "dialects/Onnx/Onnx.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern::onnx_ir;

#include "dialects/Onnx/OnnxDialect.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/Onnx/OnnxTypes.cpp.inc"
#define GET_OP_CLASSES
#include "dialects/Onnx/OnnxOps.cpp.inc"

void OnnxDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/Onnx/OnnxTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Onnx/OnnxOps.cpp.inc"
      >();
}

StringRef NodeOp::getDomain() {
  StringRef name = getOp();
  size_t dot = name.rfind('.');
  return dot == StringRef::npos ? StringRef() : name.take_front(dot);
}

StringRef NodeOp::getOperatorName() {
  StringRef name = getOp();
  size_t dot = name.rfind('.');
  return dot == StringRef::npos ? name : name.drop_front(dot + 1);
}

StringRef NodeOp::getNodeName() {
  if (auto named = getLoc()->findInstanceOf<NameLoc>())
    return named.getName();
  return {};
}

LogicalResult NodeOp::verify() {
  // onnx_node_c1
  if (static_cast<int64_t>(getVersion()) < 1)
    return emitOpError("expected a version of at least 1, but got ")
           << static_cast<int64_t>(getVersion());
  // onnx_node_c2
  size_t names = getRegionNames() ? getRegionNames()->size() : 0;
  if (names != getSubgraphs().size())
    return emitOpError("expected one name per region, but got ")
           << names << " names for "
           << getSubgraphs().size() << " regions";
  return success();
}
