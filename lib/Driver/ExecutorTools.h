//===- ExecutorTools.h - Temporary files and external tools ---------------===//
#pragma once
#include "mlir/IR/Location.h"
#include "llvm/ADT/StringRef.h"
#include <memory>
#include <string>
#include <vector>

namespace tern {

/// A folder that goes away with this object.
class TemporaryFolder {
public:
  /// Null after a diagnostic.
  static std::unique_ptr<TemporaryFolder> create(mlir::Location loc);
  ~TemporaryFolder();

  std::string path(llvm::StringRef name) const;
  /// `name` may lie in folders below this one.
  mlir::LogicalResult write(llvm::StringRef name, llvm::StringRef bytes) const;
  /// tern/runtime.h, so that `-I` of this folder finds it.
  mlir::LogicalResult writeRuntimeHeader() const;

private:
  TemporaryFolder(mlir::Location loc, llvm::StringRef folder)
      : loc(loc), folder(folder) {}
  mlir::Location loc;
  std::string folder;
};

/// Runs a program of PATH with a limit of time. What it says is part of the
/// diagnostic when it fails. `status`, when given, receives the exit code (-2:
/// it crashed or ran out of time), and only a program that cannot be started is
/// a failure.
mlir::LogicalResult runTool(mlir::Location loc, llvm::StringRef program,
                            const std::vector<std::string> &arguments,
                            unsigned seconds, int *status = nullptr);

/// The text of lib/Driver/Runtime/runner.c.
llvm::StringRef runnerSource();

} // namespace tern
