//===- OutputStream.cpp - What a command prints, to a file or not ---------===//
#include "lib/Driver/OutputStream.h"
#include "lib/Driver/Commands.h"

using namespace tern;

int driver::writeOutput(llvm::StringRef path,
                        llvm::function_ref<void(llvm::raw_ostream &)> write) {
  std::error_code code;
  llvm::raw_fd_ostream os(path, code);
  if (!code) {
    write(os);
    os.flush();
    code = os.error();
  }
  if (!code)
    return ExitOk;
  os.clear_error();
  llvm::errs() << "tern: cannot write " << path << ": " << code.message()
               << "\n";
  return ExitEnvironment;
}
