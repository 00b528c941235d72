//===- TargetModel.cpp - A model compiled in memory, ready to run ---------===//
#include "lib/Driver/TargetModel.h"
#include "dialects/Kern/Kern.h"
#include "dialects/Tern/Tern.h"
#include "lib/Driver/Codegen.h"
#include "lib/Driver/Report.h"
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
  FailureOr<std::vector<LaunchProfile>> profile(ArrayRef<eval::Tensor>,
                                                unsigned) override {
    return entry.emitError(
        "expected a target with kernels to profile, but got the reference");
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
  FailureOr<std::vector<LaunchProfile>> profile(ArrayRef<eval::Tensor> inputs,
                                                unsigned runs) override;
  std::vector<std::string> outputNames() const override { return names; }

private:
  void describeLaunches(ModuleOp kern, const Report &report);

  std::optional<Location> loc;
  std::string target;
  std::unique_ptr<Executor> executor;
  std::vector<std::string> names;
  std::vector<LaunchProfile> launches;
};

} // namespace

std::unique_ptr<TargetModel>
CompiledModel::create(const Session &session, const CompileOptions &options,
                      unsigned threads) {
  OwningOpRef<ModuleOp> module = ModuleOp(session.module.get()).clone();
  if (failed(runScheduleStage(*module, options)))
    return nullptr;
  FailureOr<Report> report = describeModel(*module);
  if (failed(report) || failed(runLoweringStage(*module, options)))
    return nullptr;
  auto model = std::make_unique<CompiledModel>();
  model->loc = module->getLoc();
  model->target = options.target;
  addMemory(*report, *module);
  llvm::cantFail(priceModel(*report, /*wantsEnergy=*/false));
  model->describeLaunches(*module, *report);
  auto entry = module->lookupSymbol<func::FuncOp>("main");
  for (auto output : entry->getAttrOfType<ArrayAttr>("kern.outputs")
                         .getAsRange<kern::TensorAttr>())
    model->names.push_back(output.getName().str());
  model->executor = createExecutor(*module, threads);
  if (!model->executor)
    return nullptr;
  return model;
}

/// What each launch of the entry computes, and what was predicted of it.
void CompiledModel::describeLaunches(ModuleOp kern, const Report &report) {
  llvm::DenseMap<int64_t, double> predicted;
  for (const LayerReport &layer : report.layers)
    predicted[layer.id] += layer.prediction.seconds();
  auto entry = kern.lookupSymbol<func::FuncOp>("main");
  for (auto launch : entry.getOps<kern::LaunchOp>()) {
    LaunchProfile profile;
    auto fused = launch.getLoc()->findInstanceOf<FusedLocWith<ir::LayerAttr>>();
    if (fused) {
      profile.layer = fused.getMetadata().getName().str();
      profile.predicted = predicted.lookup(fused.getMetadata().getId());
    }
    launches.push_back(std::move(profile));
  }
}

FailureOr<std::vector<LaunchProfile>>
CompiledModel::profile(ArrayRef<eval::Tensor> inputs, unsigned runs) {
  std::vector<std::vector<double>> times(launches.size());
  for (unsigned i = 0; i < runs; ++i) {
    auto seconds = executor->time("main", inputs);
    if (failed(seconds) || seconds->size() != launches.size())
      return emitError(*loc)
             << "expected a target whose kernels run in this process, to "
                "profile them, but got "
             << target;
    for (auto [list, value] : llvm::zip(times, *seconds))
      list.push_back(value);
  }
  std::vector<LaunchProfile> result = launches;
  for (auto [list, launch] : llvm::zip(times, result)) {
    llvm::sort(list);
    launch.seconds = list[list.size() / 2];
  }
  return result;
}

std::unique_ptr<TargetModel> TargetModel::create(const Session &session,
                                                 const CompileOptions &options,
                                                 unsigned threads) {
  if (options.target == "reference")
    return std::make_unique<ReferenceModel>(session);
  return CompiledModel::create(session, options, threads);
}
