//===- LlvmEmit.cpp - Objects, libraries, assembly, LLVM IR ---------------===//
#include "lib/Backend/Common/LlvmEmit.h"
#include "lib/Backend/Common/LlvmAbi.h"
#include "lib/Backend/Common/LlvmLower.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

static std::unique_ptr<llvm::TargetMachine>
createMachine(const LlvmMachine &machine, std::string &error) {
  static bool initialized = [] {
    llvm::InitializeAllTargetInfos();
    llvm::InitializeAllTargets();
    llvm::InitializeAllTargetMCs();
    llvm::InitializeAllAsmPrinters();
    return true;
  }();
  (void)initialized;
  auto *target = llvm::TargetRegistry::lookupTarget(machine.triple, error);
  if (!target)
    return nullptr;
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  options.MCOptions.ABIName = machine.abi;
  options.FunctionSections = true;
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      machine.triple, machine.cpu, machine.features, options, llvm::Reloc::PIC_,
      std::nullopt, llvm::CodeGenOptLevel::Default));
}

/// The standard -O2 pipeline; IR without fast-math flags stays exact under it.
static void optimize(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::PipelineTuningOptions tuning;
  tuning.LoopVectorization = true;
  tuning.SLPVectorization = true;
  llvm::PassBuilder builder(&machine, tuning);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager callGraph;
  llvm::ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(callGraph);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, callGraph, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2)
      .run(module, modules);
}

/// Machine attributes on every function, so that inlining and cost models see
/// the same machine; an ABI flag, so that the linker does.
static void setMachine(llvm::Module &module, const LlvmMachine &machine,
                       const llvm::TargetMachine &target) {
  module.setTargetTriple(machine.triple);
  module.setDataLayout(target.createDataLayout());
  module.setPICLevel(llvm::PICLevel::BigPIC);
  if (!machine.abi.empty())
    module.addModuleFlag(llvm::Module::Error, "target-abi",
                         llvm::MDString::get(module.getContext(), machine.abi));
  for (llvm::Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", machine.cpu);
    function.addFnAttr("target-features", machine.features);
    function.addFnAttr(llvm::Attribute::NoUnwind);
  }
}

static LogicalResult emitMachineCode(llvm::Module &module,
                                     llvm::TargetMachine &machine,
                                     llvm::CodeGenFileType type,
                                     SmallVectorImpl<char> &bytes) {
  llvm::raw_svector_ostream os(bytes);
  llvm::legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, os, nullptr, type))
    return failure();
  passes.run(module);
  return success();
}

static LogicalResult archive(ModuleOp module, StringRef name,
                             SmallVectorImpl<char> &object) {
  llvm::MemoryBufferRef buffer(StringRef(object.data(), object.size()), name);
  llvm::NewArchiveMember member(buffer);
  auto result = llvm::writeArchiveToBuffer(
      std::move(member), llvm::SymtabWritingMode::NormalSymtab,
      llvm::object::Archive::K_GNU, /*Deterministic=*/true, /*Thin=*/false);
  if (!result)
    return module.emitError("cannot write a static library: ")
           << llvm::toString(result.takeError());
  StringRef bytes = (*result)->getBuffer();
  object.assign(bytes.begin(), bytes.end());
  return success();
}

LogicalResult backend::emitLlvm(ModuleOp module, const LlvmBackend &backend,
                                LlvmOutput output, llvm::raw_ostream &os) {
  FailureOr<ModelInfo> info = modelInfoOf(module);
  if (failed(info))
    return failure();
  std::string error;
  auto machine = createMachine(backend.machine, error);
  if (!machine)
    return module.emitError("cannot generate code: ") << error;
  llvm::LLVMContext context;
  auto code = lowerKernels(module, backend, context);
  if (!code || failed(addAbi(*code, module, *info)))
    return failure();
  setMachine(*code, backend.machine, *machine);
  llvm::raw_string_ostream errors(error);
  if (llvm::verifyModule(*code, &errors))
    return module.emitError("generated LLVM IR is invalid: ") << error;
  optimize(*code, *machine);
  if (output == LlvmOutput::Ir) {
    code->print(os, nullptr);
    return success();
  }
  SmallVector<char, 0> bytes;
  bool text = output == LlvmOutput::Assembly;
  if (failed(emitMachineCode(*code, *machine,
                             text ? llvm::CodeGenFileType::AssemblyFile
                                  : llvm::CodeGenFileType::ObjectFile,
                             bytes)))
    return module.emitError("this target has no code generator for files");
  if (output == LlvmOutput::Archive &&
      failed(archive(module, info->name + ".o", bytes)))
    return failure();
  os.write(bytes.data(), bytes.size());
  return success();
}
