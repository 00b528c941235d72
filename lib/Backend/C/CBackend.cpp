//===- CBackend.cpp - Models as portable C --------------------------------===//
#include "lib/Backend/C/CBackend.h"
#include "lib/Backend/Common/CLegalize.h"
#include "lib/Backend/Common/CModel.h"
#include "lib/Backend/Common/CPrinter.h"
#include "lib/Backend/Common/Names.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

static const char prelude[] =
#include "lib/Backend/C/Prelude.inc"
    ;

LogicalResult backend::emitC(ModuleOp original, raw_ostream &os) {
  OwningOpRef<ModuleOp> owner(original.clone());
  ModuleOp module = *owner;
  auto info = modelInfoOf(module);
  if (failed(info) || failed(legalizeForC(module)))
    return failure();
  CLeaves leaves;
  Names names;
  llvm::StringMap<std::string> kernels;
  std::string code;
  llvm::raw_string_ostream body(code);
  for (auto kernel : module.getOps<func::FuncOp>()) {
    if (!kernel->hasAttr("kern.kernel"))
      continue;
    std::string name = names.make("kernel_" + kernel.getName().str());
    kernels[kernel.getName()] = name;
    if (failed(printKernel(kernel, name, bufferHints(kernel, *info),
                           portableC(), leaves, body)))
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

namespace {
class PortableC : public Backend {
public:
  StringRef name() const override { return "c"; }
  bool serves(const Machine &machine) const override {
    return machine.kind == MachineKind::C;
  }
  ArrayRef<EmitKind> kinds() const override {
    static constexpr EmitKind kinds[] = {EmitKind::C};
    return kinds;
  }
  LogicalResult emit(ModuleOp kern, const Machine &, EmitKind, StringRef stem,
                     OutputFiles &files) const override {
    OutputFile file{(stem + ".c").str(), ""};
    llvm::raw_string_ostream os(file.contents);
    if (failed(emitC(kern, os)))
      return failure();
    files.push_back(std::move(file));
    return success();
  }
  FailureOr<Executable> executable(ModuleOp kern,
                                   const Machine &machine) const override {
    Executable result;
    result.kind = Executable::Kind::Sources;
    if (failed(emit(kern, machine, EmitKind::C, "model", result.files)))
      return failure();
    result.compiler = {"clang-19",          "-std=c11",      "-O2",
                       "-ffp-contract=off", "-march=native", "-fPIC",
                       "-shared",           "model.c",       "-lm"};
    return result;
  }
};
} // namespace

std::unique_ptr<Backend> backend::createCBackend() {
  return std::make_unique<PortableC>();
}
