//===- CompileCommand.cpp - tern compile ----------------------------------===//
#include "lib/Driver/Commands.h"
#include "lib/Driver/Compile.h"
#include "lib/Driver/OutputFolder.h"
#include "lib/Driver/QuantizeFlags.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace tern;
using namespace tern::driver;
namespace cl = llvm::cl;

namespace {

class CompileCommand : public Command {
public:
  CompileCommand()
      : Command("compile", "compile a model into a library"), options(sub),
        quantize(sub) {}
  int run() override;

private:
  ModelOptions options;
  QuantizeFlags quantize;
  cl::opt<std::string> output{"o", cl::value_desc("folder"), cl::init("."),
                              cl::desc("where the files go (default: .)"),
                              cl::sub(sub)};
  cl::opt<EmitKind> emit{
      "emit",
      cl::desc("what to write beside header, weights and report (default: what "
               "the target is used with):"),
      cl::init(EmitKind::Default),
      cl::values(clEnumValN(EmitKind::Library, "lib", "static library"),
                 clEnumValN(EmitKind::Object, "obj", "object file"),
                 clEnumValN(EmitKind::Assembly, "asm", "assembly"),
                 clEnumValN(EmitKind::LLVM, "llvm", "LLVM IR"),
                 clEnumValN(EmitKind::MLIR, "mlir", "kern form"),
                 clEnumValN(EmitKind::C, "c", "self-contained C11"),
                 clEnumValN(EmitKind::Project, "project",
                            "sources for the vendor's tools (GPUs, FPGAs)")),
      cl::sub(sub)};
  cl::opt<std::string> stopAfter{
      "stop-after", cl::value_desc("stage"),
      cl::desc("print the IR after import, graph, quantize, schedule or kern"),
      cl::sub(sub)};
  cl::opt<std::string> name{"name", cl::value_desc("identifier"),
                            cl::desc("name of the model in symbols and files "
                                     "(default: from the file)"),
                            cl::sub(sub)};
  cl::opt<bool> saveTemps{"save-temps",
                          cl::desc("write kern form, LLVM IR and assembly, too "
                                   "(what of them the target has)"),
                          cl::sub(sub)};
  cl::opt<bool> depfile{"MD", cl::desc("write a depfile for make and ninja"),
                        cl::sub(sub)};
};

int CompileCommand::run() {
  std::optional<CompileOptions> parsed = options.parse();
  if (!parsed)
    return ExitUsage;
  parsed->name = name;
  // Printed C has a machine description of its own.
  if (emit == EmitKind::C)
    parsed->target = "c";
  auto context = makeContext();
  if (int code = quantize.addTo(*parsed, options.model, *context))
    return code;

  if (!stopAfter.empty()) {
    std::optional<Stage> stage = parseStage(stopAfter);
    if (!stage) {
      llvm::errs()
          << "tern: expected --stop-after=import|graph|quantize|schedule|kern, "
             "but got '"
          << stopAfter << "'\n";
      return ExitUsage;
    }
    return printStage(options.model, *context, *parsed, *stage, llvm::outs());
  }

  OwningOpRef<ModuleOp> module = importModel(options.model, *context, *parsed);
  if (!module)
    return ExitRefused;
  EmitOptions emission;
  emission.kind = emit;
  emission.depfile = depfile;
  emission.saveTemps = saveTemps;
  emission.model = options.model;
  OutputFolder folder(output);
  int code = compileInto(*module, *parsed, emission, folder);
  if (code == ExitOk)
    for (const std::string &path : folder.paths())
      llvm::outs() << path << "\n";
  return code;
}

} // namespace

std::unique_ptr<Command> driver::makeCompileCommand() {
  return std::make_unique<CompileCommand>();
}
