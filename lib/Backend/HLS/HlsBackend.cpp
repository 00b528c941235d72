//===- HlsBackend.cpp - Models as projects for Vitis HLS ------------------===//
//
// A design for the part, host code around it, a testbench, a script. Simulating
// compiles these very files: only the headers that they include differ.
//
//===----------------------------------------------------------------------===//
#include "lib/Backend/Common/Backend.h"
#include "lib/Backend/Common/CSource.h"
#include "lib/Backend/Common/Names.h"
#include "lib/Backend/HLS/HlsDesign.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

namespace {
/// A file that goes along with every project.
struct RuntimeFile {
  const char *name, *text;
};
} // namespace

static const RuntimeFile headers[] = {{
                                          "tern_hls.h",
#include "lib/Backend/HLS/tern_hls_h.inc"
                                      },
                                      {
                                          "tern_sim_int.h",
#include "lib/Backend/HLS/tern_sim_int_h.inc"
                                      },
                                      {
                                          "tern_sim_stream.h",
#include "lib/Backend/HLS/tern_sim_stream_h.inc"
                                      }};

static const char testbench[] =
#include "lib/Backend/HLS/testbench_cpp.inc"
    ;
static const char script[] =
#include "lib/Backend/HLS/run_hls_tcl.inc"
    ;

namespace {
class Hls : public Backend {
public:
  StringRef name() const override { return "hls"; }
  bool serves(const Machine &machine) const override {
    return machine.kind == MachineKind::Fpga;
  }
  ArrayRef<EmitKind> kinds() const override {
    static constexpr EmitKind kinds[] = {EmitKind::Project};
    return kinds;
  }
  LogicalResult emit(ModuleOp kern, const Machine &machine, EmitKind,
                     StringRef stem, OutputFiles &files) const override;
  FailureOr<Executable> executable(ModuleOp kern,
                                   const Machine &machine) const override;
};
} // namespace

/// The kernel that is the call of the design.
static std::string deviceKernel(ModuleOp module) {
  std::string name;
  module.walk([&](kern::AccelerateOp call) {
    name = call->getParentOfType<func::FuncOp>().getName().str();
  });
  return name;
}

/// A text with every {{NAME}} replaced.
static std::string fill(StringRef text,
                        ArrayRef<std::pair<StringRef, std::string>> values) {
  std::string result = text.str();
  for (const auto &[name, value] : values)
    for (size_t at; (at = result.find(name.str())) != std::string::npos;)
      result.replace(at, name.size(), value);
  return result;
}

/// A printer of one file.
static LogicalResult
addFile(OutputFiles &files, const Twine &name,
        llvm::function_ref<LogicalResult(raw_ostream &)> print) {
  OutputFile file{name.str(), ""};
  llvm::raw_string_ostream os(file.contents);
  if (failed(print(os)))
    return failure();
  files.push_back(std::move(file));
  return success();
}

static std::string period(const Machine &machine) {
  std::string text;
  llvm::raw_string_ostream(text)
      << llvm::format("%.3f", 1e9 / machine.clock.value);
  return text;
}

LogicalResult Hls::emit(ModuleOp kern, const Machine &machine, EmitKind,
                        StringRef stem, OutputFiles &files) const {
  auto info = modelInfoOf(kern);
  kern::DesignOp design = designOf(kern);
  if (failed(info) || !design)
    return failure();
  std::string base = identifierOf(info->name, "model");
  DesignNames names{base + "_design", base + "_call",
                    (stem + "_design.h").str()};
  llvm::StringMap<std::string> devices;
  devices[deviceKernel(kern)] = names.call;
  if (failed(addFile(files, stem + "_design.cpp",
                     [&](raw_ostream &os) {
                       return printDesign(design, *info, names, os);
                     })) ||
      failed(addFile(files, stem + "_host.c", [&](raw_ostream &os) {
        return printCSource(kern, devices, os);
      })))
    return failure();
  std::string header, call;
  llvm::raw_string_ostream headerOs(header), callOs(call);
  printDesignHeader(design, names, headerOs);
  printDesignCall(design, names, callOs);
  files.push_back({names.header, header});
  files.push_back({(stem + "_call.cpp").str(), call});
  for (const RuntimeFile &file : headers)
    files.push_back({file.name, file.text});
  files.push_back(
      {(stem + "_testbench.cpp").str(),
       fill(testbench, {{"{{MODEL}}", stem.str()},
                        {"{{SYMBOL}}", "tern_" + info->symbol + "_model"}})});
  files.push_back(
      {"run_hls.tcl", fill(script, {{"{{MODEL}}", stem.str()},
                                    {"{{TOP}}", names.top},
                                    {"{{PART}}", machine.fpga.part},
                                    {"{{PERIOD}}", period(machine)}})});
  return success();
}

FailureOr<Executable> Hls::executable(ModuleOp kern,
                                      const Machine &machine) const {
  Executable result;
  result.kind = Executable::Kind::Sources;
  if (failed(emit(kern, machine, EmitKind::Project, "model", result.files)))
    return failure();
  result.note = "C simulation on this CPU of the emitted files, with streams "
                "as deep as the design's";
  result.compiler = {"clang++-19",
                     "-O1",
                     "-DTERN_HLS_SIM",
                     "-ffp-contract=off",
                     "-fPIC",
                     "-shared",
                     "-Wno-unknown-pragmas",
                     "-x",
                     "c",
                     "model_host.c",
                     "-x",
                     "c++",
                     "model_design.cpp",
                     "model_call.cpp",
                     "-lm"};
  return result;
}

namespace tern::backend {
std::unique_ptr<Backend> createHLSBackend() { return std::make_unique<Hls>(); }
} // namespace tern::backend
