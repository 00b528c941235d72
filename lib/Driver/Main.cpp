//===- Main.cpp - Dispatch to the subcommands -----------------------------===//
#include "lib/Driver/Commands.h"
#include "llvm/Support/raw_ostream.h"

int tern::driver::main(int argc, char **argv) {
  llvm::errs() << "usage: tern <command> [options]\n";
  return ExitUsage;
}
