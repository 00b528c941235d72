//===- CModel.cpp - The ABI of a compiled model in C ----------------------===//
#include "lib/Backend/Common/CModel.h"
#include "lib/Backend/Common/Names.h"

using namespace llvm;
using namespace tern::backend;

namespace {

class ModelPrinter {
public:
  ModelPrinter(const ModelInfo &info, const StringMap<std::string> &kernels,
               raw_ostream &os)
      : info(info), kernels(kernels), os(os) {}
  void print();

private:
  void shape(const TensorInfo &tensor, const std::string &name);
  void tensors(ArrayRef<TensorInfo> list, const std::string &name);
  void tables();
  void init();
  void launcher();
  void entry(const EntryInfo &entry, const std::string &name);
  void launch(const LaunchInfo &launch, const EntryInfo &entry);
  void run();

  const ModelInfo &info;
  const StringMap<std::string> &kernels;
  raw_ostream &os;
  Names names;
  SmallVector<std::string> entryNames;
};

/// C has no empty arrays: a scalar gets one that its rank keeps unread.
void ModelPrinter::shape(const TensorInfo &tensor, const std::string &name) {
  os << "static const int64_t " << name << "[] = {";
  interleaveComma(tensor.shape, os);
  os << (tensor.shape.empty() ? "1" : "") << "};\n";
}

void ModelPrinter::tensors(ArrayRef<TensorInfo> list,
                           const std::string &name) {
  if (list.empty())
    return;
  SmallVector<std::string> shapes;
  for (const TensorInfo &tensor : list) {
    shapes.push_back(names.make("shape_of_" + tensor.name));
    shape(tensor, shapes.back());
  }
  os << "static const tern_tensor " << name << "[] = {\n";
  for (auto [tensor, shape] : zip(list, shapes))
    os << "    {" << stringOf(tensor.name) << ", " << stringOf(tensor.dtype)
       << ", " << tensor.shape.size() << ", " << tensor.alias << ", " << shape
       << ", " << tensor.bytes << "},\n";
  os << "};\n";
}

void ModelPrinter::tables() {
  std::string rows;
  raw_string_ostream table(rows);
  for (const EntryInfo &entry : info.entries) {
    entryNames.push_back(names.make("entry_" + entry.name));
    std::string inputs = names.make("inputs_of_" + entry.name);
    std::string outputs = names.make("outputs_of_" + entry.name);
    tensors(entry.inputs, inputs);
    tensors(entry.outputs, outputs);
    table << "    {" << stringOf(entry.name) << ", " << entry.inputs.size()
          << ", " << entry.outputs.size() << ", "
          << (entry.inputs.empty() ? "NULL" : inputs) << ", "
          << (entry.outputs.empty() ? "NULL" : outputs) << ", "
          << entry.workspaceBytes << "},\n";
  }
  os << "static const tern_entry entries[] = {\n" << rows << "};\n\n";
  os << "static const tern_info info = {\n    TERN_ABI_VERSION, "
     << info.entries.size() << ", " << stringOf(info.name) << ", "
     << stringOf(info.target) << ", TERN_ALIGNMENT, UINT64_C("
     << info.weightsBytes << "), UINT64_C(0x" << utohexstr(info.weightsHash)
     << "),\n    entries};\n\n";
}

void ModelPrinter::init() {
  os << "/* The context holds the address of the weights file. */\n"
        "static int32_t init(void *context, const void *weights, "
        "uint64_t bytes) {\n"
        "  if (!tern_aligned(context, TERN_ALIGNMENT) ||\n"
        "      !tern_aligned(weights, TERN_ALIGNMENT))\n"
        "    return TERN_ERROR_ARGUMENT;\n"
        "  const tern_weights_header *header = weights;\n"
        "  if (bytes < info.weights_bytes ||\n"
        "      memcmp(header->magic, \"TERNWGT1\", sizeof(header->magic)) ||\n"
        "      header->bytes != info.weights_bytes ||\n"
        "      header->hash != info.weights_hash)\n"
        "    return TERN_ERROR_WEIGHTS;\n"
        "  *(const void **)context = weights;\n"
        "  return TERN_OK;\n}\n\n";
}

void ModelPrinter::launcher() {
  os << "static void launch(const tern_threads *threads, int64_t trip, "
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
  os << (launch.buffers.empty() ? "NULL" : "") << "};\n    launch(threads, "
     << launch.trip << ", " << kernels.lookup(launch.kernel)
     << ", buffers);\n  }\n";
}

void ModelPrinter::entry(const EntryInfo &entry, const std::string &name) {
  os << "/* Entry \"" << commentOf(entry.name) << "\": " << entry.inputs.size()
     << " inputs, " << entry.outputs.size() << " outputs, "
     << entry.workspaceBytes << " bytes of workspace. */\n";
  os << "static int32_t " << name
     << "(const void *weights, const void *const *inputs,\n"
        "    void *const *outputs, char *workspace, "
        "const tern_threads *threads) {\n";
  std::string checks;
  auto check = [&](StringRef table, ArrayRef<TensorInfo> list) {
    for (auto [i, tensor] : enumerate(list))
      if (tensor.bytes)
        checks += ("  if (!tern_aligned(" + table + "[" + Twine(i) + "], " +
                   Twine(*bytesOfDtype(tensor.dtype)) +
                   "))\n    return TERN_ERROR_ARGUMENT;\n")
                      .str();
  };
  check("inputs", entry.inputs);
  check("outputs", entry.outputs);
  auto present = [&](StringRef table, size_t count) {
    if (count)
      os << "  if (!" << table << ")\n    return TERN_ERROR_ARGUMENT;\n";
    else
      os << "  (void)" << table << ";\n";
  };
  present("inputs", entry.inputs.size());
  present("outputs", entry.outputs.size());
  os << checks;
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
        "                   void *workspace, const tern_threads *threads) {\n"
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
  os << "static inline bool tern_aligned(const void *pointer, "
        "uintptr_t alignment) {\n"
        "  return pointer && (uintptr_t)pointer % alignment == 0;\n}\n\n";
  tables();
  init();
  bool launches = any_of(
      info.entries, [](const EntryInfo &e) { return !e.launches.empty(); });
  if (launches)
    launcher();
  for (auto [info, name] : zip(info.entries, entryNames))
    entry(info, name);
  run();
  std::string symbol = "tern_" + info.symbol + "_model";
  os << "extern const tern_model " << symbol << ";\nconst tern_model " << symbol
     << " = {&info, init, run};\n";
}

} // namespace

void tern::backend::printModel(const ModelInfo &info,
                               const StringMap<std::string> &kernels,
                               raw_ostream &os) {
  ModelPrinter(info, kernels, os).print();
}

StringRef tern::backend::runtimeHeader() {
  static const char text[] =
#include "lib/Backend/Common/RuntimeHeader.inc"
      ;
  return text;
}
