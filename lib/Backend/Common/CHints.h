//===- CHints.h - What to call the values of a kernel ---------------------===//
#pragma once
#include "lib/Backend/Common/CText.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"

namespace tern::backend {

using CTexts = llvm::DenseMap<mlir::Value, CText>;

/// A name for `value`: its location's, the loop letter for `depth`, or what the
/// operation computes ("sum", "scaled"). `texts` tells what buffers are called.
std::string hintOf(mlir::Value value, unsigned depth, const CTexts &texts);

/// Whether a buffer is stored to.
bool isWritten(mlir::Value memref);
/// "read", "written", "read and written", "unused".
llvm::StringRef describeAccess(mlir::Value memref);

/// Whether `name` occurs in `text` as an identifier.
bool mentions(llvm::StringRef text, llvm::StringRef name);

} // namespace tern::backend
