//===- Codegen.cpp - Which backend a machine's code comes from ------------===//
#include "lib/Driver/Codegen.h"
#include "lib/Backend/C/CBackend.h"
#include "lib/Backend/Common/LlvmEmit.h"
#include "lib/Backend/Common/Weights.h"
#include "lib/Backend/Host/HostBackend.h"
#include "lib/Backend/RVV/RvvBackend.h"
#include "lib/Driver/ExecutorHost.h"
#include "lib/Driver/ExecutorRvv.h"
#include "lib/Target/Targets.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;
using namespace tern;

static backend::LlvmBackend llvmBackendOf(const Machine &machine) {
  return machine.kind == MachineKind::Rvv
             ? backend::rvvBackend(machine.features)
             : backend::hostBackend(machine.features);
}

static std::optional<backend::LlvmOutput> llvmOutputOf(EmitKind kind) {
  switch (kind) {
  case EmitKind::Library:
    return backend::LlvmOutput::Archive;
  case EmitKind::Object:
    return backend::LlvmOutput::Object;
  case EmitKind::Assembly:
    return backend::LlvmOutput::Assembly;
  case EmitKind::LLVM:
    return backend::LlvmOutput::Ir;
  case EmitKind::MLIR:
  case EmitKind::C:
    return std::nullopt;
  }
  llvm_unreachable("kinds are listed");
}

LogicalResult tern::emitCode(ModuleOp kern, EmitKind kind, raw_ostream &os) {
  if (kind == EmitKind::MLIR) {
    kern->print(os, OpPrintingFlags().elideLargeResourceString(64));
    os << "\n";
    return success();
  }
  FailureOr<const Machine *> machine = machineOf(kern);
  if (failed(machine))
    return failure();
  if (kind == EmitKind::C)
    return backend::emitC(kern, os);
  if ((*machine)->kind == MachineKind::C)
    return kern.emitError("expected --emit=c or mlir for target c, which has "
                          "no machine code");
  return backend::emitLlvm(kern, llvmBackendOf(**machine), *llvmOutputOf(kind),
                           os);
}

/// The first feature of `machine` that this processor lacks; empty: it runs.
static std::string missingFeature(const Machine &machine) {
  auto features = llvm::sys::getHostCPUFeatures();
  for (StringRef feature : llvm::split(machine.features, ','))
    if (feature.consume_front("+") && !features.lookup(feature))
      return feature.str();
  return "";
}

static std::unique_ptr<Executor>
createHostExecutor(ModuleOp kern, const Machine &machine,
                   const backend::ModelInfo &info,
                   const ExecutorOptions &options) {
  if (std::string missing = missingFeature(machine); !missing.empty()) {
    kern.emitError("expected a processor with ")
        << missing << " to run code for " << machine.name
        << ", but this one has none; --target=host is what it can run";
    return nullptr;
  }
  std::string object;
  llvm::raw_string_ostream os(object);
  if (failed(emitCode(kern, EmitKind::Object, os)))
    return nullptr;
  return createJitExecutor(*kern.getContext(), info, object, options);
}

std::unique_ptr<Executor> tern::createExecutor(ModuleOp kern,
                                               unsigned threads) {
  MLIRContext &context = *kern.getContext();
  FailureOr<const Machine *> machine = machineOf(kern);
  if (failed(machine) || failed(backend::hashWeights(kern)))
    return nullptr;
  FailureOr<backend::ModelInfo> info = backend::modelInfoOf(kern);
  SmallString<0> weights;
  llvm::raw_svector_ostream weightsStream(weights);
  if (failed(info) || failed(backend::writeWeights(kern, weightsStream)))
    return nullptr;
  if ((*machine)->kind == MachineKind::Cpu)
    return createHostExecutor(kern, **machine, *info,
                              {ArrayRef<char>(weights), threads});
  std::string code;
  llvm::raw_string_ostream os(code);
  if ((*machine)->kind == MachineKind::C)
    return failed(emitCode(kern, EmitKind::C, os))
               ? nullptr
               : createCExecutor(context, *info, code,
                                 {ArrayRef<char>(weights), threads});
  if (failed(emitCode(kern, EmitKind::Object, os)))
    return nullptr;
  RvvModel model{*info, std::move(code),
                 std::vector<char>(weights.begin(), weights.end())};
  return createRvvExecutor(context, std::move(model),
                           {(*machine)->vector.bits, 300});
}
