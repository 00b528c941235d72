//===- CBackend.cpp - Models as portable C --------------------------------===//
#include "lib/Backend/C/CBackend.h"
#include "lib/Backend/Common/CSource.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

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
    if (failed(printCSource(kern, {}, os)))
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
