//===- RvvBackend.h - RISC-V vectors of any length through LLVM -----------===//
#pragma once
#include "lib/Backend/Common/Backend.h"
#include "lib/Backend/Common/LlvmBackend.h"

namespace tern::backend {

/// rv64gc with the extensions of `features`, "+v" when empty. The code is for
/// any VLEN of 128 bits or more. The generic legalisations are the right ones
/// here: widening multiplications and additions are selected from them.
LlvmBackend rvvBackend(llvm::StringRef features);

/// Conversions of whole numbers to integers.
void populateRvvLegalizePatterns(mlir::RewritePatternSet &patterns,
                                 const LlvmMachine &machine);

std::unique_ptr<Backend> createRVVBackend();

} // namespace tern::backend
