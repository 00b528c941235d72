//===- Epilogue.h - What every contraction kernel ends with ---------------===//
#pragma once
#include "dialects/Tern/Tern.h"
#include "passes/Lowering/Emit.h"

namespace tern::lowering {

/// The epilogue of a tern.matmul or tern.conv on `acc`, its extras read at
/// their maps of the result's `indices`; `acc` itself when it has none.
mlir::Value emitEpilogue(Emitter &b, mlir::Operation *contraction,
                         mlir::Value acc, mlir::ValueRange indices);

} // namespace tern::lowering
