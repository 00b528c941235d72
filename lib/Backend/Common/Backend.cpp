//===- Backend.cpp - What the driver asks of a backend --------------------===//
#include "lib/Backend/Common/Backend.h"

using namespace tern::backend;

Backend::~Backend() = default;

llvm::StringRef tern::backend::nameOf(EmitKind kind) {
  static const char *const names[] = {"default", "lib",  "obj", "asm",
                                      "llvm",    "mlir", "c",   "project"};
  return names[static_cast<int>(kind)];
}
