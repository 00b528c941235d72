//===- Weights.h - The weights file of a model ----------------------------===//
//
// The header of include/tern/runtime.h, then every tern.weight at its offset.
// A weight with a layout is its packed bytes. One without is in the storage
// of lib/Eval/Tensor.h: integer codes of up to 8 bits are their value in a
// byte, so that kernels read it as an ordinary buffer.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "dialects/Tern/Tern.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"

namespace tern::backend {

/// Bytes that a weight takes in the file.
uint64_t storageBytes(ir::WeightOp weight);

/// Checks the offsets of all weights (64-byte aligned, behind the header, no
/// overlap, inside `kern.weights_bytes`) and sets the module's attribute
/// `kern.weights_hash`. To be called once, on the kern form.
mlir::LogicalResult hashWeights(mlir::ModuleOp module);

/// Writes the file; a few kilobytes of it are in memory at a time. The hash
/// must have been set. Emits located diagnostics.
mlir::LogicalResult writeWeights(mlir::ModuleOp module, llvm::raw_ostream &os);

} // namespace tern::backend
