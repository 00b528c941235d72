//===- Register.h - What this build of Tern contains ----------------------===//
#pragma once
#include "lib/Backend/Common/Backend.h"
#include "mlir/IR/DialectRegistry.h"

namespace tern {
/// Adds the dialects that Tern's pipeline uses, with their extensions.
void registerDialects(mlir::DialectRegistry &registry);
/// Registers Tern's passes for tern-opt.
void registerPasses();
/// The backend that serves a machine; null when this build has none.
const backend::Backend *backendFor(const Machine &machine);
} // namespace tern
