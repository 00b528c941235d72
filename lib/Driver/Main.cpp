//===- Main.cpp - Dispatch to the subcommands -----------------------------===//
#include "lib/Driver/Commands.h"
#include "lib/Driver/Diagnostics.h"
#include "lib/Driver/Register.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"

using namespace tern;
using namespace tern::driver;
namespace cl = llvm::cl;

static constexpr llvm::StringLiteral overview =
    "Tern compiles low-bit neural networks from ONNX.\n\n"
    "  tern check model.onnx                      what can't be taken, and "
    "why\n"
    "  tern compile model.onnx -o out             a library, header and "
    "weights\n"
    "  tern run model.onnx --data inputs.npz      compile, run, print outputs\n"
    "  tern verify model.onnx --target=rvv256     compare with the reference\n"
    "  tern generate model.onnx --tokens=1,2,3    extend a sequence of tokens\n"
    "  tern calibrate model.onnx --data=inputs.npz  statistics for "
    "--quantize\n"
    "  tern report model.onnx --target=host,h200  predicted time and energy\n"
    "  tern targets                               the machines it knows\n";

ModelOptions::ModelOptions(cl::SubCommand &sub)
    : model(cl::Positional, cl::desc("<model.onnx>"), cl::sub(sub)),
      target("target", cl::init("host"), cl::value_desc("name"),
             cl::desc("a machine of `tern targets` (default: host)"),
             cl::sub(sub)),
      dims("dim", cl::value_desc("NAME=V[,V...]"),
           cl::desc("value of a named dimension (default 1); each further "
                    "value makes one more entry"),
           cl::sub(sub)),
      method("method", cl::value_desc("name"),
             cl::desc("force an mpGEMM method instead of choosing by "
                      "predicted time"),
             cl::sub(sub)),
      dumpDir("dump-dir", cl::value_desc("folder"),
              cl::desc("write the IR after every pass there"), cl::sub(sub)),
      reproducer("crash-reproducer", cl::value_desc("file"),
                 cl::desc("write what `tern-opt --run-reproducer` needs when "
                          "a pass crashes"),
                 cl::sub(sub)),
      bisectLayer("bisect-layer", cl::value_desc("id"), cl::init(-1),
                  cl::desc("compute contractions of layers numbered above this "
                           "with plain loops: finds the one at fault"),
                  cl::sub(sub)),
      printIrAfterAll("print-ir-after-all",
                      cl::desc("print the IR after every pass"), cl::sub(sub)),
      printIrAfter("print-ir-after", cl::value_desc("pass,..."),
                   cl::CommaSeparated,
                   cl::desc("print the IR after these passes, as tern-opt "
                            "names them"),
                   cl::sub(sub)),
      timing("mlir-timing", cl::desc("print the time of every pass"),
             cl::sub(sub)) {}

/// Reads "NAME=V[,V...]". The first value is main's; each further one gives a
/// copy of every entry so far.
static bool parseDims(llvm::ArrayRef<std::string> dims,
                      CompileOptions &options) {
  for (llvm::StringRef dim : dims) {
    auto [name, text] = dim.rsplit('=');
    llvm::SmallVector<llvm::StringRef> words;
    text.split(words, ',');
    std::vector<int64_t> values;
    for (llvm::StringRef word : words)
      if (int64_t value; !word.getAsInteger(10, value) && value >= 1)
        values.push_back(value);
    if (name.empty() || values.size() != words.size()) {
      llvm::errs()
          << "tern: expected --dim NAME=V[,V...] with V >= 1, but got '" << dim
          << "'\n";
      return false;
    }
    auto before = options.entries;
    before.insert(before.begin(), {"main", options.dims});
    options.dims[name.str()] = values[0];
    for (auto &entry : options.entries)
      entry.second[name.str()] = values[0];
    for (int64_t value : llvm::drop_begin(values))
      for (auto [entry, sizes] : before) {
        sizes[name.str()] = value;
        options.entries.push_back(
            {entry + "_" + name.str() + std::to_string(value), sizes});
      }
  }
  return true;
}

/// Whether every name is that of a pass of the pipeline.
static bool arePasses(llvm::ArrayRef<std::string> names) {
  registerPasses();
  for (llvm::StringRef name : names)
    if (!mlir::PassInfo::lookup(name)) {
      llvm::errs() << "tern: expected --print-ir-after=PASS as `tern-opt "
                      "--help` names passes, but got '"
                   << name << "'\n";
      return false;
    }
  return true;
}

std::optional<CompileOptions> ModelOptions::parse(bool needsModel) const {
  if (needsModel && model.empty()) {
    llvm::errs() << "tern: expected a model, as in `tern check model.onnx`\n";
    return std::nullopt;
  }
  CompileOptions options;
  options.target = target;
  options.method = method;
  options.dumpDir = dumpDir;
  options.reproducer = reproducer;
  options.timing = timing;
  options.printAfterAll = printIrAfterAll;
  options.printAfter.assign(printIrAfter.begin(), printIrAfter.end());
  options.bisectLayer = bisectLayer;
  if (!parseDims(dims, options) || !arePasses(options.printAfter))
    return std::nullopt;
  return options;
}

std::unique_ptr<mlir::MLIRContext> driver::makeContext() {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  auto context = std::make_unique<mlir::MLIRContext>(
      registry, mlir::MLIRContext::Threading::DISABLED);
  context->loadAllAvailableDialects();
  printDiagnostics(*context);
  return context;
}

int driver::main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  std::unique_ptr<Command> commands[] = {
      makeCompileCommand(), makeRunCommand(),      makeCheckCommand(),
      makeVerifyCommand(),  makeGenerateCommand(), makeReportCommand(),
      makeTargetsCommand(), makeCalibrateCommand()};
  std::string errors;
  llvm::raw_string_ostream stream(errors);
  if (argc < 2) {
    llvm::errs() << overview;
    return ExitUsage;
  }
  if (!cl::ParseCommandLineOptions(argc, argv, overview, &stream)) {
    llvm::errs() << errors;
    return ExitUsage;
  }
  for (auto &command : commands)
    if (command->sub)
      return command->run();
  llvm::errs() << overview;
  return ExitUsage;
}
