//===- Commands.h - The subcommands of tern -------------------------------===//
#pragma once
#include "lib/Driver/Pipeline.h"
#include "llvm/Support/CommandLine.h"

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

/// One subcommand: its options are registered when the object is made.
class Command {
public:
  Command(llvm::StringRef name, llvm::StringRef description)
      : sub(name, description) {}
  virtual ~Command() = default;
  virtual int run() = 0;
  llvm::cl::SubCommand sub;
};

/// The options that every command which compiles a model takes.
struct ModelOptions {
  explicit ModelOptions(llvm::cl::SubCommand &sub);

  llvm::cl::opt<std::string> model;
  llvm::cl::opt<std::string> target;
  llvm::cl::list<std::string> dims;
  llvm::cl::opt<std::string> method;
  llvm::cl::opt<std::string> dumpDir;
  llvm::cl::opt<std::string> reproducer;
  llvm::cl::opt<int64_t> bisectLayer;
  llvm::cl::opt<bool> printIrAfterAll;
  llvm::cl::list<std::string> printIrAfter;
  llvm::cl::opt<bool> timing;

  /// Parses what the library needs; prints what is wrong with the rest. A
  /// command that can do without a model says so.
  std::optional<CompileOptions> parse(bool needsModel = true) const;
};

/// A context with Tern's dialects whose diagnostics go to standard error as
/// `file: node: error: text`.
std::unique_ptr<mlir::MLIRContext> makeContext();

std::unique_ptr<Command> makeCompileCommand();
std::unique_ptr<Command> makeRunCommand();
std::unique_ptr<Command> makeCheckCommand();
std::unique_ptr<Command> makeVerifyCommand();
std::unique_ptr<Command> makeReportCommand();
std::unique_ptr<Command> makeTargetsCommand();
std::unique_ptr<Command> makeGenerateCommand();
std::unique_ptr<Command> makeCalibrateCommand();

int main(int argc, char **argv);
} // namespace tern::driver
