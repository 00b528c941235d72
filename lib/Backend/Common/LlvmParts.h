//===- LlvmParts.h - Objects of one module, generated in parallel ---------===//
#pragma once
#include "lib/Backend/Common/LlvmCodegen.h"
#include <vector>

namespace tern::backend {

/// Optimises a module and generates its objects, a few kernels to each, on the
/// machine's threads. Kernel wrappers become hidden symbols that start with
/// `tern_<symbol>_`, so that libraries of several models link together. The
/// parts depend on the module alone, never on the number of threads. Fails
/// where a part has no object.
mlir::FailureOr<std::vector<llvm::SmallVector<char, 0>>>
emitParts(llvm::Module &module, const LlvmMachine &machine,
          llvm::StringRef symbol);

} // namespace tern::backend
