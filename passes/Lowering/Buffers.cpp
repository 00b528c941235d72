//===- Buffers.cpp - Facts about memory at function level -----------------===//
#include "passes/Lowering/Buffers.h"
#include "dialects/Kern/Kern.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace tern;

int64_t lowering::bytesOfElement(Type element) {
  if (auto code = dyn_cast<ir::QType>(element))
    return code.getStorageBytes();
  return llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
}

/// Strides and offset of a type of static ones.
static std::pair<SmallVector<int64_t>, int64_t> stridesOf(MemRefType type) {
  SmallVector<int64_t> strides;
  int64_t offset = 0;
  if (failed(getStridesAndOffset(type, strides, offset)))
    llvm::report_fatal_error("memory without strides");
  return {strides, offset};
}

int64_t lowering::bytesOf(MemRefType type) {
  if (type.getNumElements() == 0)
    return 0;
  int64_t last = 0;
  auto [strides, offset] = stridesOf(type);
  for (auto [size, stride] : llvm::zip(type.getShape(), strides))
    last += (size - 1) * stride;
  return (last + 1) * bytesOfElement(type.getElementType());
}

/// The operand that a view-like operation shows; null for any other value.
static Value sourceOf(Value view) {
  Operation *op = view.getDefiningOp();
  if (isa_and_nonnull<memref::CollapseShapeOp, memref::ExpandShapeOp,
                      memref::CastOp, memref::SubViewOp,
                      memref::ReinterpretCastOp>(op))
    return op->getOperand(0);
  return {};
}

Value lowering::rootOf(Value view) {
  while (Value source = sourceOf(view))
    view = source;
  return view;
}

int64_t lowering::offsetIn(Value view) {
  return stridesOf(cast<MemRefType>(view.getType())).second;
}

bool lowering::isStep(Operation *op) {
  return isa<linalg::LinalgOp, ir::MatmulOp, ir::ConvOp, ir::InsertOp,
             memref::CopyOp, kern::AccelerateOp>(op);
}

SmallVector<Value> lowering::writtenBy(Operation *step) {
  if (auto copy = dyn_cast<memref::CopyOp>(step))
    return {copy.getTarget()};
  return llvm::to_vector(cast<DestinationStyleOpInterface>(step).getDpsInits());
}

ir::LayerAttr lowering::layerOf(Location loc) {
  auto fused = loc->findInstanceOf<FusedLocWith<ir::LayerAttr>>();
  return fused ? fused.getMetadata() : ir::LayerAttr();
}
