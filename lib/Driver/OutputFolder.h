//===- OutputFolder.h - All files of a compilation, or none ---------------===//
#pragma once
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace tern {

/// Collects output files under temporary names beside their final ones;
/// `commit` renames them all. Without a commit the destructor removes them, so
/// a failed compilation leaves nothing half written.
class OutputFolder {
public:
  explicit OutputFolder(llvm::StringRef folder) : folder(folder.str()) {}
  ~OutputFolder();
  OutputFolder(const OutputFolder &) = delete;

  /// Creates `<folder>/<name>`, written by `write`.
  llvm::Error
  add(llvm::StringRef name,
      llvm::function_ref<llvm::Error(llvm::raw_pwrite_stream &)> write);
  /// Gives every file its final name.
  llvm::Error commit();
  /// Final paths, in the order of `add`.
  std::vector<std::string> paths() const;

private:
  struct File {
    std::string temporary, path;
  };
  std::string folder;
  std::vector<File> files;
};

} // namespace tern
