//===- HostBackend.h - x86-64 through LLVM --------------------------------===//
#pragma once
#include "dialects/Tern/Tern.h"
#include "lib/Backend/Common/Backend.h"
#include "lib/Backend/Common/LlvmBackend.h"

namespace tern::backend {

/// x86-64 with the extensions of `features` ("+avx2,+fma,+f16c"; the empty
/// string is the baseline).
LlvmBackend hostBackend(llvm::StringRef features);

/// kern.dot by vpdpbusd (AVX-512 VNNI), by vpmaddubsw where weights have so few
/// bits that it is exact, else by pmaddwd; kern.unpack in 32-bit lanes, where
/// x86 has shifts.
void populateHostLegalizePatterns(mlir::RewritePatternSet &patterns,
                                  const LlvmMachine &machine);

std::unique_ptr<Backend> createHostBackend();

} // namespace tern::backend
