//===- RvvBackend.cpp - RISC-V vectors of any length through LLVM ---------===//
#include "lib/Backend/RVV/RvvBackend.h"
#include "lib/Backend/Common/LlvmEmit.h"

using namespace mlir;
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

namespace {
class Rvv : public LlvmFamily {
public:
  StringRef name() const override { return "rvv"; }
  bool serves(const Machine &machine) const override {
    return machine.kind == MachineKind::Rvv;
  }
  FailureOr<Executable> executable(ModuleOp kern,
                                   const Machine &machine) const override {
    Executable result;
    result.kind = Executable::Kind::Emulated;
    if (failed(emit(kern, machine, EmitKind::Object, "model", result.files)))
      return failure();
    return result;
  }

protected:
  LlvmBackend backendFor(const Machine &machine) const override {
    return rvvBackend(machine.features);
  }
};
} // namespace

std::unique_ptr<Backend> backend::createRVVBackend() {
  return std::make_unique<Rvv>();
}
