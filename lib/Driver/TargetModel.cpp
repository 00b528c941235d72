//===- TargetModel.cpp - A model compiled in memory, ready to run ---------===//
#include "lib/Driver/TargetModel.h"
#include "dialects/Kern/Kern.h"
#include "lib/Driver/Codegen.h"
#include "lib/Eval/Eval.h"

using namespace mlir;
using namespace tern;

TargetModel::~TargetModel() = default;

namespace {

/// The evaluator as a target: what expansion and folding made of the model.
class ReferenceModel : public TargetModel {
public:
  explicit ReferenceModel(const Session &session)
      : entry(session.entry), names(session.outputNames),
        evaluator(session.module.get()) {}

  FailureOr<std::vector<eval::Tensor>>
  run(ArrayRef<eval::Tensor> inputs) override {
    auto outputs = evaluator.run(entry, inputs);
    if (failed(outputs))
      return failure();
    return std::vector<eval::Tensor>(outputs->begin(), outputs->end());
  }
  std::vector<std::string> outputNames() const override { return names; }

private:
  func::FuncOp entry;
  std::vector<std::string> names;
  eval::Evaluator evaluator;
};

/// Code of one of the backends.
class CompiledModel : public TargetModel {
public:
  static std::unique_ptr<TargetModel> create(const Session &session,
                                             const CompileOptions &options,
                                             unsigned threads);

  FailureOr<std::vector<eval::Tensor>>
  run(ArrayRef<eval::Tensor> inputs) override {
    auto outputs = executor->run("main", inputs);
    if (failed(outputs))
      return failure();
    return std::vector<eval::Tensor>(outputs->begin(), outputs->end());
  }
  std::vector<std::string> outputNames() const override { return names; }

private:
  std::unique_ptr<Executor> executor;
  std::vector<std::string> names;
};

} // namespace

std::unique_ptr<TargetModel>
CompiledModel::create(const Session &session, const CompileOptions &options,
                      unsigned threads) {
  OwningOpRef<ModuleOp> module = ModuleOp(session.module.get()).clone();
  if (failed(runScheduleStage(*module, options)) ||
      failed(runLoweringStage(*module, options)))
    return nullptr;
  auto model = std::make_unique<CompiledModel>();
  auto entry = module->lookupSymbol<func::FuncOp>("main");
  for (auto output : entry->getAttrOfType<ArrayAttr>("kern.outputs")
                         .getAsRange<kern::TensorAttr>())
    model->names.push_back(output.getName().str());
  model->executor = createExecutor(*module, threads);
  if (!model->executor)
    return nullptr;
  return model;
}

std::unique_ptr<TargetModel> TargetModel::create(const Session &session,
                                                 const CompileOptions &options,
                                                 unsigned threads) {
  if (options.target == "reference")
    return std::make_unique<ReferenceModel>(session);
  return CompiledModel::create(session, options, threads);
}
