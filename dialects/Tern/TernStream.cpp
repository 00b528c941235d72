//===- TernStream.cpp - Verifiers of dataflows and their edges ------------===//
#include "dialects/Tern/Tern.h"

using namespace mlir;
using namespace tern::ir;

LogicalResult DataflowOp::verify() {
  Block &block = getBody().front();
  // dataflow_c1
  if (!llvm::equal(block.getArgumentTypes(), getInputs().getTypes()))
    return emitOpError("expected a block of ")
           << getInputs().getTypes() << ", but got "
           << block.getArgumentTypes();
  // dataflow_c2
  auto deliver = dyn_cast<DeliverOp>(block.back());
  if (!deliver ||
      !llvm::equal(deliver.getValues().getTypes(), getResultTypes()))
    return emitOpError("expected tern.deliver of ") << getResultTypes();
  return success();
}

LogicalResult StreamOp::verify() {
  auto type = cast<RankedTensorType>(getType());
  // stream_c1
  int64_t count = 1;
  for (int64_t size : getShape())
    count *= size;
  SmallVector<int64_t> sorted(getOrder());
  llvm::sort(sorted);
  bool permutes = sorted.size() == getShape().size();
  for (auto [i, dim] : llvm::enumerate(sorted))
    permutes &= dim == static_cast<int64_t>(i);
  if (count != type.getNumElements() || !permutes)
    return emitOpError("expected a shape of ")
           << type.getNumElements()
           << " elements and a permutation of its dimensions, but got shape "
           << getShape() << " order " << getOrder();
  // stream_c2
  auto lanes = static_cast<int64_t>(getLanes());
  bool converts = getSource().getDefiningOp<StreamOp>() != nullptr;
  int64_t fastest =
      converts || getOrder().empty() ? count : getShape()[getOrder().back()];
  if (lanes < 1 || fastest % lanes)
    return emitOpError("expected lanes that divide ")
           << fastest << ", but got " << lanes;
  // stream_c3
  if (static_cast<int64_t>(getDepth()) < 1)
    return emitOpError("expected a depth of at least 1, but got ")
           << getDepth();
  return success();
}
