//===- LlvmLower.h - Kernels as LLVM IR -----------------------------------===//
#pragma once
#include "lib/Backend/Common/LlvmBackend.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/IR/Module.h"
#include <memory>

namespace tern::backend {

/// The kernels of a module in kern form as an LLVM module of internal
/// functions `void k(i64 lo, i64 hi, ptr buffer...)`. `module` is not changed.
/// Null, after located diagnostics, when a kernel holds something that the
/// backend cannot do.
std::unique_ptr<llvm::Module> lowerKernels(mlir::ModuleOp module,
                                           const LlvmBackend &backend,
                                           llvm::LLVMContext &context);

} // namespace tern::backend
