//===- ReportCommand.cpp - tern report ------------------------------------===//
#include "lib/Driver/Commands.h"
#include "lib/Driver/Report.h"
#include "llvm/Support/FileSystem.h"

using namespace mlir;
using namespace tern;
using namespace tern::driver;
namespace cl = llvm::cl;

namespace {

class ReportCommand : public Command {
public:
  ReportCommand()
      : Command("report", "predict time, traffic and energy of every layer; "
                          "--target=A,B,... compares"),
        options(sub) {}
  int run() override;

private:
  int describe(ModuleOp graph, const CompileOptions &compile, Report &report);
  int print(llvm::ArrayRef<Report> reports);

  ModelOptions options;
  cl::opt<bool> json{"json",
                     cl::desc("print JSON, with the keys of docs/report.md"),
                     cl::sub(sub)};
  cl::opt<bool> html{"html", cl::desc("print one self-contained HTML page"),
                     cl::sub(sub)};
  cl::opt<bool> noEnergy{
      "no-energy", cl::desc("leave energy out, for machines without figures"),
      cl::sub(sub)};
  cl::opt<std::string> output{"o", cl::value_desc("file"), cl::init("-"),
                              cl::desc("where the report goes (default: "
                                       "standard output)"),
                              cl::sub(sub)};
};

} // namespace

/// Describes a copy of the model for one target.
int ReportCommand::describe(ModuleOp graph, const CompileOptions &compile,
                            Report &report) {
  OwningOpRef<ModuleOp> module = graph.clone();
  if (failed(setTarget(*module, compile.target)))
    return ExitUsage;
  if (failed(runScheduleStage(*module, compile)))
    return ExitInternal;
  FailureOr<Report> described = describeModel(*module);
  if (failed(described))
    return ExitInternal;
  if (failed(runLoweringStage(*module, compile)))
    return isSpatial(*module) ? ExitRefused : ExitInternal;
  report = std::move(*described);
  addMemory(report, *module);
  if (llvm::Error error = priceModel(report, !noEnergy)) {
    emitError(
        FileLineColLoc::get(module->getContext(), report.machine->path, 1, 1))
        << llvm::toString(std::move(error));
    return ExitUsage;
  }
  return ExitOk;
}

int ReportCommand::print(llvm::ArrayRef<Report> reports) {
  std::error_code code;
  llvm::raw_fd_ostream os(output, code);
  if (!code) {
    if (json)
      printJson(reports, os);
    else if (html)
      printHtml(reports, os);
    else
      printText(reports, os);
    os.flush();
    code = os.error();
  }
  if (!code)
    return ExitOk;
  os.clear_error();
  llvm::errs() << "tern: cannot write " << output << ": " << code.message()
               << "\n";
  return ExitEnvironment;
}

int ReportCommand::run() {
  if (json && html) {
    llvm::errs() << "tern: expected --json or --html, but got both\n";
    return ExitUsage;
  }
  std::optional<CompileOptions> compile = options.parse();
  if (!compile)
    return ExitUsage;
  auto context = makeContext();
  OwningOpRef<ModuleOp> graph = importModel(options.model, *context, *compile);
  if (!graph || failed(runGraphStage(*graph, *compile)))
    return ExitRefused;
  std::vector<Report> reports;
  for (llvm::StringRef name : llvm::split(options.target, ',')) {
    compile->target = name.str();
    if (int code = describe(*graph, *compile, reports.emplace_back()))
      return code;
  }
  return print(reports);
}

std::unique_ptr<Command> driver::makeReportCommand() {
  return std::make_unique<ReportCommand>();
}
