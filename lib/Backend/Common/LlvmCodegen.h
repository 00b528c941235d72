//===- LlvmCodegen.h - LLVM's optimiser and code generator ----------------===//
#pragma once
#include "lib/Backend/Common/LlvmBackend.h"
#include "mlir/Support/LLVM.h"
#include "llvm/IR/Module.h"
#include "llvm/Target/TargetMachine.h"

namespace tern::backend {

/// LLVM's code generator for a machine; null, with the reason in `error`, where
/// this LLVM has none.
std::unique_ptr<llvm::TargetMachine> createMachine(const LlvmMachine &machine,
                                                   std::string &error);

/// Machine attributes on every function, so that inlining and cost models see
/// the same machine; an ABI flag, so that the linker does.
void setMachine(llvm::Module &module, const LlvmMachine &machine,
                const llvm::TargetMachine &target);

/// The standard -O2 pipeline; IR without fast-math flags stays exact under it.
void optimize(llvm::Module &module, llvm::TargetMachine &machine);

/// Appends assembly or an object to `bytes`. Fails where the target has no
/// code generator for files.
mlir::LogicalResult emitMachineCode(llvm::Module &module,
                                    llvm::TargetMachine &machine,
                                    llvm::CodeGenFileType type,
                                    llvm::SmallVectorImpl<char> &bytes);

} // namespace tern::backend
