//===- CBackend.cpp - Models as portable C --------------------------------===//
#include "lib/Backend/C/CBackend.h"
#include "lib/Backend/C/Legalize.h"
#include "lib/Backend/Common/CModel.h"
#include "lib/Backend/Common/CPrinter.h"
#include "lib/Backend/Common/Names.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

static const char leafLibrary[] =
#include "lib/Backend/C/Leaves.inc"
    ;

static const char prelude[] =
#include "lib/Backend/C/Prelude.inc"
    ;

LogicalResult backend::emitC(ModuleOp original, raw_ostream &os) {
  OwningOpRef<ModuleOp> owner(original.clone());
  ModuleOp module = *owner;
  auto info = modelInfoOf(module);
  if (failed(info) || failed(legalizeForC(module)))
    return failure();
  CLeaves leaves(leafLibrary);
  Names names;
  llvm::StringMap<std::string> kernels;
  std::string code;
  llvm::raw_string_ostream body(code);
  for (auto kernel : module.getOps<func::FuncOp>()) {
    if (!kernel->hasAttr("kern.kernel"))
      continue;
    std::string name = names.make("kernel_" + kernel.getName().str());
    kernels[kernel.getName()] = name;
    if (failed(printKernel(kernel, name, bufferHints(kernel, *info), leaves,
                           body)))
      return failure();
    body << "\n";
  }
  printModel(*info, kernels, body);
  std::string target = info->target.empty() ? "portable C" : info->target;
  os << "/* The model \"" << commentOf(info->name) << "\" for "
     << commentOf(target) << ".\n *\n"
     << " * C11; link with -lm. Compile without -ffast-math. */\n"
     << prelude << runtimeHeader() << "\n";
  leaves.print(code, os);
  os << code;
  return success();
}
