//===- Targets.h - Finding machines by name -------------------------------===//
#pragma once
#include "dialects/Tern/Tern.h"
#include "lib/Target/Machine.h"
#include "mlir/IR/BuiltinOps.h"

namespace tern {

/// Folders that hold machine descriptions, searched in order.
using TargetDirs = std::vector<std::string>;

/// targets/ of the source tree or share/tern/targets of an installation,
/// relative to the running executable; those of them that exist.
TargetDirs defaultTargetDirs();

/// Names of the machines in `dirs`, sorted.
std::vector<std::string> listMachines(const TargetDirs &dirs);

/// Reads the machine `name` (`host` is resolved to the best host-* machine
/// whose features this CPU has). The machine is immutable and owned by the
/// context: loading it again returns the same one. Emits diagnostics.
mlir::FailureOr<const Machine *> loadMachine(llvm::StringRef name,
                                             const TargetDirs &dirs,
                                             mlir::MLIRContext *context);

/// Parses a machine description; `path` and `name` are its file's. `sources`
/// are the ids that figures may name. Emits diagnostics with file and line.
mlir::FailureOr<Machine> parseMachine(llvm::StringRef text,
                                      llvm::StringRef path,
                                      llvm::ArrayRef<std::string> sources,
                                      mlir::MLIRContext *context);

/// The ids of a sources.yaml.
mlir::FailureOr<std::vector<std::string>>
parseSources(llvm::StringRef text, llvm::StringRef path,
             mlir::MLIRContext *context);

/// What the module attribute `tern.target` holds.
ir::TargetAttr targetAttr(const Machine &machine, mlir::MLIRContext *context);

/// The machine that `module` is compiled for. Fails, with a diagnostic, when
/// the module names none, or one that cannot be found or has since changed.
mlir::FailureOr<const Machine *> machineOf(mlir::ModuleOp module);

/// The same; of a module that names none, the portable machine `c`.
mlir::FailureOr<const Machine *> machineOrPortable(mlir::ModuleOp module);

} // namespace tern
