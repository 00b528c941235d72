//===- Backend.h - What the driver asks of a backend ----------------------===//
//
// One object per kind of code that Tern writes. lib/Driver/Register.cpp lists
// them; nothing else names a backend, so deleting a backend's folder and its
// line there removes it.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "lib/Target/Machine.h"
#include "mlir/IR/BuiltinOps.h"
#include <memory>
#include <string>
#include <vector>

namespace tern::backend {

/// What `--emit` writes beside header, weights and report.
enum class EmitKind {
  Default,  ///< the backend's first kind
  Library,  ///< a static library
  Object,   ///< an ELF object
  Assembly, ///< the target's assembly
  LLVM,     ///< LLVM IR
  MLIR,     ///< kern form; the driver prints it, for every backend
  C,        ///< one self-contained C11 file
  Project   ///< sources and build files for the vendor's tools
};

/// "lib", "obj", ..., as `--emit` spells it.
llvm::StringRef nameOf(EmitKind kind);

/// A file that a backend wrote. `name` is relative to the output folder and has
/// no parts that lead out of it.
struct OutputFile {
  std::string name;
  std::string contents;
};
using OutputFiles = std::vector<OutputFile>;

/// How a module can be run on this machine.
struct Executable {
  enum class Kind {
    Object,   ///< `files` is one ELF object of this process's kind
    Emulated, ///< `files` is one ELF object for riscv64, run in qemu
    Sources   ///< `compiler` makes a shared library of `files`
  };
  Kind kind = Kind::Object;
  OutputFiles files;
  /// Program and arguments, run in the folder of `files`; the driver adds
  /// `-o <library>`. The library exports the model as include/tern/runtime.h
  /// says.
  std::vector<std::string> compiler;
  /// What a user should know of where this runs: "simulated on this CPU";
  /// empty: on the target itself.
  std::string note;
};

class Backend {
public:
  virtual ~Backend();
  /// "host", "cuda", ...: for messages.
  virtual llvm::StringRef name() const = 0;
  virtual bool serves(const Machine &machine) const = 0;
  /// What emit can be asked for; the first is the default.
  virtual llvm::ArrayRef<EmitKind> kinds() const = 0;
  /// Appends the code of a module in kern form, whose weights are hashed.
  /// `stem` begins the names of the files. Emits diagnostics.
  virtual mlir::LogicalResult emit(mlir::ModuleOp kern, const Machine &machine,
                                   EmitKind kind, llvm::StringRef stem,
                                   OutputFiles &files) const = 0;
  /// The same, to be run here. Emits diagnostics.
  virtual mlir::FailureOr<Executable>
  executable(mlir::ModuleOp kern, const Machine &machine) const = 0;
};

} // namespace tern::backend
