//===- Compile.cpp - From a model to the files of a library ---------------===//
#include "lib/Driver/Compile.h"
#include "lib/Backend/Common/CModel.h"
#include "lib/Backend/Common/Names.h"
#include "lib/Backend/Common/Weights.h"
#include "lib/Driver/Commands.h"
#include "lib/Driver/Report.h"
#include "lib/Driver/TestVectors.h"
#include "lib/Target/Targets.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace tern;
using namespace tern::driver;

int tern::printStage(StringRef model, MLIRContext &context,
                     const CompileOptions &options, Stage stage,
                     raw_ostream &os) {
  OwningOpRef<ModuleOp> module = importModel(model, context, options);
  if (!module)
    return ExitRefused;
  if (stage >= Stage::Graph && failed(runGraphStage(*module, options)))
    return ExitRefused;
  if (stage >= Stage::Quantize && failed(runQuantizeStage(*module, options)))
    return ExitRefused;
  if (stage >= Stage::Schedule && failed(runScheduleStage(*module, options)))
    return ExitInternal;
  if (stage >= Stage::Kern && failed(runLoweringStage(*module, options)))
    return isSpatial(*module) ? ExitRefused : ExitInternal;
  OpPrintingFlags flags;
  flags.elideLargeElementsAttrs(16).elideLargeResourceString(64);
  module->print(os, flags);
  os << "\n";
  return ExitOk;
}

/// Backslashes before what make would split or expand.
static std::string escapedForMake(StringRef path) {
  std::string result;
  for (char c : path) {
    if (c == ' ' || c == '#' || c == '\\')
      result += '\\';
    result += c;
    if (c == '$')
      result += '$';
  }
  return result;
}

namespace {
/// Writes the files of one compiled module.
class Writer {
public:
  Writer(ModuleOp kern, const EmitOptions &emission, OutputFolder &folder)
      : kern(kern), emission(emission), folder(folder) {}
  /// `files` go along with the code.
  int write(const Report &report, backend::OutputFiles files);

private:
  using Print = llvm::function_ref<LogicalResult(raw_ostream &)>;
  /// Adds a file; a failed `print` has emitted its diagnostic.
  bool add(const Twine &name, Print print);
  LogicalResult addTemps(StringRef stem, backend::OutputFiles &code);
  /// A rule for `outputs`; not for the depfile itself, which ninja takes away.
  void printDepfile(ArrayRef<std::string> outputs, raw_ostream &os);

  ModuleOp kern;
  const EmitOptions &emission;
  OutputFolder &folder;
  int exitCode = ExitOk;
};
} // namespace

bool Writer::add(const Twine &name, Print print) {
  bool printed = true;
  llvm::Error error =
      folder.add(name.str(), [&](llvm::raw_pwrite_stream &os) -> llvm::Error {
        printed = succeeded(print(os));
        return llvm::Error::success();
      });
  if (error) {
    llvm::errs() << "tern: " << llvm::toString(std::move(error)) << "\n";
    exitCode = ExitEnvironment;
  } else if (!printed) {
    exitCode = ExitInternal;
  }
  return exitCode == ExitOk;
}

void Writer::printDepfile(ArrayRef<std::string> outputs, raw_ostream &os) {
  FailureOr<const Machine *> machine = machineOf(kern);
  for (const std::string &path : outputs)
    os << escapedForMake(path) << " ";
  os << ": " << escapedForMake(emission.model);
  for (const std::string &data : emission.externalData)
    os << " \\\n  " << escapedForMake(data);
  if (succeeded(machine))
    os << " \\\n  " << escapedForMake((*machine)->path);
  os << "\n";
}

/// Adds the textual forms that come before the code, unless they are the code.
LogicalResult Writer::addTemps(StringRef stem, backend::OutputFiles &code) {
  for (EmitKind kind : {EmitKind::MLIR, EmitKind::LLVM, EmitKind::Assembly}) {
    backend::OutputFiles files;
    if (kind != EmitKind::MLIR && !canEmit(kern, kind))
      continue;
    if (failed(emitCode(kern, kind, stem, files)))
      return failure();
    for (backend::OutputFile &file : files)
      if (llvm::none_of(code, [&](const backend::OutputFile &other) {
            return other.name == file.name;
          }))
        code.push_back(std::move(file));
  }
  return success();
}

int Writer::write(const Report &report, backend::OutputFiles code) {
  if (failed(backend::hashWeights(kern)))
    return ExitInternal;
  FailureOr<backend::ModelInfo> info = backend::modelInfoOf(kern);
  if (failed(info))
    return ExitInternal;
  std::string stem = backend::fileNameOf(info->name);
  if (failed(emitCode(kern, emission.kind, stem, code)) ||
      (emission.saveTemps && failed(addTemps(stem, code))))
    return ExitInternal;
  bool ok =
      llvm::all_of(code,
                   [&](const backend::OutputFile &file) {
                     return add(file.name, [&](raw_ostream &os) {
                       os << file.contents;
                       return success();
                     });
                   }) &&
      add(stem + ".h",
          [&](raw_ostream &os) {
            backend::printHeader(*info, os);
            return success();
          }) &&
      add(stem + ".weights",
          [&](raw_ostream &os) { return backend::writeWeights(kern, os); }) &&
      add("report.json", [&](raw_ostream &os) {
        printJson(report, os);
        return success();
      });
  if (ok && emission.depfile) {
    std::vector<std::string> outputs = folder.paths();
    add(stem + ".d", [&](raw_ostream &os) {
      printDepfile(outputs, os);
      return success();
    });
  }
  return exitCode;
}

int tern::compileInto(ModuleOp module, const CompileOptions &options,
                      const EmitOptions &emission, OutputFolder &folder) {
  if (failed(runGraphStage(module, options)) ||
      failed(runQuantizeStage(module, options)))
    return ExitRefused;
  if (failed(setTarget(module, options.target)))
    return ExitUsage;
  if (failed(requireKind(module, emission.kind)))
    return ExitUsage;
  backend::OutputFiles vectors;
  if (failed(addTestVectors(module, vectors)) ||
      failed(runScheduleStage(module, options)))
    return ExitInternal;
  FailureOr<Report> report = describeModel(module);
  if (failed(report))
    return ExitInternal;
  if (failed(runLoweringStage(module, options)))
    return isSpatial(module) ? ExitRefused : ExitInternal;
  addMemory(*report, module);
  // Energy goes into the report of a machine that has its figures.
  llvm::cantFail(priceModel(*report, report->machine->missingEnergy().empty()));
  if (int code = Writer(module, emission, folder).write(*report, vectors))
    return code;
  if (llvm::Error error = folder.commit()) {
    llvm::errs() << "tern: " << llvm::toString(std::move(error)) << "\n";
    return ExitEnvironment;
  }
  return ExitOk;
}
