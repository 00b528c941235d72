//===- BackendTool.h - tern-backend, for tests of the backends ------------===//
#pragma once

namespace tern::driver {
/// Takes a module in kern form to code, or runs one of its entries.
int backendToolMain(int argc, char **argv);
} // namespace tern::driver
