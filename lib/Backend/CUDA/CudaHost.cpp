//===- CudaHost.cpp - The ABI of a compiled model around CUDA kernels -----===//
//
// An entry is a straight line: copies of the inputs, launches, copies of the
// outputs, all on one stream. Inputs and outputs have a place behind the plan's
// own workspace, so that callers' may be on either side.
//
//===----------------------------------------------------------------------===//
#include "lib/Backend/CUDA/CudaHost.h"
#include "lib/Backend/CUDA/CudaLanguage.h"
#include "lib/Backend/Common/CModel.h"
#include "lib/Backend/Common/Names.h"
#include "tern/runtime.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

namespace {

class HostPrinter {
public:
  HostPrinter(const ModelInfo &info, ModuleOp module,
              const llvm::StringMap<std::string> &kernels, raw_ostream &os)
      : info(info), module(module), kernels(kernels), os(os) {}
  void print();

private:
  uint64_t place(EntryInfo &entry);
  void init();
  void entry(const EntryInfo &entry, StringRef name);
  void copies(ArrayRef<TensorInfo> list, StringRef table, size_t first,
              bool toDevice);
  void launch(const LaunchInfo &launch);
  void run();
  /// "status = call;", unless something has gone wrong.
  void step(const Twine &call) {
    os << "  if (status == TERN_OK)\n    status = " << call.str() << ";\n";
  }

  ModelInfo info;
  ModuleOp module;
  const llvm::StringMap<std::string> &kernels;
  raw_ostream &os;
  Names names;
  SmallVector<std::string> entryNames;
  /// Offsets in the workspace of an entry's inputs, then outputs.
  llvm::StringMap<SmallVector<uint64_t>> places;
  uint64_t workspace = 0;
};

/// Appends inputs and outputs to the plan's workspace; an output in an input's
/// place shares it.
uint64_t HostPrinter::place(EntryInfo &entry) {
  uint64_t end = llvm::alignTo(entry.workspaceBytes, TERN_ALIGNMENT);
  SmallVector<uint64_t> &offsets = places[entry.name];
  auto add = [&](const TensorInfo &tensor) {
    offsets.push_back(tensor.alias >= 0 ? offsets[tensor.alias] : end);
    if (tensor.alias < 0)
      end = llvm::alignTo(end + tensor.bytes, TERN_ALIGNMENT);
  };
  for (const TensorInfo &tensor : entry.inputs)
    add(tensor);
  for (const TensorInfo &tensor : entry.outputs)
    add(tensor);
  return end;
}

void HostPrinter::init() {
  os << "/* What the context holds: where things lie on the device. */\n"
        "typedef struct {\n  char *weights;\n  char *workspace;\n"
        "} device_memory;\n\n"
        "static void release(void *context) {\n"
        "  device_memory *device = (device_memory *)context;\n"
        "  tern_device_free(device->weights);\n"
        "  tern_device_free(device->workspace);\n"
        "  device->weights = device->workspace = NULL;\n}\n\n"
        "static int32_t init(void *context, const void *weights, "
        "uint64_t bytes) {\n";
  printWeightsCheck(os);
  os << "  device_memory *device = (device_memory *)context;\n"
        "  device->weights = device->workspace = NULL;\n"
        "  int32_t status = tern_device_alloc((void **)&device->weights, "
        "info.weights_bytes);\n";
  step("tern_device_alloc((void **)&device->workspace, " + Twine(workspace) +
       ")");
  step("tern_copy_to_device(device->weights, weights, info.weights_bytes, 0)");
  step("tern_stream_wait(0)");
  os << "  if (status != TERN_OK)\n    release(context);\n"
        "  return status;\n}\n\n";
}

void HostPrinter::copies(ArrayRef<TensorInfo> list, StringRef table,
                         size_t first, bool toDevice) {
  for (auto [i, tensor] : llvm::enumerate(list)) {
    if (!tensor.bytes)
      continue;
    std::string there = "place[" + std::to_string(first + i) + "]";
    std::string here = (table + "[" + Twine(i) + "]").str();
    step(Twine(toDevice ? "tern_copy_to_device(" + there + ", " + here
                        : "tern_copy_from_device(" + here + ", " + there) +
         ", " + Twine(tensor.bytes) + ", stream)");
  }
}

void HostPrinter::launch(const LaunchInfo &launch) {
  auto kernel = module.lookupSymbol<func::FuncOp>(launch.kernel);
  kern::GeometryAttr geometry = geometryOf(kernel);
  bool isGrid = false;
  kernel.walk<WalkOrder::PreOrder>([&](scf::ForallOp op) {
    isGrid = op.getMapping() && isa<kern::GridAttr>((*op.getMapping())[0]);
    return WalkResult::interrupt();
  });
  int64_t blocks = isGrid ? llvm::divideCeil(launch.trip, geometry.getThreads())
                          : launch.trip;
  const std::string &name = kernels.find(launch.kernel)->second;
  std::string call = ("tern_launch(" + stringOf(name) + ", " + name + ", " +
                      Twine(blocks) + ", " + Twine(geometry.getThreads()) +
                      ", " + Twine(geometry.getShared()) + ", stream")
                         .str();
  auto types = kernel.getArgumentTypes().drop_front(2);
  for (auto [buffer, type] : llvm::zip(launch.buffers, types)) {
    std::string base =
        buffer.argument == 0 ? "weights"
        : buffer.argument == 1
            ? "workspace"
            : "place[" + std::to_string(buffer.argument - 2) + "]";
    if (buffer.offset)
      base = "(" + base + " + " + std::to_string(buffer.offset) + ")";
    call += ",\n        (" + cTypeOf(cast<MemRefType>(type).getElementType()) +
            " *)" + base;
  }
  step(call + ")");
}

void HostPrinter::entry(const EntryInfo &entry, StringRef name) {
  os << "/* Entry \"" << commentOf(entry.name) << "\": " << entry.inputs.size()
     << " inputs, " << entry.outputs.size() << " outputs, "
     << entry.launches.size() << " launches. */\n"
     << "static int32_t " << name
     << "(char *weights, const void *const *inputs,\n"
        "    void *const *outputs, char *workspace, tern_stream stream) {\n";
  printArgumentChecks(entry, os);
  os << "  (void)weights, (void)workspace, (void)stream;\n";
  const SmallVector<uint64_t> &offsets = places[entry.name];
  if (!offsets.empty()) {
    os << "  /* Inputs, then outputs, on the device. */\n"
          "  char *const place[] = {";
    for (auto [i, offset] : llvm::enumerate(offsets))
      os << (i ? "," : "") << "\n      workspace + " << offset;
    os << "};\n";
  }
  os << "  int32_t status = TERN_OK;\n";
  copies(entry.inputs, "inputs", 0, /*toDevice=*/true);
  for (const LaunchInfo &each : entry.launches)
    launch(each);
  copies(entry.outputs, "outputs", entry.inputs.size(), /*toDevice=*/false);
  os << "  return status;\n}\n\n";
}

void HostPrinter::run() {
  os << "static int32_t run(const void *context, uint32_t entry,\n"
        "                   const void *const *inputs, void *const *outputs,\n"
        "                   void *workspace,\n"
        "                   const tern_execution *execution) {\n"
        "  if (!tern_aligned(context, TERN_ALIGNMENT) ||\n"
        "      (uintptr_t)workspace % TERN_ALIGNMENT)\n"
        "    return TERN_ERROR_ARGUMENT;\n"
        "  const device_memory *device = (const device_memory *)context;\n"
        "  char *own = workspace ? (char *)workspace : device->workspace;\n"
        "  tern_stream stream =\n"
        "      execution ? (tern_stream)execution->stream : (tern_stream)0;\n"
        "  int32_t status = TERN_ERROR_ENTRY;\n"
        "  switch (entry) {\n";
  for (auto [i, name] : llvm::enumerate(entryNames))
    os << "  case " << i << ":\n    status = " << name
       << "(device->weights, inputs, outputs, own, stream);\n    break;\n";
  os << "  }\n"
        "  if (status == TERN_OK && !execution)\n"
        "    status = tern_stream_wait(stream);\n"
        "  return status;\n}\n\n";
}

void HostPrinter::print() {
  for (StringRef name :
       {"init", "run", "release", "info", "entries", "device_memory"})
    names.reserve(name);
  for (const auto &kernel : kernels)
    names.reserve(kernel.second);
  for (EntryInfo &entry : info.entries) {
    entry.workspaceBytes = place(entry);
    workspace = std::max(workspace, entry.workspaceBytes);
  }
  entryNames = printTables(info, /*onDevice=*/true, names, os);
  init();
  for (auto [each, name] : llvm::zip(info.entries, entryNames))
    entry(each, name);
  run();
  std::string symbol = "tern_" + info.symbol + "_model";
  os << "extern \"C\" {\nextern const tern_model " << symbol
     << ";\n}\nconst tern_model " << symbol
     << " = {&info, init, run, release};\n";
}

} // namespace

void backend::printCudaModel(const ModelInfo &info, ModuleOp module,
                             const llvm::StringMap<std::string> &names,
                             raw_ostream &os) {
  HostPrinter(info, module, names, os).print();
}
