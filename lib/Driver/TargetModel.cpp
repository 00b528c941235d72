//===- TargetModel.cpp - A model compiled in memory, ready to run ---------===//
#include "lib/Driver/TargetModel.h"
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

} // namespace

std::unique_ptr<TargetModel> TargetModel::create(const Session &session,
                                                 const CompileOptions &options,
                                                 unsigned threads) {
  if (options.target == "reference")
    return std::make_unique<ReferenceModel>(session);
  func::FuncOp entry = session.entry;
  entry.emitError("expected a target that this build has, but got '")
      << options.target << "'";
  return nullptr;
}
