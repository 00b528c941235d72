//===- HostBackend.cpp - x86-64 through LLVM ------------------------------===//
#include "lib/Backend/Host/HostBackend.h"

using namespace tern;
using namespace tern::backend;

LlvmBackend backend::hostBackend(llvm::StringRef features) {
  LlvmBackend backend;
  backend.machine = {"x86_64-unknown-linux-gnu", "x86-64", features.str(), ""};
  backend.populateLegalizePatterns = populateHostLegalizePatterns;
  bool avx = features.contains("+avx");
  backend.convertsF16 =
      backend.machine.hasFeature("f16c") || features.contains("+avx512");
  backend.roundsEven = avx || features.contains("+sse4.1");
  backend.fusesMultiplyAdd =
      backend.machine.hasFeature("fma") || features.contains("+avx512");
  return backend;
}
