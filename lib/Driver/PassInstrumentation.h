//===- PassInstrumentation.h - --print-ir-after-all, --dump-dir, timing ---===//
#pragma once
#include "lib/Driver/Pipeline.h"
#include "mlir/Pass/PassManager.h"

namespace tern {
/// Adds the debug aids that `options` asks for; `stage` names the dumps.
void instrument(mlir::PassManager &pm, const CompileOptions &options,
                llvm::StringRef stage);
} // namespace tern
