//===- CHeader.cpp - The public header of a compiled model ----------------===//
#include "lib/Backend/Common/CModel.h"
#include "lib/Backend/Common/Names.h"

using namespace llvm;
using namespace tern::backend;

namespace {
class HeaderPrinter {
public:
  HeaderPrinter(const ModelInfo &info, raw_ostream &os)
      : info(info), os(os), prefix("TERN_" + StringRef(info.symbol).upper()) {}
  void print();

private:
  void describe(StringRef role, const TensorInfo &tensor, const Twine &index);
  void entry(const EntryInfo &entry, size_t index);
  void tensors(const Twine &stem, ArrayRef<TensorInfo> list);
  /// A macro name that no other macro here has.
  std::string macro(const Twine &name) {
    std::string upper = prefix + "_" + StringRef(name.str()).upper();
    std::string unique = upper;
    for (unsigned n = 1; !macros.insert(unique).second; ++n)
      unique = upper + "_" + std::to_string(n);
    return unique;
  }
  void define(const Twine &name, const Twine &value) {
    os << "#define " << macro(name) << " " << value.str() << "\n";
  }

  const ModelInfo &info;
  raw_ostream &os;
  std::string prefix;
  StringSet<> macros;
};

/// "  inputs[0]  image: uint8 [1, 28, 28], 784 bytes"
void HeaderPrinter::describe(StringRef role, const TensorInfo &tensor,
                             const Twine &index) {
  os << " *   " << role << "[" << index << "]  " << commentOf(tensor.name)
     << ": " << commentOf(tensor.dtype) << " [";
  interleaveComma(tensor.shape, os);
  os << "], " << tensor.bytes << " bytes";
  if (tensor.alias >= 0)
    os << ", the same buffer as inputs[" << tensor.alias << "]";
  os << "\n";
}

void HeaderPrinter::tensors(const Twine &stem, ArrayRef<TensorInfo> list) {
  for (auto [i, tensor] : enumerate(list)) {
    std::string name = (stem + "_" + identifierOf(tensor.name, "tensor")).str();
    uint64_t size = *bytesOfDtype(tensor.dtype);
    define(name, Twine(i));
    define(name + "_BYTES", Twine(tensor.bytes));
    define(name + "_ELEMENTS", Twine(tensor.bytes / size));
  }
}

void HeaderPrinter::entry(const EntryInfo &entry, size_t index) {
  os << "/* Entry " << index << ", \"" << commentOf(entry.name) << "\":\n";
  for (auto [i, tensor] : enumerate(entry.inputs))
    describe("inputs", tensor, Twine(i));
  for (auto [i, tensor] : enumerate(entry.outputs))
    describe("outputs", tensor, Twine(i));
  os << " */\n";
  std::string name = identifierOf(entry.name, "entry");
  define("ENTRY_" + name, Twine(index));
  define(name + "_WORKSPACE_BYTES", Twine(entry.workspaceBytes));
  tensors(name + "_IN", entry.inputs);
  tensors(name + "_OUT", entry.outputs);
  os << "\n";
}

void HeaderPrinter::print() {
  std::string symbol = "tern_" + info.symbol + "_model";
  os << "/* The model \"" << commentOf(info.name) << "\", compiled for "
     << commentOf(info.target.empty() ? "an unnamed target" : info.target)
     << ".\n *\n"
        " * Allocate context, workspace and weights aligned to TERN_ALIGNMENT "
        "bytes,\n * then:\n *\n"
        " *   "
     << symbol
     << ".init(context, weights, weights_bytes);\n"
        " *   "
     << symbol
     << ".run(context, entry, inputs, outputs, workspace, NULL);\n"
        " *\n * Both return TERN_OK (0) or what went wrong. */\n";
  os << "#ifndef " << prefix << "_H\n#define " << prefix << "_H\n\n"
     << runtimeHeader() << "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n"
     << "extern const tern_model " << symbol
     << ";\n#ifdef __cplusplus\n}\n#endif\n\n";
  macros.insert(prefix + "_H");
  uint64_t workspace = 0;
  for (const EntryInfo &each : info.entries)
    workspace = std::max(workspace, each.workspaceBytes);
  define("CONTEXT_BYTES", "TERN_ALIGNMENT");
  define("WEIGHTS_BYTES", Twine(info.weightsBytes));
  os << "/* Enough for every entry. */\n";
  define("WORKSPACE_BYTES", Twine(workspace));
  os << "\n";
  for (auto [i, each] : enumerate(info.entries))
    entry(each, i);
  os << "#endif /* " << prefix << "_H */\n";
}
} // namespace

void tern::backend::printHeader(const ModelInfo &info, raw_ostream &os) {
  HeaderPrinter(info, os).print();
}
