//===- CTables.cpp - What a compiled model says of itself, in C -----------===//
#include "lib/Backend/Common/CModel.h"
#include "lib/Backend/Common/Names.h"

using namespace llvm;
using namespace tern::backend;

namespace {

class TablePrinter {
public:
  TablePrinter(const ModelInfo &info, bool onDevice, Names &names,
               raw_ostream &os)
      : info(info), onDevice(onDevice), names(names), os(os) {}
  void tables();
  SmallVector<std::string> entryNames;

private:
  void shape(const TensorInfo &tensor, const std::string &name);
  void tensors(ArrayRef<TensorInfo> list, const std::string &name);

  const ModelInfo &info;
  bool onDevice;
  Names &names;
  raw_ostream &os;
};

/// C has no empty arrays: a scalar gets one that its rank keeps unread.
void TablePrinter::shape(const TensorInfo &tensor, const std::string &name) {
  os << "static const int64_t " << name << "[] = {";
  interleaveComma(tensor.shape, os);
  os << (tensor.shape.empty() ? "1" : "") << "};\n";
}

void TablePrinter::tensors(ArrayRef<TensorInfo> list, const std::string &name) {
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

void TablePrinter::tables() {
  os << "static inline bool tern_aligned(const void *pointer, "
        "uintptr_t alignment) {\n"
        "  return pointer && (uintptr_t)pointer % alignment == 0;\n}\n\n";
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
     << "),\n    entries, "
     << (onDevice ? "TERN_MEMORY_DEVICE" : "TERN_MEMORY_HOST") << "};\n\n";
}

} // namespace

SmallVector<std::string> tern::backend::printTables(const ModelInfo &info,
                                                    bool onDevice, Names &names,
                                                    raw_ostream &os) {
  TablePrinter printer(info, onDevice, names, os);
  printer.tables();
  return printer.entryNames;
}

void tern::backend::printWeightsCheck(raw_ostream &os) {
  os << "  if (!tern_aligned(context, TERN_ALIGNMENT) ||\n"
        "      !tern_aligned(weights, TERN_ALIGNMENT))\n"
        "    return TERN_ERROR_ARGUMENT;\n"
        "  const tern_weights_header *header = "
        "(const tern_weights_header *)weights;\n"
        "  if (bytes < info.weights_bytes ||\n"
        "      memcmp(header->magic, \"TERNWGT1\", sizeof(header->magic)) ||\n"
        "      header->bytes != info.weights_bytes ||\n"
        "      header->hash != info.weights_hash)\n"
        "    return TERN_ERROR_WEIGHTS;\n";
}

void tern::backend::printArgumentChecks(const EntryInfo &entry,
                                        raw_ostream &os) {
  auto present = [&](StringRef table, size_t count) {
    if (count)
      os << "  if (!" << table << ")\n    return TERN_ERROR_ARGUMENT;\n";
    else
      os << "  (void)" << table << ";\n";
  };
  auto aligned = [&](StringRef table, ArrayRef<TensorInfo> list) {
    for (auto [i, tensor] : enumerate(list))
      if (tensor.bytes)
        os << "  if (!tern_aligned(" << table << "[" << i << "], "
           << *bytesOfDtype(tensor.dtype)
           << "))\n    return TERN_ERROR_ARGUMENT;\n";
  };
  present("inputs", entry.inputs.size());
  present("outputs", entry.outputs.size());
  aligned("inputs", entry.inputs);
  aligned("outputs", entry.outputs);
}

StringRef tern::backend::runtimeHeader() {
  static const char text[] =
#include "lib/Backend/Common/RuntimeHeader.inc"
      ;
  return text;
}
