//===- Buffers.h - Facts about memory at function level -------------------===//
#pragma once
#include "dialects/Tern/Tern.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"

namespace tern::lowering {

/// Bytes of an element in memory: codes as Tern_QType says, i1 a byte.
int64_t bytesOfElement(mlir::Type element);
/// Bytes from the first element to behind the last.
int64_t bytesOf(mlir::MemRefType type);

/// The value whose memory `view` shows, through collapse_shape, expand_shape,
/// cast and subview: a memref.alloc, a tern.use, an argument, a kern.view.
mlir::Value rootOf(mlir::Value view);
/// The buffer's elements from the start of `root` to the view's first.
int64_t offsetIn(mlir::Value view);

/// Whether the operation computes (rather than names memory).
bool isStep(mlir::Operation *op);
/// The memory that a step writes, one value per result of its tensor form.
llvm::SmallVector<mlir::Value> writtenBy(mlir::Operation *step);

/// The user's layer that a location belongs to; null when there is none.
ir::LayerAttr layerOf(mlir::Location loc);

} // namespace tern::lowering
