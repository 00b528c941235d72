//===- Generate.cpp - Sequences of tokens from a language model -----------===//
#include "lib/Driver/Generate.h"
#include "llvm/ADT/STLExtras.h"

using namespace tern;
using llvm::createStringError;

static constexpr llvm::StringLiteral tokensName = "input_ids",
                                     pastName = "past_length",
                                     maskName = "attention_mask",
                                     logitsName = "logits";

static const backend::TensorInfo *
named(llvm::ArrayRef<backend::TensorInfo> tensors, llvm::StringRef name) {
  auto found = llvm::find_if(
      tensors, [&](const auto &tensor) { return tensor.name == name; });
  return found == tensors.end() ? nullptr : found;
}

/// Whether an input is [1, n] (or [n]) of int64.
static bool isRow(const backend::TensorInfo *tensor) {
  return tensor && tensor->dtype == "int64" && !tensor->shape.empty() &&
         llvm::all_of(llvm::ArrayRef(tensor->shape).drop_back(),
                      [](int64_t size) { return size == 1; });
}

/// The input that output `i` of an entry is written into; null without one.
static const backend::TensorInfo *cacheOf(const backend::EntryInfo &entry,
                                          unsigned i) {
  int64_t alias = entry.outputs[i].alias;
  return alias < 0 ? nullptr : &entry.inputs[alias];
}

llvm::Error Generator::addEntry(const backend::EntryInfo &entry) {
  const backend::TensorInfo *tokens = named(entry.inputs, tokensName),
                            *before = named(entry.inputs, pastName),
                            *mask = named(entry.inputs, maskName),
                            *scores = named(entry.outputs, logitsName);
  std::string missing;
  auto demand = [&](bool holds, const llvm::Twine &what) {
    if (!holds)
      missing += (missing.empty() ? "" : ", ") + what.str();
  };
  demand(isRow(tokens), "an input input_ids of int64 [1, S]");
  demand(isRow(before) && before->shape.back() == 1,
         "an input past_length of int64 [1]");
  demand(isRow(mask), "an input attention_mask of int64 [1, P]");
  demand(scores && scores->dtype == "float" && scores->bytes >= 4,
         "an output logits of float");
  for (const backend::TensorInfo &input : entry.inputs) {
    bool isCache =
        llvm::any_of(llvm::seq<size_t>(0, entry.outputs.size()),
                     [&](size_t i) { return cacheOf(entry, i) == &input; });
    bool isKnown = &input == tokens || &input == before || &input == mask;
    demand(isKnown || isCache,
           "no input " + input.name + " that no output grows from");
    if (isCache)
      caches.try_emplace(input.name, input.bytes);
  }
  if (!missing.empty())
    return createStringError("expected a language model as docs/generate.md "
                             "says, with " +
                             missing + ", but entry " + entry.name +
                             " has none");
  steps.push_back({&entry, tokens->shape.back(), mask->shape.back()});
  logits.resize(scores->bytes / sizeof(float));
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<Generator>>
Generator::create(const backend::ModelInfo &info, Executor &executor) {
  if (!executor.sharesMemory())
    return createStringError("expected a target whose code runs in this "
                             "process, but got " +
                             info.target);
  std::unique_ptr<Generator> generator(new Generator(info, executor));
  for (const backend::EntryInfo &entry : generator->info.entries)
    if (llvm::Error error = generator->addEntry(entry))
      return std::move(error);
  if (llvm::none_of(generator->steps,
                    [](const Step &step) { return step.tokens == 1; }))
    return createStringError("expected an entry that takes one token, as "
                             "--dim=S=1,32 makes, but got none");
  return generator;
}

int64_t Generator::capacity() const {
  int64_t most = 0;
  for (const Step &step : steps)
    most = std::max(most, step.reach);
  return most;
}

/// The entry that takes the most of `waiting` tokens; of these, the one that
/// looks back no further than it must.
const Generator::Step *Generator::stepFor(int64_t waiting) const {
  const Step *best = nullptr;
  for (const Step &step : steps) {
    if (step.tokens > waiting || past + step.tokens > step.reach)
      continue;
    if (!best || std::pair(-step.tokens, step.reach) <
                     std::pair(-best->tokens, best->reach))
      best = &step;
  }
  return best;
}

llvm::Error Generator::run(const Step &step, llvm::ArrayRef<int64_t> tokens) {
  std::vector<int64_t> mask(step.reach, 1);
  llvm::SmallVector<const void *> inputs;
  for (const backend::TensorInfo &input : step.entry->inputs) {
    if (input.name == tokensName)
      inputs.push_back(tokens.data());
    else if (input.name == pastName)
      inputs.push_back(&past);
    else if (input.name == maskName)
      inputs.push_back(mask.data());
    else
      inputs.push_back(caches.at(input.name).data());
  }
  llvm::SmallVector<void *> outputs;
  std::vector<std::vector<char>> others;
  for (auto [i, output] : llvm::enumerate(step.entry->outputs)) {
    if (const backend::TensorInfo *cache = cacheOf(*step.entry, i))
      outputs.push_back(caches.at(cache->name).data());
    else if (output.name == logitsName)
      outputs.push_back(logits.data());
    else
      outputs.push_back(others.emplace_back(output.bytes).data());
  }
  if (failed(executor.runOn(step.entry->name, inputs, outputs)))
    return createStringError("entry %s did not run", step.entry->name.c_str());
  past += step.tokens;
  return llvm::Error::success();
}

llvm::Error Generator::append(llvm::ArrayRef<int64_t> tokens) {
  while (!tokens.empty()) {
    const Step *step = stepFor(tokens.size());
    if (!step)
      return createStringError(
          "expected room for one more token, but the sequence has %lld of %lld",
          static_cast<long long>(past), static_cast<long long>(capacity()));
    if (llvm::Error error = run(*step, tokens.take_front(step->tokens)))
      return error;
    tokens = tokens.drop_front(step->tokens);
  }
  return llvm::Error::success();
}

int64_t Generator::greatest() const {
  return std::max_element(logits.begin(), logits.end()) - logits.begin();
}
