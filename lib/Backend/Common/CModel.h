//===- CModel.h - The ABI of a compiled model in C ------------------------===//
#pragma once
#include "lib/Backend/Common/ModelInfo.h"
#include "lib/Backend/Common/Names.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/raw_ostream.h"

namespace tern::backend {

/// Prints what include/tern/runtime.h promises, around kernels that have been
/// printed: the tables, init, run, the one exported symbol. `kernels` gives the
/// C name of every kernel, by symbol; those in `devices` run elsewhere, and are
/// functions of the buffers that return a status.
void printModel(const ModelInfo &info,
                const llvm::StringMap<std::string> &kernels,
                const llvm::StringSet<> &devices, llvm::raw_ostream &os);

/// The pieces of that which other languages' models have in common with C's:
/// the tables up to `info`, which give every entry a name; what init checks of
/// `context`, `weights` and `bytes`; what an entry checks of its tensors.
llvm::SmallVector<std::string> printTables(const ModelInfo &info, bool onDevice,
                                           Names &names, llvm::raw_ostream &os);
void printWeightsCheck(llvm::raw_ostream &os);
void printArgumentChecks(const EntryInfo &entry, llvm::raw_ostream &os);

/// Prints the model's public header, the same for every target: the symbol,
/// sizes as macros, a description of inputs and outputs, and the ABI itself.
void printHeader(const ModelInfo &info, llvm::raw_ostream &os);

/// The text of include/tern/runtime.h.
llvm::StringRef runtimeHeader();

} // namespace tern::backend
