//===- Compile.cpp - From a model to the files of a library ---------------===//
#include "lib/Driver/Compile.h"
#include "lib/Driver/Commands.h"

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
  if (stage >= Stage::Schedule && failed(runScheduleStage(*module, options)))
    return ExitInternal;
  if (stage >= Stage::Kern && failed(runLoweringStage(*module, options)))
    return ExitInternal;
  OpPrintingFlags flags;
  flags.elideLargeElementsAttrs(16).elideLargeResourceString(64);
  module->print(os, flags);
  os << "\n";
  return ExitOk;
}
