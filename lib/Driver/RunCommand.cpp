//===- RunCommand.cpp - tern run ------------------------------------------===//
#include "lib/Driver/Calibrate.h"
#include "lib/Driver/QuantizeFlags.h"
#include "lib/Driver/Session.h"
#include "lib/Driver/TargetModel.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace tern;
using namespace tern::driver;
namespace cl = llvm::cl;

namespace {

class RunCommand : public Command {
public:
  RunCommand()
      : Command("run", "compile a model in memory and run it"), options(sub),
        quantize(sub) {}
  int run() override;

private:
  ModelOptions options;
  QuantizeFlags quantize;
  cl::opt<std::string> data{
      "data", cl::value_desc("path"),
      cl::desc("inputs: .npy, .npz, .pb, or a folder (default: random)"),
      cl::sub(sub)};
  cl::opt<std::string> output{"o", cl::value_desc("file.npz"),
                              cl::desc("write the outputs there"),
                              cl::sub(sub)};
  cl::opt<unsigned> threads{"kernel-threads", cl::init(1),
                            cl::desc("threads for kernels (default: 1)"),
                            cl::sub(sub)};
  cl::opt<bool> profile{"profile",
                        cl::desc("time every kernel, beside its prediction"),
                        cl::sub(sub)};
};

void print(StringRef name, const eval::Tensor &tensor) {
  constexpr int64_t shown = 16;
  bool isFloat = isa<FloatType>(tensor.getElementType());
  llvm::outs() << name << " : " << tensor.getType() << " =";
  for (int64_t i = 0; i < std::min(tensor.size(), shown); ++i)
    if (isFloat)
      llvm::outs() << llvm::format(" %.6g", tensor.getFloat(i));
    else
      llvm::outs() << " " << tensor.getInt(i);
  llvm::outs() << (tensor.size() > shown ? " ...\n" : "\n");
}

/// A line for each kernel, in the order of the program.
void print(ArrayRef<LaunchProfile> kernels) {
  double measured = 0, predicted = 0;
  llvm::outs() << "measured us  predicted us  layer\n";
  auto line = [](double seconds, double expected, StringRef name) {
    llvm::outs() << llvm::format("%11.2f  %12.2f  ", seconds * 1e6,
                                 expected * 1e6)
                 << name << "\n";
  };
  for (const LaunchProfile &kernel : kernels) {
    line(kernel.seconds, kernel.predicted, kernel.layer);
    measured += kernel.seconds;
    predicted += kernel.predicted;
  }
  line(measured, predicted, "all kernels");
}

int RunCommand::run() {
  std::optional<CompileOptions> compile = options.parse();
  if (!compile)
    return ExitUsage;
  auto context = makeContext();
  if (int code = quantize.addTo(*compile, options.model, *context))
    return code;
  std::optional<TestCase> inputs;
  if (!data.empty()) {
    auto read = readInputs(data, context.get());
    if (!read) {
      llvm::errs() << "tern: " << llvm::toString(read.takeError()) << "\n";
      return ExitEnvironment;
    }
    inputs = std::move(*read);
  }
  Session session;
  switch (openSession(options.model, *context, *compile,
                      inputs ? &*inputs : nullptr, session, nullptr)) {
  case SessionError::Refused:
    return ExitRefused;
  case SessionError::Data:
    return ExitEnvironment;
  case SessionError::None:
    break;
  }
  auto target = TargetModel::create(session, *compile, threads);
  if (!target)
    return ExitRefused;
  auto outputs = target->run(session.inputs);
  if (failed(outputs))
    return ExitEnvironment;
  std::vector<NamedTensor> named;
  for (auto [name, tensor] : llvm::zip(session.outputNames, *outputs)) {
    print(name, tensor);
    named.push_back({name, tensor});
  }
  if (profile) {
    constexpr unsigned runs = 9;
    auto kernels = target->profile(session.inputs, runs);
    if (failed(kernels))
      return ExitUsage;
    print(*kernels);
  }
  if (output.empty())
    return ExitOk;
  if (llvm::Error error = writeNpz(output, named)) {
    llvm::errs() << "tern: " << llvm::toString(std::move(error)) << "\n";
    return ExitEnvironment;
  }
  return ExitOk;
}

} // namespace

std::unique_ptr<Command> driver::makeRunCommand() {
  return std::make_unique<RunCommand>();
}
