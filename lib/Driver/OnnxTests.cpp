//===- OnnxTests.cpp - ONNX's backend tests -------------------------------===//
#include "lib/Driver/OnnxTests.h"
#include "lib/Driver/Commands.h"
#include "lib/Driver/Compare.h"
#include "lib/Driver/Session.h"
#include "lib/Driver/TargetModel.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/LineIterator.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <set>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace mlir;
using namespace tern;
using namespace tern::driver;

namespace {

enum class Verdict { Pass, Fail, Skip };

struct Outcome {
  Verdict verdict = Verdict::Fail;
  std::string reason;
};

/// Collects the first line of what is diagnosed.
struct FirstDiagnostic {
  explicit FirstDiagnostic(MLIRContext *context)
      : handler(context, [this](Diagnostic &diagnostic) {
          if (text.empty())
            llvm::raw_string_ostream(text) << diagnostic;
          return success();
        }) {}
  std::string text;
  ScopedDiagnosticHandler handler;
};

Outcome runCase(StringRef model, const TestCase &data,
                const CompileOptions &options, MLIRContext &context) {
  FirstDiagnostic said(&context);
  Session session;
  SmallVector<graph::Refusal> refusals;
  switch (openSession(model, context, options, &data, session, &refusals)) {
  case SessionError::Refused:
    if (!refusals.empty())
      return {Verdict::Skip,
              refusals.front().op + ": " + refusals.front().reason};
    return {Verdict::Skip, said.text};
  case SessionError::Data:
    return {Verdict::Fail, said.text};
  case SessionError::None:
    break;
  }
  auto target = TargetModel::create(session, options);
  if (!target)
    return {Verdict::Fail, said.text};
  auto outputs = target->run(session.inputs);
  if (failed(outputs))
    return {Verdict::Fail, said.text};
  for (auto [name, expected, got] :
       llvm::zip(session.outputNames, session.expected, *outputs)) {
    Comparison compared =
        compareTensors(expected, got, onnxRelative, onnxAbsolute);
    if (compared.wrong)
      return {Verdict::Fail, name + compared.first};
  }
  return {Verdict::Pass, ""};
}

Outcome runTest(StringRef folder, const CompileOptions &options) {
  auto context = makeContext();
  auto cases = findTestCases(folder, context.get());
  if (!cases)
    return {Verdict::Skip, llvm::toString(cases.takeError())};
  std::string model = (folder + "/model.onnx").str();
  Outcome outcome{Verdict::Fail, "no test data"};
  for (const TestCase &data : *cases) {
    outcome = runCase(model, data, options, *context);
    if (outcome.verdict != Verdict::Pass)
      return outcome;
  }
  return outcome;
}

/// Runs a test in a child under limits of time and memory.
Outcome runIsolated(StringRef folder, const OnnxTestOptions &options) {
  int pipes[2];
  if (pipe(pipes))
    return {Verdict::Fail, "no pipe"};
  llvm::outs().flush();
  pid_t child = fork();
  if (child == 0) {
    close(pipes[0]);
    rlimit memory = {options.megabytes << 20, options.megabytes << 20};
    setrlimit(RLIMIT_DATA, &memory);
    alarm(options.seconds);
    Outcome outcome = runTest(folder, options.compile);
    std::string text = std::to_string(int(outcome.verdict)) + outcome.reason;
    size_t written =
        write(pipes[1], text.data(), std::min<size_t>(text.size(), 4096));
    _exit(written == 0);
  }
  close(pipes[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = read(pipes[0], buffer, sizeof buffer)) > 0;)
    text.append(buffer, got);
  close(pipes[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status))
    return {Verdict::Fail, "signal " + std::to_string(WTERMSIG(status))};
  if (text.empty())
    return {Verdict::Fail, "ended without a verdict"};
  std::string line = text.substr(1, text.find('\n') - 1);
  return {static_cast<Verdict>(text[0] - '0'), line};
}

/// The folders below `root` that hold a model.onnx, as paths relative to it.
std::set<std::string> findTests(const std::string &root) {
  std::set<std::string> tests;
  std::error_code code;
  for (llvm::sys::fs::recursive_directory_iterator it(root, code), end;
       it != end && !code; it.increment(code))
    if (llvm::sys::path::filename(it->path()) == "model.onnx") {
      StringRef folder = llvm::sys::path::parent_path(it->path());
      tests.insert(folder.drop_front(root.size()).ltrim('/').str());
    }
  return tests;
}

std::optional<std::set<std::string>> readList(const std::string &path) {
  auto file = llvm::MemoryBuffer::getFile(path);
  if (!file)
    return std::nullopt;
  std::set<std::string> tests;
  for (llvm::line_iterator line(**file, /*SkipBlanks=*/true, '#');
       !line.is_at_end(); ++line)
    tests.insert(line->trim().str());
  return tests;
}

} // namespace

int tern::runOnnxTests(const OnnxTestOptions &options) {
  std::set<std::string> tests = findTests(options.root);
  if (!options.list.empty()) {
    auto listed = readList(options.list);
    if (!listed) {
      llvm::errs() << "tern: cannot read " << options.list << "\n";
      return ExitEnvironment;
    }
    tests = *listed;
  }
  int counts[3] = {0, 0, 0};
  static constexpr const char *words[] = {"PASS", "FAIL", "SKIP"};
  for (const std::string &test : tests) {
    if (test.find(options.filter) == std::string::npos)
      continue;
    Outcome outcome = runIsolated(options.root + "/" + test, options);
    if (outcome.verdict == Verdict::Skip && !options.list.empty())
      outcome.verdict = Verdict::Fail;
    ++counts[int(outcome.verdict)];
    llvm::outs() << words[int(outcome.verdict)] << " " << test;
    if (!outcome.reason.empty())
      llvm::outs() << ": " << outcome.reason;
    llvm::outs() << "\n";
  }
  llvm::outs() << counts[0] << " passed, " << counts[1] << " failed, "
               << counts[2] << " skipped\n";
  return counts[1] ? ExitRefused : ExitOk;
}
