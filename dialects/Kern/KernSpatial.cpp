//===- KernSpatial.cpp - Verifiers of stages and streams ------------------===//
#include "dialects/Kern/Kern.h"
#include "dialects/Tern/Layout.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace tern;
using namespace tern::kern;

LogicalResult DesignOp::verify() {
  // design_c1
  auto top = lookupSymbol<func::FuncOp>("top");
  if (!top || !top.getBody().hasOneBlock())
    return emitOpError("expected a function @top of one block");
  for (Operation &op : top.front())
    if (!isa<FifoOp, ProcessOp, func::ReturnOp>(op))
      return op.emitOpError("expected kern.fifo, kern.process or a return in "
                            "@top");
  return success();
}

LogicalResult AccelerateOp::verifySymbolUses(SymbolTableCollection &symbols) {
  // accelerate_c1
  if (!symbols.lookupNearestSymbolFrom<DesignOp>(*this, getDesignAttr()))
    return emitOpError("expected a kern.design, but got ") << getDesignAttr();
  return success();
}

LogicalResult FifoOp::verify() {
  // fifo_c1
  if (static_cast<int64_t>(getDepth()) < 1)
    return emitOpError("expected a depth of at least 1, but got ")
           << getDepth();
  // fifo_c2
  auto uses = llvm::range_size(getStream().getUses());
  if (uses != 2)
    return emitOpError("expected one process that writes and one that reads, "
                       "but got ")
           << uses << " uses";
  return success();
}

LogicalResult ProcessOp::verifySymbolUses(SymbolTableCollection &symbols) {
  // process_c1
  auto stage =
      symbols.lookupNearestSymbolFrom<func::FuncOp>(*this, getStageAttr());
  if (!stage || !llvm::equal(stage.getArgumentTypes(), getOperandTypes()))
    return emitOpError("expected a function of ")
           << getOperandTypes() << ", but got " << getStageAttr();
  return success();
}

LogicalResult StreamReadOp::verify() {
  // stream_read_c1
  if (getWord().getType() != getStream().getType().getWord())
    return emitOpError("expected a word of ")
           << getStream().getType() << ", but got " << getWord().getType();
  return success();
}

LogicalResult StreamWriteOp::verify() {
  // stream_write_c1
  if (getWord().getType() != getStream().getType().getWord())
    return emitOpError("expected a word of ")
           << getStream().getType() << ", but got " << getWord().getType();
  return success();
}

/// Banks of a memory, as rom_c2 and memory_c2 want them.
static LogicalResult verifyBanks(Operation *op, MemRefType type,
                                 int64_t banks) {
  if (banks >= 1 && type.getNumElements() % banks == 0)
    return success();
  return op->emitOpError("expected banks that divide ")
         << type.getNumElements() << " elements, but got " << banks;
}

LogicalResult RomOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto type = cast<MemRefType>(getMemory().getType());
  // rom_c1
  auto weight =
      symbols.lookupNearestSymbolFrom<ir::WeightOp>(*this, getWeightAttr());
  if (!weight)
    return emitOpError("expected a tern.weight, but got ") << getWeightAttr();
  auto logical = cast<ShapedType>(weight.getType());
  int64_t units = logical.getNumElements();
  if (auto layout = weight.getLayoutAttr()) {
    int64_t rows = logical.getDimSize(0);
    units = PackedMatrix(layout, rows, units / rows).getUnits();
  }
  if (units != type.getNumElements())
    return emitOpError("expected ") << units << " elements, but got " << type;
  // rom_c2
  return verifyBanks(*this, type, getBanks());
}

LogicalResult MemoryOp::verify() {
  // memory_c1
  auto type = cast<MemRefType>(getMemory().getType());
  if (type.getRank() != 1 || !type.hasStaticShape() ||
      !isa_and_nonnull<SpaceAttr>(type.getMemorySpace()))
    return emitOpError("expected a rank-1 memref of a static size and a "
                       "kern.space, but got ")
           << type;
  // memory_c2
  return verifyBanks(*this, type, getBanks());
}

LogicalResult GetLaneOp::verify() {
  // get_lane_c1
  unsigned word = getWord().getType().getIntOrFloatBitWidth();
  unsigned lane = getValue().getType().getIntOrFloatBitWidth();
  if (word % lane)
    return emitOpError("expected a width that divides ")
           << word << ", but got " << lane;
  return success();
}

LogicalResult PutLaneOp::verify() {
  // put_lane_c1
  unsigned word =
      cast<MemRefType>(getMemory().getType()).getElementTypeBitWidth();
  unsigned lane = getValue().getType().getIntOrFloatBitWidth();
  if (word % lane)
    return emitOpError("expected a width that divides ")
           << word << ", but got " << lane;
  return success();
}

/// directive_c1
static LogicalResult verifyFirst(Operation *op) {
  if (op->getPrevNode())
    return op->emitOpError("expected to stand first in its loop");
  return success();
}

LogicalResult PipelineOp::verify() {
  // pipeline_c1
  if (static_cast<int64_t>(getIi()) < 1)
    return emitOpError("expected an interval of at least 1, but got ")
           << getIi();
  return verifyFirst(*this);
}

LogicalResult UnrollOp::verify() { return verifyFirst(*this); }
