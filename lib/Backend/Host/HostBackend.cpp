//===- HostBackend.cpp - x86-64 through LLVM ------------------------------===//
#include "lib/Backend/Host/HostBackend.h"
#include "lib/Backend/Common/LlvmEmit.h"

using namespace mlir;
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

namespace {
class Host : public LlvmFamily {
public:
  StringRef name() const override { return "host"; }
  bool serves(const Machine &machine) const override {
    return machine.kind == MachineKind::Cpu;
  }
  FailureOr<Executable> executable(ModuleOp kern,
                                   const Machine &machine) const override {
    Executable result;
    result.kind = Executable::Kind::Object;
    if (failed(emit(kern, machine, EmitKind::Object, "model", result.files)))
      return failure();
    return result;
  }

protected:
  LlvmBackend backendFor(const Machine &machine) const override {
    return hostBackend(machine.features);
  }
};
} // namespace

std::unique_ptr<Backend> backend::createHostBackend() {
  return std::make_unique<Host>();
}
