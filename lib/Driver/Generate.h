//===- Generate.h - Sequences of tokens from a language model -------------===//
//
// What a model must look like is in docs/generate.md: an entry reads new tokens
// and how many came before, gives the logits of the last, and keeps what it
// knows of all of them in caches that grow in place.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "lib/Backend/Common/ModelInfo.h"
#include "lib/Driver/Executor.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace tern {

/// Feeds tokens to the entries of a compiled language model.
class Generator {
public:
  /// Fails when the entries are not those of docs/generate.md, saying all that
  /// is missing.
  static llvm::Expected<std::unique_ptr<Generator>>
  create(const backend::ModelInfo &info, Executor &executor);

  /// Appends tokens to the sequence, as many at a time as the entries take.
  llvm::Error append(llvm::ArrayRef<int64_t> tokens);
  /// The token of the greatest logit after what was appended; the first of
  /// equal ones.
  int64_t greatest() const;
  /// Tokens that the sequence has, and may have.
  int64_t length() const { return past; }
  int64_t capacity() const;
  int64_t vocabulary() const { return logits.size(); }

private:
  /// An entry, by the number of new tokens and how far back it looks.
  struct Step {
    const backend::EntryInfo *entry;
    int64_t tokens, reach;
  };

  Generator(const backend::ModelInfo &info, Executor &executor)
      : info(info), executor(executor) {}
  llvm::Error addEntry(const backend::EntryInfo &entry);
  const Step *stepFor(int64_t waiting) const;
  llvm::Error run(const Step &step, llvm::ArrayRef<int64_t> tokens);

  const backend::ModelInfo info;
  Executor &executor;
  llvm::SmallVector<Step> steps;
  /// By the names of inputs.
  std::map<std::string, std::vector<char>> caches;
  std::vector<float> logits;
  int64_t past = 0;
};

} // namespace tern
