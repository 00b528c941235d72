//===- ExecutorTools.cpp - Temporary files and external tools -------------===//
#include "lib/Driver/ExecutorTools.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace tern;

// Written by CMake from the files themselves.
static const char runtimeHeader[] =
#include "lib/Driver/RuntimeHeader.inc"
    ;
static const char runner[] =
#include "lib/Driver/Runner.inc"
    ;

StringRef tern::runnerSource() { return runner; }

std::unique_ptr<TemporaryFolder> TemporaryFolder::create(Location loc) {
  SmallString<128> folder;
  if (auto error = llvm::sys::fs::createUniqueDirectory("tern", folder)) {
    emitError(loc) << "cannot make a temporary folder: " << error.message();
    return nullptr;
  }
  return std::unique_ptr<TemporaryFolder>(new TemporaryFolder(loc, folder));
}

TemporaryFolder::~TemporaryFolder() {
  llvm::sys::fs::remove_directories(folder);
}

std::string TemporaryFolder::path(StringRef name) const {
  SmallString<128> result(folder);
  if (!name.empty())
    llvm::sys::path::append(result, name);
  return result.str().str();
}

LogicalResult TemporaryFolder::write(StringRef name, StringRef bytes) const {
  llvm::sys::fs::create_directories(llvm::sys::path::parent_path(path(name)));
  std::error_code error;
  llvm::raw_fd_ostream os(path(name), error);
  if (!error) {
    os << bytes;
    os.close();
    error = os.error();
    os.clear_error();
  }
  if (error)
    return emitError(loc) << "cannot write " << path(name) << ": "
                          << error.message();
  return success();
}

LogicalResult TemporaryFolder::writeRuntimeHeader() const {
  return write("tern/runtime.h", runtimeHeader);
}

/// The beginning of what a tool wrote.
static std::string excerptOf(StringRef file) {
  auto buffer = llvm::MemoryBuffer::getFile(file);
  return buffer ? (*buffer)->getBuffer().take_front(2000).str() : "";
}

LogicalResult tern::runTool(Location loc, StringRef program,
                            const std::vector<std::string> &arguments,
                            unsigned seconds, int *status) {
  auto found = llvm::sys::findProgramByName(program);
  if (!found)
    return emitError(loc) << "cannot find " << program << " in PATH";
  SmallString<128> log;
  if (auto error = llvm::sys::fs::createTemporaryFile("tern", "log", log))
    return emitError(loc) << "cannot make a temporary file: "
                          << error.message();
  llvm::SmallVector<StringRef> argv = {*found};
  argv.append(arguments.begin(), arguments.end());
  std::string message;
  std::optional<StringRef> redirects[] = {StringRef(""), log.str(), log.str()};
  int code = llvm::sys::ExecuteAndWait(*found, argv, std::nullopt, redirects,
                                       seconds, 0, &message);
  std::string output = excerptOf(log);
  llvm::sys::fs::remove(log);
  if (status && code != -1) {
    *status = code;
    return success();
  }
  if (code == 0)
    return success();
  auto diag = emitError(loc) << program << " failed";
  if (!message.empty())
    diag << " (" << message << ")";
  return diag << ": " << output;
}
