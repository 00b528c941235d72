//===- Commands.h - The subcommands of tern -------------------------------===//
#pragma once
#include "llvm/ADT/ArrayRef.h"

namespace tern::driver {
/// Exit codes of the command line (docs/exit-codes.md).
enum ExitCode {
  ExitOk = 0,
  /// The model was refused, or results differ.
  ExitRefused = 1,
  /// The command line itself is wrong.
  ExitUsage = 2,
  /// A file could not be read or written, or an external tool failed.
  ExitEnvironment = 3,
  /// A fault of the compiler's own.
  ExitInternal = 4,
};

int main(int argc, char **argv);
} // namespace tern::driver
