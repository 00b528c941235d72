//===- tern.cpp - The compiler's command line -----------------------------===//
#include "lib/Driver/Commands.h"

int main(int argc, char **argv) { return tern::driver::main(argc, argv); }
