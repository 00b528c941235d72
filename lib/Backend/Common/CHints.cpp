//===- CHints.cpp - What to call the values of a kernel -------------------===//
#include "lib/Backend/Common/CHints.h"
#include "dialects/Kern/Kern.h"
#include "dialects/Tern/Tern.h"
#include "lib/Backend/Common/CPrinter.h"
#include "lib/Backend/Common/Weights.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

/// What an operation's result is, in a word; empty: name it after its operand.
static StringRef wordFor(StringRef op) {
  return llvm::StringSwitch<StringRef>(op)
      .Cases("addi", "addf", "sum")
      .Cases("subi", "subf", "difference")
      .Cases("muli", "mulf", "product")
      .Cases("divsi", "divui", "divf", "quotient")
      .Cases("floordivsi", "ceildivsi", "ceildivui", "quotient")
      .Cases("remsi", "remui", "remf", "rest")
      .Cases("maxsi", "maxui", "maximumf", "maxnumf", "most")
      .Cases("minsi", "minui", "minimumf", "minnumf", "least")
      .Cases("cmpi", "cmpf", "holds")
      .Cases("andi", "ori", "xori", "bits")
      .Cases("shli", "shrsi", "shrui", "shifted")
      .Case("select", "chosen")
      .Case("negf", "negated")
      .Cases("roundeven", "round", "rounded")
      .Case("fma", "sum")
      .Cases("dot", "mma", "sums")
      .Case("dp4a", "sum")
      .Case("ldmatrix", "fragment")
      .Case("load_words", "words")
      .Case("shuffle_xor", "other")
      .Case("unpack", "codes")
      .Cases("broadcast", "splat", "all")
      .Case("extract", "lane")
      .Default("");
}

/// What a thread's place in a parallel level is called.
static StringRef wordForLevel(scf::ForallOp op) {
  if (!op.getMapping() || op.getMapping()->empty())
    return "point";
  return llvm::TypeSwitch<Attribute, StringRef>((*op.getMapping())[0])
      .Case([](kern::BlockAttr) { return "block"; })
      .Case([](kern::WarpAttr) { return "warp"; })
      .Case([](kern::LaneAttr) { return "lane"; })
      .Case([](kern::ThreadAttr) { return "thread"; })
      .Default([](Attribute) { return "point"; });
}

static std::string hintOfArgument(BlockArgument argument, unsigned depth) {
  if (auto level = dyn_cast<scf::ForallOp>(argument.getOwner()->getParentOp()))
    return wordForLevel(level).str();
  auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
  if (loop && argument == loop.getInductionVar())
    return depth < 8 ? std::string(1, "ijkmnpqr"[depth]) : "at";
  if (!loop)
    return "value";
  // A reduction is called after what it does, however many loops down.
  OpOperand *yielded = loop.getTiedLoopYieldedValue(argument);
  Value next = yielded ? yielded->get() : Value();
  if (auto inner = next ? next.getDefiningOp<scf::ForOp>() : scf::ForOp())
    return hintOfArgument(
        inner.getRegionIterArg(cast<OpResult>(next).getResultNumber()), depth);
  StringRef word;
  if (next && next.getDefiningOp())
    word = wordFor(next.getDefiningOp()->getName().stripDialect());
  return word.empty() || word == "chosen" ? "state" : word.str();
}

/// The name that the location gives, through fusions.
static std::string nameOf(Location loc) {
  if (auto name = dyn_cast<NameLoc>(loc))
    return name.getName().str();
  return "";
}

std::string backend::hintOf(Value value, unsigned depth, const CTexts &texts) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    std::string given = nameOf(argument.getLoc());
    return given.empty() ? hintOfArgument(argument, depth) : given;
  }
  Operation *op = value.getDefiningOp();
  std::string given = nameOf(op->getLoc());
  if (!given.empty())
    return given;
  if (isa<memref::AllocaOp>(op))
    return "scratch";
  if (isa<memref::LoadOp, vector::LoadOp>(op)) {
    auto buffer = texts.find(op->getOperand(0));
    return (buffer == texts.end() ? "buffer" : buffer->second.text) + "_value";
  }
  StringRef kind = op->getName().stripDialect();
  StringRef word = wordFor(kind);
  if (value.getType().isIndex())
    return "at";
  if (!word.empty())
    return word.str();
  // exp_value, tanh_value; conversions keep the name of what they convert.
  if (op->getName().getDialectNamespace() == "math")
    return (kind + "_value").str();
  if (op->getNumOperands() == 1) {
    auto source = texts.find(op->getOperand(0));
    if (source != texts.end() && llvm::all_of(source->second.text, [](char c) {
          return llvm::isAlnum(c) || c == '_';
        }))
      return source->second.text;
  }
  return "value";
}

static bool writes(Operation *op) {
  return isa<memref::StoreOp, vector::StoreOp>(op);
}

bool backend::isWritten(Value memref) {
  return llvm::any_of(memref.getUsers(), writes);
}

StringRef backend::describeAccess(Value memref) {
  bool read = llvm::any_of(memref.getUsers(),
                           [](Operation *user) { return !writes(user); });
  bool written = isWritten(memref);
  return read && written ? "read and written"
         : read          ? "read"
         : written       ? "written"
                         : "unused";
}

bool backend::mentions(StringRef text, StringRef name) {
  auto isWord = [](char c) { return llvm::isAlnum(c) || c == '_'; };
  for (size_t at = text.find(name); at != StringRef::npos;
       at = text.find(name, at + 1)) {
    size_t end = at + name.size();
    if ((at == 0 || !isWord(text[at - 1])) &&
        (end == text.size() || !isWord(text[end])))
      return true;
  }
  return false;
}

/// What the model calls the buffer of one launch; empty for the workspace.
static std::string nameOfBuffer(const BufferInfo &buffer,
                                const EntryInfo &entry, ModuleOp module) {
  size_t inputs = entry.inputs.size();
  if (buffer.argument >= 2 + inputs)
    return entry.outputs[buffer.argument - 2 - inputs].name;
  if (buffer.argument >= 2)
    return entry.inputs[buffer.argument - 2].name;
  if (buffer.argument == 1)
    return "";
  for (auto weight : module.getOps<ir::WeightOp>()) {
    uint64_t begin = weight.getOffset().value_or(0);
    if (begin && buffer.offset >= begin &&
        buffer.offset < begin + storageBytes(weight))
      return weight.getSymName().str();
  }
  return "constants";
}

SmallVector<std::string> backend::bufferHints(func::FuncOp kernel,
                                              const ModelInfo &info) {
  auto module = kernel->getParentOfType<ModuleOp>();
  SmallVector<std::string> hints;
  for (unsigned i = 2; i < kernel.getNumArguments(); ++i) {
    std::string hint;
    bool first = true, agree = true;
    for (const EntryInfo &entry : info.entries)
      for (const LaunchInfo &launch : entry.launches) {
        if (launch.kernel != kernel.getName())
          continue;
        std::string name = nameOfBuffer(launch.buffers[i - 2], entry, module);
        agree &= first || name == hint;
        hint = name;
        first = false;
      }
    if (!agree || hint.empty())
      hint = isWritten(kernel.getArgument(i)) ? "out" : "in";
    hints.push_back(hint);
  }
  return hints;
}
