//===- Register.h - What this build of Tern contains ----------------------===//
#pragma once
#include "mlir/IR/DialectRegistry.h"

namespace tern {
/// Adds the dialects that Tern's pipeline uses, with their extensions.
void registerDialects(mlir::DialectRegistry &registry);
/// Registers Tern's passes for tern-opt.
void registerPasses();
} // namespace tern
