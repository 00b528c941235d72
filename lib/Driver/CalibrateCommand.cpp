//===- CalibrateCommand.cpp - tern calibrate ------------------------------===//
#include "lib/Driver/Calibrate.h"
#include "lib/Driver/Commands.h"
#include "lib/Driver/OutputStream.h"

using namespace tern;
using namespace tern::driver;
namespace cl = llvm::cl;

namespace {

class CalibrateCommand : public Command {
public:
  CalibrateCommand()
      : Command("calibrate", "run a float model on samples and write what its "
                             "layers read, for --statistics"),
        options(sub) {}
  int run() override;

private:
  ModelOptions options;
  cl::opt<std::string> data{"data", cl::value_desc("path"),
                            cl::desc("samples: .npy, .npz, .pb, or a folder"),
                            cl::sub(sub)};
  cl::opt<std::string> output{"o", cl::value_desc("file.json"), cl::init("-"),
                              cl::desc("where the statistics go (default: "
                                       "standard output)"),
                              cl::sub(sub)};
};

int CalibrateCommand::run() {
  std::optional<CompileOptions> compile = options.parse();
  if (!compile)
    return ExitUsage;
  if (data.empty()) {
    llvm::errs() << "tern: expected samples, as in `tern calibrate model.onnx "
                    "--data=inputs.npz`\n";
    return ExitUsage;
  }
  auto context = makeContext();
  calib::Statistics statistics;
  if (int code = calibrate(options.model, data, *context, *compile,
                           /*withHessians=*/false, statistics))
    return code;
  return writeOutput(
      output, [&](llvm::raw_ostream &os) { calib::writeJson(statistics, os); });
}

} // namespace

std::unique_ptr<Command> driver::makeCalibrateCommand() {
  return std::make_unique<CalibrateCommand>();
}
