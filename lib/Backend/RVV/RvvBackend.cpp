//===- RvvBackend.cpp - RISC-V vectors of any length through LLVM ---------===//
#include "lib/Backend/RVV/RvvBackend.h"

using namespace tern;
using namespace tern::backend;

LlvmBackend backend::rvvBackend(llvm::StringRef features) {
  LlvmBackend backend;
  std::string all = "+m,+a,+f,+d,+c,";
  all += features.empty() ? "+v" : features.str();
  backend.machine = {"riscv64-unknown-linux-gnu", "generic-rv64", all, "lp64d"};
  backend.populateLegalizePatterns = populateRvvLegalizePatterns;
  return backend;
}
