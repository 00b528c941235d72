//===- LlvmEmit.h - Objects, libraries, assembly, LLVM IR -----------------===//
#pragma once
#include "lib/Backend/Common/Backend.h"
#include "lib/Backend/Common/LlvmBackend.h"
#include "lib/Backend/Common/ModelInfo.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"

namespace tern::backend {

enum class LlvmOutput {
  Ir,       ///< textual LLVM IR, optimised
  Assembly, ///< the target's assembly
  Object,   ///< an ELF object, position independent
  Archive   ///< a static library of such objects
};

/// Compiles a module in kern form. The result exports one symbol,
/// `tern_<model>_model`. Emits located diagnostics; nothing is written then.
mlir::LogicalResult emitLlvm(mlir::ModuleOp module, const LlvmBackend &backend,
                             LlvmOutput output, llvm::raw_ostream &os);

/// What a backend that goes through LLVM has in common with the others of its
/// kind; each adds which machines it serves and how they run here.
class LlvmFamily : public Backend {
public:
  llvm::ArrayRef<EmitKind> kinds() const override;
  mlir::LogicalResult emit(mlir::ModuleOp kern, const Machine &machine,
                           EmitKind kind, llvm::StringRef stem,
                           OutputFiles &files) const override;

protected:
  virtual LlvmBackend backendFor(const Machine &machine) const = 0;
};

} // namespace tern::backend
