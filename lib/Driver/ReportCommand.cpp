//===- ReportCommand.cpp - tern report, tern targets ----------------------===//
#include "lib/Driver/Commands.h"
#include "lib/Driver/Report.h"
#include "lib/Target/Targets.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace tern;
using namespace tern::driver;
namespace cl = llvm::cl;

namespace {

class ReportCommand : public Command {
public:
  ReportCommand()
      : Command("report", "predict time and traffic of every layer"),
        options(sub) {}

  int run() override {
    std::optional<CompileOptions> compile = options.parse();
    if (!compile)
      return ExitUsage;
    auto context = makeContext();
    OwningOpRef<ModuleOp> module =
        importModel(options.model, *context, *compile);
    if (!module || failed(runGraphStage(*module, *compile)))
      return ExitRefused;
    if (failed(setTarget(*module, compile->target)))
      return ExitUsage;
    if (failed(runScheduleStage(*module, *compile)))
      return ExitInternal;
    FailureOr<Report> report = describeModel(*module);
    if (failed(report))
      return ExitInternal;
    if (failed(runLoweringStage(*module, *compile)))
      return isSpatial(*module) ? ExitRefused : ExitInternal;
    addMemory(*report, *module);
    if (json)
      printJson(*report, llvm::outs());
    else
      printText(*report, llvm::outs());
    return ExitOk;
  }

private:
  ModelOptions options;
  cl::opt<bool> json{"json", cl::desc("print JSON, as report.json has it"),
                     cl::sub(sub)};
};

class TargetsCommand : public Command {
public:
  TargetsCommand() : Command("targets", "list the machines Tern knows") {}

  int run() override {
    auto context = makeContext();
    TargetDirs dirs = defaultTargetDirs();
    FailureOr<const Machine *> host = loadMachine("host", dirs, context.get());
    for (const std::string &name : listMachines(dirs)) {
      FailureOr<const Machine *> machine =
          loadMachine(name, dirs, context.get());
      if (failed(machine))
        return ExitEnvironment;
      const Machine &m = **machine;
      bool isHost = succeeded(host) && (*host)->name == m.name;
      llvm::outs() << llvm::format(
          "%-14s %-4s %3u-bit vectors%s, %u cores, %.2g GHz, %.3g int8 MACs a "
          "cycle%s\n",
          m.name.c_str(), nameOf(m.kind), m.vector.bits,
          m.vector.scalable ? " (any length)" : "", m.cores,
          m.clock.value / 1e9,
          m.macsPerCycle(Precision::Int8, Precision::Int8).value,
          isHost ? "  <- host" : "");
    }
    return ExitOk;
  }
};

} // namespace

std::unique_ptr<Command> driver::makeReportCommand() {
  return std::make_unique<ReportCommand>();
}
std::unique_ptr<Command> driver::makeTargetsCommand() {
  return std::make_unique<TargetsCommand>();
}
