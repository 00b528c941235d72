//===- CPrinter.h - Kernels as C-family source ----------------------------===//
//
// What all printed targets share: a kernel in kern form becomes a function with
// nested expressions, names taken from the model, and calls of leaves where the
// target has a say. It prints and decides nothing: what has no text is refused.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "lib/Backend/Common/CLanguage.h"
#include "lib/Backend/Common/CLeaves.h"
#include "lib/Backend/Common/ModelInfo.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tern::backend {

/// What a kernel's buffers are called: by the model's tensors and weights where
/// all launches agree, else by their role. One name per buffer, not unique.
llvm::SmallVector<std::string> bufferHints(mlir::func::FuncOp kernel,
                                           const ModelInfo &info);

/// Prints `kernel` as a function `name` of the language, with a comment on its
/// layer and buffers. Emits located diagnostics.
mlir::LogicalResult printKernel(mlir::func::FuncOp kernel, llvm::StringRef name,
                                llvm::ArrayRef<std::string> hints,
                                const CLanguage &language, CLeaves &leaves,
                                llvm::raw_ostream &os);

/// Prints the function of a stage: any arguments, called by `hints`, as the
/// language's head has them.
mlir::LogicalResult printStage(mlir::func::FuncOp stage, llvm::StringRef name,
                               llvm::ArrayRef<std::string> hints,
                               const CLanguage &language, CLeaves &leaves,
                               llvm::raw_ostream &os);

} // namespace tern::backend
