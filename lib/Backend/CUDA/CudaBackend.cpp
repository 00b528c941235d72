//===- CudaBackend.cpp - Models as CUDA -----------------------------------===//
//
// One file per model, which nvcc compiles for a GPU and a C++ compiler for a
// CPU: what the two runtimes are called by is Runtime/, and it goes along.
//
//===----------------------------------------------------------------------===//
#include "lib/Backend/CUDA/CudaHost.h"
#include "lib/Backend/CUDA/CudaLanguage.h"
#include "lib/Backend/Common/Backend.h"
#include "lib/Backend/Common/CLegalize.h"
#include "lib/Backend/Common/CModel.h"
#include "lib/Backend/Common/CPrinter.h"
#include "lib/Backend/Common/Names.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Program.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

static const char leafLibrary[] =
#include "lib/Backend/CUDA/Leaves.inc"
    ;
static const char prelude[] =
#include "lib/Backend/CUDA/Prelude.inc"
    ;
static const char project[] =
#include "lib/Backend/CUDA/Project.inc"
    ;

namespace {
/// A file that lies beside every emitted model.
struct Header {
  const char *name, *text;
};
} // namespace

#include "lib/Backend/CUDA/Headers.inc"

/// Every kernel has parallel levels and a geometry: this is what SIMT lowering
/// promises and printing needs.
static LogicalResult checkKernel(func::FuncOp kernel) {
  if (!geometryOf(kernel))
    return kernel.emitOpError("expected a kernel of parallel levels, with the "
                              "attribute kern.geometry, but got one without");
  WalkResult bad = kernel.walk([](scf::ForallOp op) {
    bool one = op.getRank() == 1 && op.getMapping() &&
               op.getMapping()->size() == 1 && op.getNumResults() == 0 &&
               op.getStaticLowerBound()[0] == 0 && op.getStaticStep()[0] == 1 &&
               op.getDynamicUpperBound().empty();
    if (one)
      return WalkResult::advance();
    op.emitOpError("expected one mapped dimension from 0 on, of known size");
    return WalkResult::interrupt();
  });
  return failure(bad.wasInterrupted());
}

static LogicalResult printKernels(ModuleOp module, const ModelInfo &info,
                                  CLeaves &leaves,
                                  llvm::StringMap<std::string> &kernels,
                                  raw_ostream &os) {
  const CudaLanguage language;
  Names names;
  for (auto kernel : module.getOps<func::FuncOp>()) {
    if (!kernel->hasAttr("kern.kernel"))
      continue;
    std::string name = names.make(kernel.getName());
    kernels[kernel.getName()] = name;
    if (failed(checkKernel(kernel)) ||
        failed(printKernel(kernel, name, bufferHints(kernel, info), language,
                           leaves, os)))
      return failure();
    os << "\n";
  }
  return success();
}

static LogicalResult emitCuda(ModuleOp original, raw_ostream &os) {
  OwningOpRef<ModuleOp> owner(original.clone());
  ModuleOp module = *owner;
  auto info = modelInfoOf(module);
  if (failed(info) || failed(legalizeForC(module)))
    return failure();
  CLeaves leaves(leafLibrary);
  for (StringRef type : {"tern_i32x2", "tern_i32x4", "tern_f32x4"})
    leaves.provide(type);
  llvm::StringMap<std::string> kernels;
  std::string code;
  llvm::raw_string_ostream body(code);
  if (failed(printKernels(module, *info, leaves, kernels, body)))
    return failure();
  printCudaModel(*info, module, kernels, body);
  os << "/* The model \"" << commentOf(info->name) << "\" for "
     << commentOf(info->target)
     << ".\n *\n * nvcc -std=c++17 -fmad=false; or, on a CPU, clang++ -x c++ "
        "-std=c++17 -DTERN_SHIM\n * -ffp-contract=off -fno-strict-aliasing. "
        "*/\n"
     << runtimeHeader() << "\n"
     << prelude;
  leaves.print(code, os);
  os << code;
  return success();
}

/// The build file, for a model and the GPU it was compiled for.
static std::string projectText(StringRef stem, const Machine &machine) {
  std::string text = project;
  auto replace = [&](StringRef what, StringRef by) {
    for (size_t at; (at = text.find(what.str())) != std::string::npos;)
      text.replace(at, what.size(), by.str());
  };
  replace("%MODEL%", stem);
  replace("%ARCHITECTURE%", std::to_string(machine.gpu.capability));
  return text;
}

static bool hasGpu() {
  return llvm::sys::findProgramByName("nvcc") &&
         llvm::sys::fs::exists("/dev/nvidia0");
}

namespace {
class Cuda : public Backend {
public:
  StringRef name() const override { return "cuda"; }
  bool serves(const Machine &machine) const override {
    return machine.kind == MachineKind::Gpu;
  }
  ArrayRef<EmitKind> kinds() const override {
    static constexpr EmitKind kinds[] = {EmitKind::Project};
    return kinds;
  }
  LogicalResult emit(ModuleOp kern, const Machine &machine, EmitKind,
                     StringRef stem, OutputFiles &files) const override {
    OutputFile file{(stem + ".cu").str(), ""};
    llvm::raw_string_ostream os(file.contents);
    if (failed(emitCuda(kern, os)))
      return failure();
    files.push_back(std::move(file));
    for (const Header &header : headers)
      files.push_back({header.name, header.text});
    files.push_back({"CMakeLists.txt", projectText(stem, machine)});
    return success();
  }
  FailureOr<Executable> executable(ModuleOp kern,
                                   const Machine &machine) const override {
    Executable result;
    result.kind = Executable::Kind::Sources;
    if (failed(emit(kern, machine, EmitKind::Project, "model", result.files)))
      return failure();
    if (hasGpu()) {
      result.compiler = {"nvcc",
                         "-std=c++17",
                         "-O2",
                         "-fmad=false",
                         "-arch=sm_" + std::to_string(machine.gpu.capability),
                         "-Xcompiler",
                         "-fPIC",
                         "-shared",
                         "model.cu"};
      return result;
    }
    result.note = "simulated on this CPU: the emitted files, compiled with "
                  "prim_shim.h in place of prim_cuda.cuh";
    result.compiler = {"clang++-19",
                       "-x",
                       "c++",
                       "-std=c++17",
                       "-O2",
                       "-DTERN_SHIM",
                       "-ffp-contract=off",
                       "-fno-strict-aliasing",
                       "-fPIC",
                       "-shared",
                       "-pthread",
                       "model.cu"};
    return result;
  }
};
} // namespace

namespace tern::backend {
std::unique_ptr<Backend> createCUDABackend() {
  return std::make_unique<Cuda>();
}
} // namespace tern::backend
