//===- BackendTool.cpp - tern-backend, for tests of the backends ----------===//
#include "lib/Driver/BackendTool.h"
#include "dialects/Tern/Tern.h"
#include "lib/Driver/Codegen.h"
#include "lib/Driver/Commands.h"
#include "lib/Driver/ExecutorHost.h"
#include "lib/Driver/ExecutorRvv.h"
#include "lib/Driver/ExecutorTensors.h"
#include "lib/Driver/Register.h"
#include "mlir/IR/AsmState.h"
#include "mlir/Parser/Parser.h"
#include "tern/runtime.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/SourceMgr.h"
#include <cstring>

using namespace mlir;
using namespace tern;
using namespace tern::driver;
namespace cl = llvm::cl;

namespace {
struct Options {
  cl::opt<std::string> file{cl::Positional, cl::desc("<kern form>"),
                            cl::Required};
  cl::opt<bool> rvv{"rvv", cl::desc("riscv64 instead of x86-64")};
  cl::opt<bool> c{"c", cl::desc("portable C instead")};
  cl::opt<bool> cuda{"cuda", cl::desc("CUDA instead")};
  cl::opt<std::string> features{
      "features", cl::desc("LLVM's feature string (default: tern.target's)")};
  cl::opt<EmitKind> emit{
      "emit",
      cl::desc("what to print (default: assembly, or what the backend has)"),
      cl::init(EmitKind::Default),
      cl::values(clEnumValN(EmitKind::LLVM, "llvm", "LLVM IR"),
                 clEnumValN(EmitKind::Assembly, "asm", "assembly"),
                 clEnumValN(EmitKind::Object, "obj", "ELF object"),
                 clEnumValN(EmitKind::Library, "lib", "static library"))};
  cl::opt<std::string> run{"run", cl::desc("run this entry instead")};
  cl::list<std::string> inputs{
      "input", cl::desc("numbers of the next input, with commas; the last one "
                        "repeats")};
  cl::opt<unsigned> vlen{"vlen", cl::init(128), cl::desc("bits, with --rvv")};
  cl::opt<unsigned> threads{"kernel-threads", cl::init(1),
                            cl::desc("without --rvv")};
};
} // namespace

/// Fills a tensor from a list of numbers.
static LogicalResult fill(eval::Tensor &tensor, StringRef text) {
  SmallVector<StringRef> words;
  text.split(words, ',');
  for (int64_t i = 0; i < tensor.size(); ++i) {
    StringRef word = words[std::min<size_t>(i, words.size() - 1)].trim();
    double value;
    if (word.getAsDouble(value)) {
      llvm::errs() << "expected a number, but got '" << word << "'\n";
      return failure();
    }
    if (isa<FloatType>(tensor.getElementType()))
      tensor.setFloat(i, value);
    else
      tensor.setInt(i, static_cast<int64_t>(value));
  }
  return success();
}

static void print(const backend::TensorInfo &info, const eval::Tensor &tensor) {
  bool isFloat = isa<FloatType>(tensor.getElementType());
  llvm::outs() << info.name << ":";
  for (int64_t i = 0; i < tensor.size(); ++i)
    if (isFloat)
      llvm::outs() << llvm::format(" %.9g", tensor.getFloat(i));
    else
      llvm::outs() << " " << tensor.getInt(i);
  llvm::outs() << "\n";
}

static std::unique_ptr<Executor> makeExecutor(MLIRContext &context,
                                              const backend::ModelInfo &info,
                                              const backend::Executable &code,
                                              ArrayRef<char> weights,
                                              const Options &options) {
  ExecutorOptions executor{weights, options.threads};
  switch (code.kind) {
  case backend::Executable::Kind::Sources:
    return createSourceExecutor(context, info, code, executor);
  case backend::Executable::Kind::Object:
    return createJitExecutor(context, info, code.files.front().contents,
                             executor);
  case backend::Executable::Kind::Emulated:
    break;
  }
  RvvModel model{info, code.files.front().contents,
                 std::vector<char>(weights.begin(), weights.end())};
  return createRvvExecutor(context, std::move(model), {options.vlen, 60});
}

static int runEntry(ModuleOp module, const Machine &machine,
                    const backend::Backend &backend, const Options &options) {
  auto info = backend::modelInfoOf(module);
  auto code = backend.executable(module, machine);
  if (failed(info) || failed(code))
    return ExitRefused;
  tern_weights_header header = {};
  memcpy(header.magic, "TERNWGT1", sizeof(header.magic));
  header.bytes = info->weightsBytes;
  header.hash = info->weightsHash;
  ArrayRef<char> weights(reinterpret_cast<char *>(&header), sizeof(header));
  MLIRContext &context = *module.getContext();
  auto executor = makeExecutor(context, *info, *code, weights, options);
  if (!executor)
    return ExitEnvironment;
  for (const backend::EntryInfo &entry : info->entries) {
    if (entry.name != options.run)
      continue;
    SmallVector<eval::Tensor> inputs;
    for (auto [i, input] : llvm::enumerate(entry.inputs)) {
      inputs.push_back(makeTensor(input, &context));
      if (i < options.inputs.size() &&
          failed(fill(inputs.back(), options.inputs[i])))
        return ExitUsage;
    }
    auto outputs = executor->run(entry.name, inputs);
    if (failed(outputs))
      return ExitEnvironment;
    for (auto [output, value] : llvm::zip(entry.outputs, *outputs))
      print(output, value);
    return ExitOk;
  }
  llvm::errs() << "no entry " << options.run << "\n";
  return ExitUsage;
}

int driver::backendToolMain(int argc, char **argv) {
  Options options;
  cl::ParseCommandLineOptions(argc, argv, "Tern's backends on kern form\n");
  DialectRegistry registry;
  registerDialects(registry);
  MLIRContext context(registry);
  context.printOpOnDiagnostic(false);
  llvm::SourceMgr sources;
  SourceMgrDiagnosticHandler handler(sources, &context);
  auto module = parseSourceFile<ModuleOp>(options.file, sources, &context);
  if (!module)
    return ExitRefused;
  Machine machine;
  machine.kind = options.rvv ? MachineKind::Rvv
                 : options.c ? MachineKind::C
                 : options.cuda ? MachineKind::Gpu
                                : MachineKind::Cpu;
  machine.gpu.capability = 90; // of --cuda
  machine.features = options.features;
  auto target = (*module)->getAttrOfType<ir::TargetAttr>("tern.target");
  if (!options.features.getNumOccurrences() && target)
    machine.features = target.getFeatures().str();
  const backend::Backend &backend = *backendFor(machine);
  if (!options.run.empty())
    return runEntry(*module, machine, backend, options);
  EmitKind kind = options.emit;
  if (kind == EmitKind::Default)
    kind = options.c      ? EmitKind::C
           : options.cuda ? EmitKind::Project
                          : EmitKind::Assembly;
  backend::OutputFiles files;
  if (failed(backend.emit(*module, machine, kind, "model", files)))
    return ExitRefused;
  llvm::outs() << files.front().contents;
  return ExitOk;
}
