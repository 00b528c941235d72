//===- CSource.cpp - A model as one C file --------------------------------===//
//
// The whole of a model for portable C; for targets that are programmed in
// another language, the part of it that their host runs.
//
//===----------------------------------------------------------------------===//
#include "lib/Backend/Common/CSource.h"
#include "lib/Backend/Common/CLegalize.h"
#include "lib/Backend/Common/CModel.h"
#include "lib/Backend/Common/CPrinter.h"
#include "lib/Backend/Common/Names.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

static const char prelude[] =
#include "lib/Backend/Common/Prelude.inc"
    ;

/// Every kernel that runs on the host; `kernels` gets the names of all.
static LogicalResult printKernels(ModuleOp module, const ModelInfo &info,
                                  CLeaves &leaves,
                                  llvm::StringMap<std::string> &kernels,
                                  raw_ostream &os) {
  Names names;
  for (const auto &device : kernels)
    names.reserve(device.second);
  for (auto kernel : module.getOps<func::FuncOp>()) {
    if (!kernel->hasAttr("kern.kernel") || kernels.count(kernel.getName()))
      continue;
    std::string name = names.make("kernel_" + kernel.getName().str());
    kernels[kernel.getName()] = name;
    if (failed(printKernel(kernel, name, bufferHints(kernel, info), portableC(),
                           leaves, os)))
      return failure();
    os << "\n";
  }
  return success();
}

LogicalResult backend::printCSource(ModuleOp original,
                                    const llvm::StringMap<std::string> &devices,
                                    raw_ostream &os) {
  OwningOpRef<ModuleOp> owner(original.clone());
  ModuleOp module = *owner;
  auto info = modelInfoOf(module);
  if (failed(info) || failed(legalizeForC(module)))
    return failure();
  CLeaves leaves;
  llvm::StringMap<std::string> kernels = devices;
  llvm::StringSet<> elsewhere;
  std::string code;
  llvm::raw_string_ostream body(code);
  for (const auto &device : devices) {
    elsewhere.insert(device.first());
    body << "/* Runs on the device, or in its simulation. */\nint32_t "
         << device.second << "(void *const *buffers);\n\n";
  }
  if (failed(printKernels(module, *info, leaves, kernels, body)))
    return failure();
  printModel(*info, kernels, elsewhere, body);
  std::string target = info->target.empty() ? "portable C" : info->target;
  os << "/* The model \"" << commentOf(info->name) << "\" for "
     << commentOf(target) << ".\n *\n"
     << " * C11; link with -lm. Compile without -ffast-math. */\n"
     << prelude << runtimeHeader() << "\n";
  leaves.print(code, os);
  os << code;
  return success();
}
