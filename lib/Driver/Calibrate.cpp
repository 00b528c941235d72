//===- Calibrate.cpp - Statistics for quantization and pruning ------------===//
#include "lib/Driver/Calibrate.h"
#include "lib/Driver/Commands.h"
#include "lib/Driver/Session.h"
#include "llvm/Support/FileSystem.h"

using namespace mlir;
using namespace tern;
using namespace tern::driver;

llvm::Expected<TestCase> tern::readInputs(const std::string &path,
                                          MLIRContext *context) {
  if (llvm::sys::fs::is_directory(path)) {
    auto cases = findTestCases(path, context);
    if (!cases)
      return cases.takeError();
    if (cases->empty())
      return llvm::createStringError("expected inputs in %s, but found none",
                                     path.c_str());
    cases->front().outputs.clear();
    return cases->front();
  }
  auto tensors = readTensors(path, context);
  if (!tensors)
    return tensors.takeError();
  return TestCase{path, std::move(*tensors), {}};
}

/// Elements [from, from + count) of the first dimension.
static eval::Tensor slice(const eval::Tensor &tensor, int64_t from,
                          int64_t count) {
  SmallVector<int64_t> shape(tensor.getShape());
  int64_t bytes = tensor.sizeInBytes() / std::max<int64_t>(shape[0], 1);
  shape[0] = count;
  auto owner = std::make_shared<eval::Tensor>(tensor);
  return eval::Tensor(
      RankedTensorType::get(shape, tensor.getElementType()),
      std::shared_ptr<char>(owner, owner->data() + from * bytes));
}

/// How many samples of the model's fixed first dimensions the data holds, one
/// after another; 1 where that is not the same for all inputs.
static int64_t countSamples(func::FuncOp entry, ArrayRef<eval::Tensor> inputs) {
  int64_t count = 0;
  for (auto [type, tensor] : llvm::zip(entry.getArgumentTypes(), inputs)) {
    auto ranked = dyn_cast<RankedTensorType>(type);
    ArrayRef<int64_t> shape = tensor.getShape();
    if (!ranked || ranked.getRank() == 0 || ranked.isDynamicDim(0) ||
        ranked.getRank() != static_cast<int64_t>(shape.size()) ||
        ranked.getDimSize(0) == 0 || shape[0] % ranked.getDimSize(0))
      return 1;
    int64_t times = shape[0] / ranked.getDimSize(0);
    if (count && times != count)
      return 1;
    count = times;
  }
  return std::max<int64_t>(count, 1);
}

/// The data as one case for each sample.
static llvm::Expected<std::vector<TestCase>>
cutIntoSamples(func::FuncOp entry, const TestCase &data) {
  std::vector<std::string> names;
  for (unsigned i = 0; i < entry.getNumArguments(); ++i) {
    auto name = entry.getArgAttrOfType<StringAttr>(i, "onnx.name");
    names.push_back(name ? name.str() : "");
  }
  auto inputs = matchTensors(data.inputs, names);
  if (!inputs)
    return inputs.takeError();
  int64_t count = countSamples(entry, *inputs);
  std::vector<TestCase> cases(count);
  for (int64_t i = 0; i < count; ++i)
    for (auto [name, tensor] : llvm::zip(names, *inputs)) {
      int64_t size = count == 1 ? 0 : tensor.getShape()[0] / count;
      cases[i].inputs.push_back(
          {name, count == 1 ? tensor : slice(tensor, i * size, size)});
    }
  return cases;
}

int tern::calibrate(StringRef model, const std::string &data,
                    MLIRContext &context, const CompileOptions &options,
                    bool withHessians, calib::Statistics &statistics) {
  auto fail = [](llvm::Error error) -> int {
    llvm::errs() << "tern: " << llvm::toString(std::move(error)) << "\n";
    return ExitEnvironment;
  };
  auto inputs = readInputs(data, &context);
  if (!inputs)
    return fail(inputs.takeError());
  CompileOptions plain = options;
  plain.compression = {};
  plain.entries.clear();
  // The data gives every dimension of the inputs.
  plain.dims.clear();
  OwningOpRef<ModuleOp> imported = importModel(model, context, plain);
  if (!imported)
    return ExitRefused;
  auto samples =
      cutIntoSamples(imported->lookupSymbol<func::FuncOp>("main"), *inputs);
  if (!samples)
    return fail(samples.takeError());
  Session session;
  switch (
      openSession(model, context, plain, &samples->front(), session, nullptr)) {
  case SessionError::Refused:
    return ExitRefused;
  case SessionError::Data:
    return ExitEnvironment;
  case SessionError::None:
    break;
  }
  for (const TestCase &sample : *samples) {
    std::vector<eval::Tensor> fitted;
    for (auto [named, type] :
         llvm::zip(sample.inputs, session.entry.getArgumentTypes())) {
      auto tensor = convertTensor(named.tensor, cast<RankedTensorType>(type));
      if (!tensor)
        return fail(tensor.takeError());
      fitted.push_back(*tensor);
    }
    if (failed(calib::collect(*session.module, session.entry, fitted,
                              withHessians, statistics)))
      return ExitRefused;
  }
  return ExitOk;
}

int tern::prepareStatistics(StringRef model, MLIRContext &context,
                            CompileOptions &options) {
  CompressionOptions &compression = options.compression;
  if (!compression.statistics.empty()) {
    auto read = calib::readStatistics(compression.statistics);
    if (!read) {
      llvm::errs() << "tern: " << llvm::toString(read.takeError()) << "\n";
      return ExitEnvironment;
    }
    compression.known = std::make_shared<calib::Statistics>(std::move(*read));
  }
  if (compression.calib.empty())
    return ExitOk;
  bool withHessians = !compression.budget.empty() ||
                      compression.rounding == "gptq" ||
                      compression.pruneBy == "compensated";
  auto statistics = std::make_shared<calib::Statistics>();
  compression.known = statistics;
  return calibrate(model, compression.calib, context, options, withHessians,
                   *statistics);
}
