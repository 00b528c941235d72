//===- TestVectors.cpp - Data for the testbench of a project --------------===//
#include "lib/Driver/TestVectors.h"
#include "lib/Driver/Pipeline.h"
#include "lib/Driver/TestData.h"
#include "lib/Eval/Eval.h"

using namespace mlir;
using namespace tern;

static void addTensors(StringRef name, ArrayRef<eval::Tensor> tensors,
                       backend::OutputFiles &files) {
  for (auto [i, tensor] : llvm::enumerate(tensors))
    files.push_back(
        {("testdata/" + name + "_" + Twine(i) + ".bin").str(),
         std::string(tensor.data(), tensor.data() + tensor.sizeInBytes())});
}

LogicalResult tern::addTestVectors(ModuleOp module,
                                   backend::OutputFiles &files) {
  auto entry = module.lookupSymbol<func::FuncOp>("main");
  if (!isSpatial(module) || !entry)
    return success();
  std::vector<eval::Tensor> inputs;
  for (auto [i, type] : llvm::enumerate(entry.getArgumentTypes()))
    inputs.push_back(randomTensor(cast<RankedTensorType>(type), i + 1));
  auto outputs = eval::Evaluator(module).run(entry, inputs);
  if (failed(outputs))
    return failure();
  addTensors("input", inputs, files);
  addTensors("output", *outputs, files);
  return success();
}
