//===- Codegen.cpp - Code of a module, and something that runs it ---------===//
#include "lib/Driver/Codegen.h"
#include "lib/Backend/Common/Weights.h"
#include "lib/Driver/ExecutorHost.h"
#include "lib/Driver/ExecutorRvv.h"
#include "lib/Driver/Register.h"
#include "lib/Target/Targets.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;
using namespace tern;

namespace {
/// What a module is compiled for, and by what.
struct Way {
  const Machine *machine = nullptr;
  const backend::Backend *backend = nullptr;
};
} // namespace

static FailureOr<Way> wayOf(ModuleOp kern) {
  FailureOr<const Machine *> machine = machineOf(kern);
  if (failed(machine))
    return failure();
  const backend::Backend *backend = backendFor(**machine);
  if (!backend)
    return kern.emitError("expected a target that this build has a backend "
                          "for, but got ")
           << (*machine)->name << ", a machine of kind "
           << nameOf((*machine)->kind)
           << ": it can be costed (tern report), not compiled for";
  return Way{*machine, backend};
}

LogicalResult tern::requireKind(ModuleOp module, EmitKind kind) {
  // The driver prints kern form of any target.
  if (kind == EmitKind::MLIR)
    return success();
  FailureOr<Way> way = wayOf(module);
  if (failed(way))
    return failure();
  ArrayRef<EmitKind> kinds = way->backend->kinds();
  if (kind == EmitKind::Default || llvm::is_contained(kinds, kind))
    return success();
  std::string known;
  for (EmitKind each : kinds)
    known += (backend::nameOf(each) + ", ").str();
  return module.emitError("expected --emit=")
         << known << "or mlir for target " << way->machine->name
         << ", but got --emit=" << backend::nameOf(kind);
}

static LogicalResult emitMlir(ModuleOp kern, StringRef stem,
                              backend::OutputFiles &files) {
  std::string text;
  llvm::raw_string_ostream os(text);
  kern->print(os, OpPrintingFlags().elideLargeResourceString(64));
  os << "\n";
  files.push_back({(stem + ".mlir").str(), std::move(text)});
  return success();
}

LogicalResult tern::emitCode(ModuleOp kern, EmitKind kind, StringRef stem,
                             backend::OutputFiles &files) {
  if (kind == EmitKind::MLIR)
    return emitMlir(kern, stem, files);
  FailureOr<Way> way = wayOf(kern);
  if (failed(way) || failed(requireKind(kern, kind)))
    return failure();
  if (kind == EmitKind::Default)
    kind = way->backend->kinds().front();
  return way->backend->emit(kern, *way->machine, kind, stem, files);
}

bool tern::canEmit(ModuleOp kern, EmitKind kind) {
  FailureOr<Way> way = wayOf(kern);
  return succeeded(way) && llvm::is_contained(way->backend->kinds(), kind);
}

/// The first feature of `machine` that this processor lacks; empty: it runs.
static std::string missingFeature(const Machine &machine) {
  auto features = llvm::sys::getHostCPUFeatures();
  for (StringRef feature : llvm::split(machine.features, ','))
    if (feature.consume_front("+") && !features.lookup(feature))
      return feature.str();
  return "";
}

std::unique_ptr<Executor> tern::createExecutor(ModuleOp kern,
                                               unsigned threads) {
  MLIRContext &context = *kern.getContext();
  FailureOr<Way> way = wayOf(kern);
  if (failed(way) || failed(backend::hashWeights(kern)))
    return nullptr;
  FailureOr<backend::ModelInfo> info = backend::modelInfoOf(kern);
  SmallString<0> weights;
  llvm::raw_svector_ostream weightsStream(weights);
  if (failed(info) || failed(backend::writeWeights(kern, weightsStream)))
    return nullptr;
  auto executable = way->backend->executable(kern, *way->machine);
  if (failed(executable))
    return nullptr;
  if (!executable->note.empty())
    llvm::errs() << way->machine->name << ": " << executable->note << "\n";
  ExecutorOptions options{ArrayRef<char>(weights), threads};
  switch (executable->kind) {
  case backend::Executable::Kind::Sources:
    return createSourceExecutor(context, *info, *executable, options);
  case backend::Executable::Kind::Emulated:
    return createRvvExecutor(
        context,
        {*info, std::move(executable->files.front().contents),
         std::vector<char>(weights.begin(), weights.end())},
        {way->machine->vector.bits, 300});
  case backend::Executable::Kind::Object:
    break;
  }
  if (std::string missing = missingFeature(*way->machine); !missing.empty()) {
    kern.emitError("expected a processor with ")
        << missing << " to run code for " << way->machine->name
        << ", but this one has none; --target=host is what it can run";
    return nullptr;
  }
  return createJitExecutor(context, *info, executable->files.front().contents,
                           options);
}
