//===- CModel.cpp - The ABI of a compiled model in C ----------------------===//
#include "lib/Backend/Common/CModel.h"
#include "lib/Backend/Common/Names.h"

using namespace llvm;
using namespace tern::backend;

namespace {

class ModelPrinter {
public:
  ModelPrinter(const ModelInfo &info, const StringMap<std::string> &kernels,
               const StringSet<> &devices, raw_ostream &os)
      : info(info), kernels(kernels), devices(devices), os(os) {}
  void print();

private:
  void init();
  void launcher();
  void entry(const EntryInfo &entry, const std::string &name);
  void launch(const LaunchInfo &launch, const EntryInfo &entry);
  void run();

  const ModelInfo &info;
  const StringMap<std::string> &kernels;
  const StringSet<> &devices;
  raw_ostream &os;
  Names names;
  SmallVector<std::string> entryNames;
};

void ModelPrinter::init() {
  os << "/* The context holds the address of the weights file. */\n"
        "static int32_t init(void *context, const void *weights, "
        "uint64_t bytes) {\n";
  printWeightsCheck(os);
  os << "  *(const void **)context = weights;\n"
        "  return TERN_OK;\n}\n\n";
}

void ModelPrinter::launcher() {
  os << "static void launch(const tern_execution *threads, int64_t trip, "
        "tern_kernel kernel,\n"
        "                   void *const *buffers) {\n"
        "  if (!threads)\n"
        "    kernel(0, trip, buffers);\n"
        "  else\n"
        "    threads->parallel_for(threads->user, trip, kernel, buffers);\n"
        "}\n\n";
}

void ModelPrinter::launch(const LaunchInfo &launch, const EntryInfo &entry) {
  os << "  {\n    void *const buffers[] = {";
  for (auto [i, buffer] : enumerate(launch.buffers)) {
    os << (i ? ",\n" + std::string(29, ' ') : "") << "(char *)";
    size_t inputs = entry.inputs.size();
    if (buffer.argument == 0)
      os << "weights";
    else if (buffer.argument == 1)
      os << "workspace";
    else if (buffer.argument < 2 + inputs)
      os << "inputs[" << buffer.argument - 2 << "]";
    else
      os << "outputs[" << buffer.argument - 2 - inputs << "]";
    os << " + " << buffer.offset;
  }
  os << (launch.buffers.empty() ? "NULL" : "") << "};\n";
  if (devices.contains(launch.kernel)) {
    os << "    int32_t status = " << kernels.lookup(launch.kernel)
       << "(buffers);\n    if (status != TERN_OK)\n      return status;\n"
          "  }\n";
    return;
  }
  os << "    launch(threads, " << launch.trip << ", "
     << kernels.lookup(launch.kernel) << ", buffers);\n  }\n";
}

void ModelPrinter::entry(const EntryInfo &entry, const std::string &name) {
  os << "/* Entry \"" << commentOf(entry.name) << "\": " << entry.inputs.size()
     << " inputs, " << entry.outputs.size() << " outputs, "
     << entry.workspaceBytes << " bytes of workspace. */\n";
  os << "static int32_t " << name
     << "(const void *weights, const void *const *inputs,\n"
        "    void *const *outputs, char *workspace, "
        "const tern_execution *threads) {\n";
  printArgumentChecks(entry, os);
  if (entry.workspaceBytes)
    os << "  if (!tern_aligned(workspace, TERN_ALIGNMENT))\n"
          "    return TERN_ERROR_ARGUMENT;\n";
  os << "  (void)weights, (void)workspace, (void)threads;\n";
  for (const LaunchInfo &each : entry.launches)
    launch(each, entry);
  os << "  return TERN_OK;\n}\n\n";
}

void ModelPrinter::run() {
  os << "static int32_t run(const void *context, uint32_t entry,\n"
        "                   const void *const *inputs, void *const *outputs,\n"
        "                   void *workspace, const tern_execution *threads) {\n"
        "  if (!tern_aligned(context, TERN_ALIGNMENT))\n"
        "    return TERN_ERROR_ARGUMENT;\n"
        "  const void *weights = *(const void *const *)context;\n"
        "  switch (entry) {\n";
  for (auto [i, name] : enumerate(entryNames))
    os << "  case " << i << ":\n    return " << name
       << "(weights, inputs, outputs, workspace, threads);\n";
  os << "  default:\n    return TERN_ERROR_ENTRY;\n  }\n}\n\n";
}

void ModelPrinter::print() {
  for (StringRef name : {"init", "run", "launch", "info", "entries"})
    names.reserve(name);
  for (const auto &kernel : kernels)
    names.reserve(kernel.second);
  entryNames = printTables(info, /*onDevice=*/false, names, os);
  init();
  bool launches = any_of(info.entries, [&](const EntryInfo &e) {
    return any_of(e.launches, [&](const LaunchInfo &each) {
      return !devices.contains(each.kernel);
    });
  });
  if (launches)
    launcher();
  for (auto [info, name] : zip(info.entries, entryNames))
    entry(info, name);
  run();
  std::string symbol = "tern_" + info.symbol + "_model";
  os << "extern const tern_model " << symbol << ";\nconst tern_model " << symbol
     << " = {&info, init, run, NULL};\n";
}

} // namespace

void tern::backend::printModel(const ModelInfo &info,
                               const StringMap<std::string> &kernels,
                               const StringSet<> &devices, raw_ostream &os) {
  ModelPrinter(info, kernels, devices, os).print();
}
