//===- OutputFolder.cpp - All files of a compilation, or none -------------===//
#include "lib/Driver/OutputFolder.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace tern;

/// "cannot write <path>: <why>"
static Error cannotWrite(StringRef path, std::error_code code) {
  return createStringError(code, "cannot write %s: %s", path.str().c_str(),
                           code.message().c_str());
}

OutputFolder::~OutputFolder() {
  for (const File &file : files)
    sys::fs::remove(file.temporary);
}

Error OutputFolder::add(StringRef name,
                        function_ref<Error(raw_pwrite_stream &)> write) {
  SmallString<128> path(folder), temporary;
  sys::path::append(path, name);
  StringRef parent = sys::path::parent_path(path);
  if (auto code = sys::fs::create_directories(parent))
    return cannotWrite(parent, code);
  int fd;
  if (auto code = sys::fs::createUniqueFile(path + ".%%%%%%.tmp", fd, temporary,
                                            sys::fs::OF_None, 0644))
    return cannotWrite(path, code);
  files.push_back({temporary.str().str(), path.str().str()});
  raw_fd_ostream stream(fd, /*shouldClose=*/true);
  if (Error error = write(stream))
    return error;
  stream.close();
  if (auto code = stream.error()) {
    stream.clear_error();
    return cannotWrite(path, code);
  }
  return Error::success();
}

Error OutputFolder::commit() {
  for (const File &file : files)
    if (auto code = sys::fs::rename(file.temporary, file.path))
      return cannotWrite(file.path, code);
  return Error::success();
}

std::vector<std::string> OutputFolder::paths() const {
  std::vector<std::string> result;
  for (const File &file : files)
    result.push_back(file.path);
  return result;
}
