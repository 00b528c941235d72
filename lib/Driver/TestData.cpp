//===- TestData.cpp - Inputs and expected outputs beside a model ----------===//
#include "lib/Driver/TestData.h"
#include "dialects/Tern/Tern.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <map>
#include <random>

using namespace mlir;
using namespace tern;
using llvm::Error;
using llvm::Expected;

static std::string join(StringRef folder, const Twine &name) {
  SmallString<128> path(folder);
  llvm::sys::path::append(path, name);
  return path.str().str();
}

/// <folder>/<stem>_0.pb, <stem>_1.pb, ... as far as they go.
static Error readNumbered(StringRef folder, StringRef stem,
                          MLIRContext *context,
                          std::vector<NamedTensor> &tensors) {
  for (int i = 0;; ++i) {
    std::string path = join(folder, stem + "_" + Twine(i) + ".pb");
    if (!llvm::sys::fs::exists(path))
      return Error::success();
    auto read = readTensors(path, context);
    if (!read)
      return read.takeError();
    tensors.push_back(read->front());
  }
}

/// Pairs of files that may lie beside a model.
static constexpr std::pair<const char *, const char *> filePairs[] = {
    {"inputs.npz", "outputs.npz"}, {"input.npy", "expected_output.npy"}};

static Error readPairs(StringRef folder, MLIRContext *context,
                       std::vector<TestCase> &cases) {
  for (auto [input, output] : filePairs) {
    if (!llvm::sys::fs::exists(join(folder, input)))
      continue;
    TestCase test{input, {}, {}};
    auto inputs = readTensors(join(folder, input), context);
    if (!inputs)
      return inputs.takeError();
    test.inputs = std::move(*inputs);
    if (llvm::sys::fs::exists(join(folder, output))) {
      auto outputs = readTensors(join(folder, output), context);
      if (!outputs)
        return outputs.takeError();
      test.outputs = std::move(*outputs);
    }
    cases.push_back(std::move(test));
  }
  return Error::success();
}

Expected<std::vector<TestCase>> tern::findTestCases(StringRef folder,
                                                    MLIRContext *context) {
  std::vector<TestCase> cases;
  std::map<std::string, std::string> sets; // sorted
  std::error_code code;
  for (llvm::sys::fs::directory_iterator it(folder, code), end;
       it != end && !code; it.increment(code)) {
    StringRef name = llvm::sys::path::filename(it->path());
    if (name.starts_with("test_data_set_"))
      sets[name.str()] = it->path();
  }
  for (const auto &[name, path] : sets) {
    TestCase test{name, {}, {}};
    if (Error error = readNumbered(path, "input", context, test.inputs))
      return error;
    if (Error error = readNumbered(path, "output", context, test.outputs))
      return error;
    cases.push_back(std::move(test));
  }
  if (Error error = readPairs(folder, context, cases))
    return error;
  std::string both = join(folder, "io.npz");
  if (llvm::sys::fs::exists(both)) {
    auto read = readTensors(both, context);
    if (!read)
      return read.takeError();
    // Inputs and outputs together; names tell which is which.
    cases.push_back({"io.npz", *read, *read});
  }
  return cases;
}

Expected<std::vector<eval::Tensor>>
tern::matchTensors(ArrayRef<NamedTensor> given, ArrayRef<std::string> names) {
  std::map<StringRef, const NamedTensor *> byName;
  for (const NamedTensor &tensor : given)
    byName[tensor.name] = &tensor;
  bool named = llvm::all_of(
      names, [&](const std::string &name) { return byName.count(name); });
  if (!named && given.size() < names.size())
    return llvm::createStringError(
        llvm::inconvertibleErrorCode(),
        "expected %zu tensors, but got %zu in the data", names.size(),
        given.size());
  std::vector<eval::Tensor> tensors;
  for (auto [i, name] : llvm::enumerate(names))
    tensors.push_back(named ? byName[name]->tensor : given[i].tensor);
  return tensors;
}

eval::Tensor tern::randomTensor(RankedTensorType type, uint64_t seed) {
  eval::Tensor tensor(type);
  std::mt19937_64 random(seed);
  Type element = type.getElementType();
  auto code = dyn_cast<ir::QType>(element);
  for (int64_t i = 0; i < tensor.size(); ++i) {
    uint64_t bits = random();
    if (isa<FloatType>(element) || (code && code.isFloat()))
      tensor.setFloat(i, double(int64_t(bits) >> 11) / (int64_t(1) << 52));
    else if (code)
      tensor.setInt(
          i, code.getMin() +
                 int64_t(bits % uint64_t(code.getMax() - code.getMin() + 1)));
    else
      tensor.setInt(i, int64_t(bits % (element.isInteger(1) ? 2 : 8)));
  }
  return tensor;
}
