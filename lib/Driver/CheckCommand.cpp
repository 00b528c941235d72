//===- CheckCommand.cpp - tern check --------------------------------------===//
#include "lib/Driver/Commands.h"
#include "passes/Graph/OperatorTable.h"

using namespace mlir;
using namespace tern;
using namespace tern::driver;
namespace cl = llvm::cl;

namespace {

/// Lists every node that can't be taken, at once.
class CheckCommand : public Command {
public:
  CheckCommand()
      : Command("check", "list every node of a model that can't be taken"),
        options(sub) {}

  int run() override {
    if (listOperators)
      return printOperators();
    std::optional<CompileOptions> parsed = options.parse();
    if (!parsed)
      return ExitUsage;
    auto context = makeContext();
    OwningOpRef<ModuleOp> module =
        importModel(options.model, *context, *parsed);
    if (!module)
      return ExitRefused;
    SmallVector<graph::Refusal> refusals;
    LogicalResult taken = runGraphStage(*module, *parsed, {}, &refusals);
    for (const graph::Refusal &refusal : refusals)
      print(refusal);
    if (succeeded(taken)) {
      llvm::outs() << options.model << ": every node can be taken\n";
      return ExitOk;
    }
    if (!refusals.empty())
      llvm::outs() << options.model << ": " << refusals.size()
                   << (refusals.size() == 1 ? " thing" : " things")
                   << " can't be taken\n";
    return ExitRefused;
  }

private:
  static void print(const graph::Refusal &refusal) {
    // An input or output has no node.
    if (!refusal.op.empty())
      llvm::outs() << refusal.node << ": "
                   << (refusal.domain.empty() ? "ai.onnx" : refusal.domain)
                   << "." << refusal.op << " version " << refusal.version
                   << ": ";
    llvm::outs() << refusal.reason << "\n";
    if (!refusal.help.empty())
      llvm::outs() << "    " << refusal.help << "\n";
  }

  static int printOperators() {
    for (const graph::OperatorRow *row : graph::allOperators()) {
      llvm::outs() << (row->domain.empty() ? "ai.onnx" : row->domain) << "."
                   << row->name << " " << row->since << "..";
      if (row->until)
        llvm::outs() << row->until;
      llvm::outs() << "\n";
    }
    return ExitOk;
  }

  ModelOptions options;
  cl::opt<bool> listOperators{
      "list-operators",
      cl::desc("print the operators and versions that Tern knows"),
      cl::sub(sub)};
};

} // namespace

std::unique_ptr<Command> driver::makeCheckCommand() {
  return std::make_unique<CheckCommand>();
}
