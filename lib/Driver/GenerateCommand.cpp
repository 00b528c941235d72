//===- GenerateCommand.cpp - tern generate --------------------------------===//
#include "lib/Driver/Codegen.h"
#include "lib/Driver/Commands.h"
#include "lib/Driver/Generate.h"
#include "llvm/Support/Format.h"
#include <chrono>

using namespace mlir;
using namespace tern;
using namespace tern::driver;
namespace cl = llvm::cl;

namespace {

class GenerateCommand : public Command {
public:
  GenerateCommand()
      : Command("generate", "extend a sequence of tokens by a language model "
                            "(docs/generate.md)"),
        options(sub) {}
  int run() override;

private:
  std::optional<std::vector<int64_t>> parseTokens() const;
  llvm::Error generate(Generator &generator, ArrayRef<int64_t> prompt);

  ModelOptions options;
  cl::opt<std::string> tokens{
      "tokens", cl::value_desc("id,..."), cl::init("0"),
      cl::desc("the sequence to start from (default: 0)"), cl::sub(sub)};
  cl::opt<unsigned> count{"count", cl::init(16),
                          cl::desc("tokens to add (default: 16)"),
                          cl::sub(sub)};
  cl::opt<unsigned> threads{"kernel-threads", cl::init(1),
                            cl::desc("threads for kernels (default: 1)"),
                            cl::sub(sub)};
};

double now() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

std::optional<std::vector<int64_t>> GenerateCommand::parseTokens() const {
  std::vector<int64_t> ids;
  for (StringRef word : llvm::split(tokens, ',')) {
    int64_t id;
    if (word.getAsInteger(10, id) || id < 0) {
      llvm::errs() << "tern: expected --tokens=ID,... with ID >= 0, but got '"
                   << tokens << "'\n";
      return std::nullopt;
    }
    ids.push_back(id);
  }
  return ids;
}

llvm::Error GenerateCommand::generate(Generator &generator,
                                      ArrayRef<int64_t> prompt) {
  int64_t wanted = prompt.size() + count;
  if (wanted > generator.capacity())
    return llvm::createStringError(
        "expected at most %lld tokens in all, as far as the entries look back, "
        "but got %lld",
        static_cast<long long>(generator.capacity()),
        static_cast<long long>(wanted));
  for (int64_t id : prompt)
    if (id >= generator.vocabulary())
      return llvm::createStringError(
          "expected tokens below %lld, but got %lld",
          static_cast<long long>(generator.vocabulary()),
          static_cast<long long>(id));
  auto report = [](StringRef what, size_t tokens, double seconds) {
    llvm::outs() << what << ": " << tokens << " tokens, "
                 << llvm::format("%.3f s, %.2f tokens/s\n", seconds,
                                 tokens / seconds);
  };
  double start = now();
  if (llvm::Error error = generator.append(prompt))
    return error;
  double prefilled = now();
  for (unsigned i = 0; i < count; ++i) {
    int64_t next = generator.greatest();
    llvm::outs() << (i ? " " : "") << next;
    llvm::outs().flush();
    if (llvm::Error error = generator.append(next))
      return error;
  }
  llvm::outs() << "\n";
  report("prompt", prompt.size(), prefilled - start);
  report("decode", count, now() - prefilled);
  return llvm::Error::success();
}

int GenerateCommand::run() {
  std::optional<CompileOptions> compile = options.parse();
  std::optional<std::vector<int64_t>> prompt = parseTokens();
  if (!compile || !prompt)
    return ExitUsage;
  auto context = makeContext();
  OwningOpRef<ModuleOp> module = importModel(options.model, *context, *compile);
  if (!module || failed(runGraphStage(*module, *compile)))
    return ExitRefused;
  if (failed(runScheduleStage(*module, *compile)) ||
      failed(runLoweringStage(*module, *compile)))
    return ExitInternal;
  FailureOr<backend::ModelInfo> info = backend::modelInfoOf(*module);
  std::unique_ptr<Executor> executor = createExecutor(*module, threads);
  if (failed(info) || !executor)
    return ExitInternal;
  module = nullptr;
  auto generator = Generator::create(*info, *executor);
  llvm::Error error =
      generator ? generate(**generator, *prompt) : generator.takeError();
  if (!error)
    return ExitOk;
  llvm::errs() << "tern: " << llvm::toString(std::move(error)) << "\n";
  return ExitUsage;
}

} // namespace

std::unique_ptr<Command> driver::makeGenerateCommand() {
  return std::make_unique<GenerateCommand>();
}
