//===- tern-backend.cpp - Backends on kern form, for tests ----------------===//
#include "lib/Driver/BackendTool.h"

int main(int argc, char **argv) {
  return tern::driver::backendToolMain(argc, argv);
}
