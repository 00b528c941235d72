//===- HlsDesign.cpp - A design as HLS C++ --------------------------------===//
#include "lib/Backend/HLS/HlsDesign.h"
#include "lib/Backend/Common/CHints.h"
#include "lib/Backend/Common/CPrinter.h"
#include "lib/Backend/Common/Names.h"
#include "lib/Backend/HLS/HlsLanguage.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

kern::DesignOp backend::designOf(ModuleOp module) {
  auto designs = llvm::to_vector(module.getOps<kern::DesignOp>());
  if (designs.size() == 1)
    return designs.front();
  module.emitError("expected one kern.design for a part, but got ")
      << designs.size();
  return {};
}

namespace {
class DesignPrinter {
public:
  DesignPrinter(kern::DesignOp design, const DesignNames &names,
                raw_ostream &os)
      : design(design), files(names), os(os) {
    used.reserve(names.top);
    used.reserve(names.call);
  }
  LogicalResult print();

private:
  LogicalResult printStages();
  void printTop();
  void printFifo(kern::FifoOp fifo);
  void printProcess(kern::ProcessOp process);

  kern::DesignOp design;
  const DesignNames &files;
  raw_ostream &os;
  HlsLanguage language;
  CLeaves leaves;
  Names used;
  llvm::StringMap<std::string> stages;
  DenseMap<Value, std::string> names;
};
} // namespace

/// Whether the function of a process writes to its argument.
static bool writesTo(func::FuncOp stage, unsigned argument) {
  Value value = stage.getArgument(argument);
  return llvm::any_of(
             value.getUsers(),
             [&](Operation *user) { return isa<kern::StreamWriteOp>(user); }) ||
         (isa<MemRefType>(value.getType()) && isWritten(value));
}

static std::string argumentName(func::FuncOp function, unsigned argument) {
  Value value = function.getArgument(argument);
  bool isStream = isa<kern::StreamType>(value.getType());
  bool writes = writesTo(function, argument);
  return isStream ? writes ? "out" : "in" : writes ? "results" : "values";
}

LogicalResult DesignPrinter::printStages() {
  for (auto stage : design.getOps<func::FuncOp>()) {
    if (stage.getName() == "top")
      continue;
    std::string name = used.make(stage.getName());
    stages[stage.getName()] = name;
    SmallVector<std::string> hints;
    for (unsigned i = 0; i < stage.getNumArguments(); ++i)
      hints.push_back(argumentName(stage, i));
    if (failed(printStage(stage, name, hints, language, leaves, os)))
      return failure();
    os << "\n";
  }
  return success();
}

/// Named after the stage that writes it.
void DesignPrinter::printFifo(kern::FifoOp fifo) {
  std::string hint = "words";
  for (OpOperand &use : fifo.getStream().getUses()) {
    auto process = cast<kern::ProcessOp>(use.getOwner());
    auto stage = design.lookupSymbol<func::FuncOp>(process.getStage());
    if (writesTo(stage, use.getOperandNumber()))
      hint = stages.lookup(process.getStage());
  }
  std::string name = used.make("from_" + hint);
  names[fifo.getStream()] = name;
  os << "  hls::stream<ap_int<"
     << fifo.getStream().getType().getWord().getWidth() << ">, "
     << fifo.getDepth() << "> " << name << "(\"" << name << "\");\n";
}

void DesignPrinter::printProcess(kern::ProcessOp process) {
  std::string name = stages.lookup(process.getStage());
  os << "  TERN_PROCESS(\"" << name << "\", " << name << "(";
  llvm::interleaveComma(process.getOperands(), os,
                        [&](Value operand) { os << names.lookup(operand); });
  os << "));\n";
}

/// What processes do with a port's memory.
static bool isResult(func::FuncOp top, unsigned argument) {
  auto design = top->getParentOfType<kern::DesignOp>();
  for (OpOperand &use : top.getArgument(argument).getUses()) {
    auto process = cast<kern::ProcessOp>(use.getOwner());
    if (writesTo(design.lookupSymbol<func::FuncOp>(process.getStage()),
                 use.getOperandNumber()))
      return true;
  }
  return false;
}

/// "void top(const int8_t *input_0, ...)"
static void printSignature(kern::DesignOp design, const DesignNames &names,
                           raw_ostream &os) {
  HlsLanguage language;
  auto top = design.lookupSymbol<func::FuncOp>("top");
  os << "void " << names.top << "(";
  for (auto [i, type] : llvm::enumerate(top.getArgumentTypes())) {
    bool result = isResult(top, i);
    os << (i ? ", " : "") << (result ? "" : "const ")
       << language.typeOf(cast<MemRefType>(type).getElementType()) << " *port_"
       << i;
  }
  os << ")";
}

void DesignPrinter::printTop() {
  auto top = design.lookupSymbol<func::FuncOp>("top");
  os << "/* All stages side by side. */\n";
  printSignature(design, files, os);
  os << " {\n";
  for (auto [i, type] : llvm::enumerate(top.getArgumentTypes())) {
    std::string name = "port_" + std::to_string(i);
    names[top.getArgument(i)] = name;
    os << "#pragma HLS INTERFACE mode=m_axi port=" << name << " bundle=memory_"
       << i << " depth=" << cast<MemRefType>(type).getNumElements()
       << " offset=slave\n";
  }
  os << "#pragma HLS INTERFACE mode=s_axilite port=return\n"
        "#pragma HLS DATAFLOW\n"
        "  TERN_DATAFLOW_BEGIN();\n";
  for (auto fifo : top.front().getOps<kern::FifoOp>())
    printFifo(fifo);
  for (auto process : top.front().getOps<kern::ProcessOp>())
    printProcess(process);
  os << "  TERN_DATAFLOW_END();\n}\n";
}

LogicalResult DesignPrinter::print() {
  if (failed(printStages()))
    return failure();
  printTop();
  return success();
}

LogicalResult backend::printDesign(kern::DesignOp design, const ModelInfo &info,
                                   const DesignNames &names, raw_ostream &os) {
  std::string code;
  llvm::raw_string_ostream body(code);
  if (failed(DesignPrinter(design, names, body).print()))
    return failure();
  os << "/* The part's share of the model \"" << commentOf(info.name)
     << "\" for " << commentOf(info.target) << ".\n *\n"
     << " * Vitis HLS; or, simulated, clang++ with -DTERN_HLS_SIM. Without "
        "-ffast-math. */\n"
     << "#include \"" << names.header << "\"\n#include \"tern_hls.h\"\n\n";
  CLeaves().print(code, os);
  os << code;
  return success();
}

void backend::printDesignHeader(kern::DesignOp design, const DesignNames &names,
                                raw_ostream &os) {
  os << "/* The function that is synthesised. Ports are the inputs, then the "
        "results. */\n#pragma once\n#include <stdint.h>\n\n";
  printSignature(design, names, os);
  os << ";\n";
}

void backend::printDesignCall(kern::DesignOp design, const DesignNames &names,
                              raw_ostream &os) {
  HlsLanguage language;
  auto top = design.lookupSymbol<func::FuncOp>("top");
  os << "/* The host's call of the design. */\n#include \"" << names.header
     << "\"\n#include \"tern_hls.h\"\n\n"
     << "extern \"C\" int32_t " << names.call << "(void *const *buffers) {\n  "
     << names.top << "(";
  for (auto [i, type] : llvm::enumerate(top.getArgumentTypes()))
    os << (i ? ",\n      " : "") << "(" << (isResult(top, i) ? "" : "const ")
       << language.typeOf(cast<MemRefType>(type).getElementType())
       << " *)buffers[" << i << "]";
  os << ");\n  return TERN_DATAFLOW_STATUS();\n}\n";
}
