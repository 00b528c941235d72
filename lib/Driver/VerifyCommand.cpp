//===- VerifyCommand.cpp - tern verify ------------------------------------===//
#include "lib/Driver/Commands.h"
#include "lib/Driver/Compare.h"
#include "lib/Driver/FloatError.h"
#include "lib/Driver/OnnxTests.h"
#include "lib/Driver/QuantizeFlags.h"
#include "lib/Driver/Session.h"
#include "lib/Driver/TargetModel.h"
#include "lib/Driver/Verify.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace tern;
using namespace tern::driver;
namespace cl = llvm::cl;

namespace {

class VerifyCommand : public Command {
public:
  VerifyCommand()
      : Command("verify", "compare a target with the reference and with "
                          "expected outputs"),
        options(sub), quantize(sub) {}
  int run() override;

private:
  int runTests(const CompileOptions &compile);
  /// Runs one case with every value visible, and judges it.
  int verifyCase(const TestCase *data, CompileOptions compile,
                 MLIRContext &context);

  ModelOptions options;
  QuantizeFlags quantize;
  cl::opt<std::string> data{
      "data", cl::value_desc("folder"),
      cl::desc("inputs and expected outputs (default: beside the model)"),
      cl::sub(sub)};
  cl::opt<bool> all{"all", cl::desc("print layers without any error, too"),
                    cl::sub(sub)};
  cl::opt<std::string> onnxTests{
      "onnx-tests", cl::value_desc("folder"),
      cl::desc("run ONNX backend-test folders instead of a model"),
      cl::sub(sub)};
  cl::opt<std::string> filter{
      "filter", cl::value_desc("text"),
      cl::desc("with --onnx-tests: only tests whose name contains this"),
      cl::sub(sub)};
  cl::opt<std::string> list{
      "list", cl::value_desc("file"),
      cl::desc("with --onnx-tests: exactly these tests; a skip is a failure"),
      cl::sub(sub)};
};

int VerifyCommand::runTests(const CompileOptions &compile) {
  OnnxTestOptions tests;
  tests.root = onnxTests;
  tests.compile = compile;
  tests.filter = filter;
  tests.list = list;
  return runOnnxTests(tests);
}

/// Compares the entry's outputs with what someone expects of them.
static bool compareOutputs(const Session &session,
                           ArrayRef<eval::Tensor> outputs) {
  bool agrees = true;
  for (auto [name, expected, got] :
       llvm::zip(session.outputNames, session.expected, outputs)) {
    Comparison compared =
        compareTensors(expected, got, onnxRelative, onnxAbsolute);
    agrees &= !compared.wrong;
    llvm::outs() << "output " << name << ": " << compared.elements
                 << " elements, " << compared.different
                 << " differ from the expected ones, " << compared.wrong
                 << " wrong, greatest error "
                 << llvm::format("%.3g", compared.greatestError);
    if (compared.wrong)
      llvm::outs() << " " << compared.first;
    llvm::outs() << "\n";
  }
  return agrees;
}

int VerifyCommand::verifyCase(const TestCase *data, CompileOptions compile,
                              MLIRContext &context) {
  Session session;
  switch (
      openSession(options.model, context, compile, data, session, nullptr)) {
  case SessionError::Refused:
    return ExitRefused;
  case SessionError::Data:
    return ExitEnvironment;
  case SessionError::None:
    break;
  }
  bool byLayer = compile.target != "reference";
  compile.taps = byLayer;
  auto target = TargetModel::create(session, compile);
  if (!target)
    return ExitRefused;
  auto outputs = target->run(session.inputs);
  if (failed(outputs))
    return ExitEnvironment;
  TargetRun run = splitTaps(target->outputNames(), *outputs);
  bool agrees = true;
  if (byLayer) {
    FailureOr<Verdict> verdict =
        judge(session.module.get(), session.entry, session.inputs, run);
    if (failed(verdict))
      return ExitInternal;
    verdict->print(llvm::outs(), all);
    agrees = verdict->passed();
  }
  // What is expected of the float model does not bind the quantized one.
  if (session.floatModule) {
    if (failed(printFloatError(session, run.outputs, llvm::outs())))
      return ExitInternal;
  } else {
    agrees &= compareOutputs(session, run.outputs);
  }
  return agrees ? ExitOk : ExitRefused;
}

int VerifyCommand::run() {
  std::optional<CompileOptions> compile = options.parse(onnxTests.empty());
  if (!compile)
    return ExitUsage;
  if (!onnxTests.empty())
    return runTests(*compile);
  auto context = makeContext();
  if (int code = quantize.addTo(*compile, options.model, *context))
    return code;
  std::string folder = data;
  if (folder.empty())
    folder = llvm::sys::path::parent_path(options.model).str();
  auto cases = findTestCases(folder.empty() ? "." : folder, context.get());
  if (!cases) {
    llvm::errs() << "tern: " << llvm::toString(cases.takeError()) << "\n";
    return ExitEnvironment;
  }
  if (cases->empty())
    return verifyCase(nullptr, *compile, *context);
  int worst = ExitOk;
  for (const TestCase &test : *cases)
    worst = std::max(worst, verifyCase(&test, *compile, *context));
  return worst;
}

} // namespace

std::unique_ptr<Command> driver::makeVerifyCommand() {
  return std::make_unique<VerifyCommand>();
}
