//===- ReportCommand.cpp - tern report ------------------------------------===//
#include "lib/Driver/Commands.h"
#include "lib/Driver/OutputStream.h"
#include "lib/Driver/QuantizeFlags.h"
#include "lib/Driver/Report.h"
#include "mlir/IR/Diagnostics.h"

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
        options(sub), quantize(sub) {}
  int run() override;

private:
  int describe(ModuleOp graph, const CompileOptions &compile, Report &report);
  int print(const Comparison &comparison);

  ModelOptions options;
  QuantizeFlags quantize;
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

/// Keeps the text of the first error; all of them are printed as ever.
class FirstError {
public:
  explicit FirstError(MLIRContext &context)
      : handler(&context, [this](Diagnostic &diagnostic) {
          if (diagnostic.getSeverity() == DiagnosticSeverity::Error &&
              text.empty())
            text = diagnostic.str();
          return failure();
        }) {}
  const std::string &get() const { return text; }

private:
  std::string text;
  ScopedDiagnosticHandler handler;
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

int ReportCommand::print(const Comparison &comparison) {
  return writeOutput(output, [&](llvm::raw_ostream &os) {
    if (json)
      printJson(comparison, os);
    else if (html)
      printHtml(comparison, os);
    else
      printText(comparison, os);
  });
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
  if (int code = quantize.addTo(*compile, options.model, *context))
    return code;
  OwningOpRef<ModuleOp> graph = importModel(options.model, *context, *compile);
  if (!graph || failed(runGraphStage(*graph, *compile)) ||
      failed(runQuantizeStage(*graph, *compile)))
    return ExitRefused;
  Comparison comparison;
  for (llvm::StringRef name : llvm::split(options.target, ',')) {
    compile->target = name.str();
    FirstError error(*context);
    Report report;
    int code = describe(*graph, *compile, report);
    if (code == ExitOk)
      comparison.reports.push_back(std::move(report));
    else if (code == ExitRefused)
      comparison.refused.push_back({name.str(), error.get()});
    else
      return code;
  }
  // What one target refuses is no reason to keep the others back.
  return comparison.reports.empty() ? ExitRefused : print(comparison);
}

std::unique_ptr<Command> driver::makeReportCommand() {
  return std::make_unique<ReportCommand>();
}
