//===- OutputStream.h - What a command prints, to a file or not -----------===//
#pragma once
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/raw_ostream.h"

namespace tern::driver {

/// Writes to the file `path`, or to standard output when it is "-". Prints why
/// it failed; the exit code.
int writeOutput(llvm::StringRef path,
                llvm::function_ref<void(llvm::raw_ostream &)> write);

} // namespace tern::driver
