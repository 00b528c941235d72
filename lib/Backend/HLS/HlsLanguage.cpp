//===- HlsLanguage.cpp - How HLS C++ spells a stage -----------------------===//
#include "lib/Backend/HLS/HlsLanguage.h"
#include "dialects/Kern/Kern.h"
#include "lib/Backend/Common/CHints.h"
#include "lib/Backend/HLS/HlsRom.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

/// An integer that C has no type for.
static bool isOdd(Type type) {
  return isa<IntegerType>(type) && cTypeOf(type).empty();
}

static std::string exactType(Type type) {
  return "ap_int<" + std::to_string(type.getIntOrFloatBitWidth()) + ">";
}

std::string HlsLanguage::typeOf(Type type) const {
  if (auto stream = dyn_cast<kern::StreamType>(type))
    return "hls::stream<" + exactType(stream.getWord()) + ">";
  if (type.isIndex())
    return "int";
  return isOdd(type) ? exactType(type) : cTypeOf(type);
}

bool HlsLanguage::hasSpace(Attribute space) const {
  return !space || isa<kern::SpaceAttr>(space);
}

std::string backend::hlsParameter(const HlsLanguage &language, Value argument,
                                  StringRef name) {
  auto memory = dyn_cast<MemRefType>(argument.getType());
  if (!memory)
    return language.typeOf(argument.getType()) + " &" + name.str();
  return (isWritten(argument) ? "" : "const ") +
         language.typeOf(memory.getElementType()) + " *" + name.str();
}

void HlsLanguage::head(func::FuncOp stage, StringRef name,
                       ArrayRef<std::string> arguments, CWriter &,
                       raw_ostream &os) const {
  os << "static void " << name << "(";
  for (auto [i, argument] : llvm::enumerate(stage.getArguments()))
    os << (i ? ",\n" + std::string(13 + name.size(), ' ') : "")
       << hlsParameter(*this, argument, arguments[i]);
  os << ") {\n";
}

//===----------------------------------------------------------------------===//
// Expressions on odd widths
//===----------------------------------------------------------------------===//

static CText exact(Type type, const CText &value) {
  return CText(exactType(type) + "(" + value.text + ")");
}

/// Wraps: the vendor's sums and products are as wide as they need to be.
static CText arithmetic(Operation *op, StringRef symbol, ArrayRef<CText> in,
                        CBinds binds) {
  return exact(op->getResult(0).getType(),
               binaryText(in[0], symbol, in[1], binds));
}

static CText convert(Type from, Type to, bool isUnsigned, CText in) {
  if (from.isInteger(1))
    in = isUnsigned ? in : CText("-" + in.in(CBinds::Unary), CBinds::Unary);
  else if (isUnsigned && isOdd(from))
    in = CText("ap_uint<" + std::to_string(from.getIntOrFloatBitWidth()) +
               ">(" + in.text + ")");
  else if (isUnsigned)
    in = castText(cUnsignedTypeOf(from), in);
  if (isOdd(to))
    return exact(to, in);
  if (to.isInteger(1))
    return CText("(" + in.in(CBinds::Unary) + " & 1) != 0", CBinds::Equal);
  return castText(cTypeOf(to), in);
}

static CText getLane(kern::GetLaneOp op, ArrayRef<CText> in) {
  unsigned bits = op.getValue().getType().getIntOrFloatBitWidth();
  unsigned word = op.getWord().getType().getIntOrFloatBitWidth();
  CText call =
      callText("tern_get_lane<" + Twine(bits) + ", " + Twine(word) + ">", in);
  if (bits == 1)
    return CText(call.text + " != 0", CBinds::Equal);
  Type type = op.getValue().getType();
  return isOdd(type) ? call : castText(cTypeOf(type), call);
}

CText HlsLanguage::expression(Operation *op, ArrayRef<CText> in) const {
  if (auto lane = dyn_cast<kern::GetLaneOp>(op))
    return getLane(lane, in);
  bool odd = llvm::any_of(op->getOperandTypes(), isOdd) ||
             llvm::any_of(op->getResultTypes(), isOdd);
  if (!odd || op->getNumResults() != 1)
    return CText();
  Type to = op->getResult(0).getType();
  return llvm::TypeSwitch<Operation *, CText>(op)
      .Case([&](arith::AddIOp) { return arithmetic(op, "+", in, CBinds::Sum); })
      .Case([&](arith::SubIOp) { return arithmetic(op, "-", in, CBinds::Sum); })
      .Case([&](arith::MulIOp) {
        return arithmetic(op, "*", in, CBinds::Product);
      })
      .Case([&](arith::SelectOp) {
        return CText(in[0].in(CBinds::Sum) + " ? " + exact(to, in[1]).text +
                         " : " + exact(to, in[2]).text,
                     CBinds::Ternary);
      })
      .Case([&](arith::CmpIOp compare) {
        using P = arith::CmpIPredicate;
        P p = compare.getPredicate();
        StringRef symbol = p == P::sgt   ? ">"
                           : p == P::slt ? "<"
                           : p == P::sge ? ">="
                           : p == P::sle ? "<="
                           : p == P::eq  ? "=="
                           : p == P::ne  ? "!="
                                         : "";
        return symbol.empty()
                   ? CText()
                   : binaryText(in[0], symbol, in[1], CBinds::Relation);
      })
      .Case<arith::ExtSIOp, arith::TruncIOp>([&](auto) {
        return convert(op->getOperand(0).getType(), to, false, in[0]);
      })
      .Case([&](arith::ExtUIOp) {
        return convert(op->getOperand(0).getType(), to, true, in[0]);
      })
      .Default([](Operation *) { return CText(); });
}

//===----------------------------------------------------------------------===//
// Memories, streams, pragmas
//===----------------------------------------------------------------------===//

/// How an array becomes memory, below its declaration.
static void printPragmas(CWriter &w, StringRef name, MemRefType type,
                         int64_t banks, bool isRom) {
  auto space = cast<kern::SpaceAttr>(type.getMemorySpace()).getValue();
  bool complete = banks == type.getNumElements();
  std::string spread = complete ? std::string("complete")
                                : "cyclic factor=" + std::to_string(banks);
  if (space == kern::Space::Register) {
    w.line() << "#pragma HLS ARRAY_PARTITION variable=" << name
             << " dim=1 type=complete\n";
    return;
  }
  // Neighbours in one word of the memory.
  if (banks > 1)
    w.line() << "#pragma HLS " << (isRom ? "ARRAY_RESHAPE" : "ARRAY_PARTITION")
             << " variable=" << name << " dim=1 type=" << spread << "\n";
  w.line() << "#pragma HLS BIND_STORAGE variable=" << name
           << " type=" << (isRom ? "rom_1p" : "ram_2p")
           << " impl=" << kern::stringifySpace(space) << "\n";
}

static void printMemory(const HlsLanguage &language, kern::MemoryOp op,
                        CWriter &w) {
  auto type = cast<MemRefType>(op.getMemory().getType());
  std::string name = w.name(op.getMemory());
  bool isRegister = cast<kern::SpaceAttr>(type.getMemorySpace()).getValue() ==
                    kern::Space::Register;
  w.line() << language.typeOf(type.getElementType()) << " " << name << "["
           << type.getNumElements() << "]" << (isRegister ? " = {}" : "")
           << ";\n";
  printPragmas(w, name, type, op.getBanks(), false);
}

static void printRom(const HlsLanguage &language, kern::RomOp op, CWriter &w) {
  auto type = cast<MemRefType>(op.getMemory().getType());
  std::string name = w.name(op.getMemory());
  w.line() << "static const " << language.typeOf(type.getElementType()) << " "
           << name << "[" << type.getNumElements() << "] = {\n";
  printRomContents(op, w);
  w.line() << "};\n";
  printPragmas(w, name, type, op.getBanks(), true);
}

bool HlsLanguage::statement(Operation *op, CWriter &w) const {
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([&](kern::MemoryOp memory) {
        printMemory(*this, memory, w);
        return true;
      })
      .Case([&](kern::RomOp rom) {
        printRom(*this, rom, w);
        return true;
      })
      .Case([&](kern::StreamReadOp read) {
        std::string from = w.text(read.getStream()).text;
        std::string word = w.name(read.getWord());
        w.line() << "const " << typeOf(read.getWord().getType()) << " " << word
                 << " = " << from << ".read();\n";
        return true;
      })
      .Case([&](kern::StreamWriteOp write) {
        w.line() << w.text(write.getStream()).text << ".write("
                 << w.text(write.getWord()).text << ");\n";
        return true;
      })
      .Case([&](kern::PutLaneOp put) {
        unsigned word = cast<MemRefType>(put.getMemory().getType())
                            .getElementTypeBitWidth();
        std::string to = element(put.getMemory(), w.text(put.getMemory()).text,
                                 w.text(put.getIndex()).text);
        w.line() << to << " = tern_put_lane<"
                 << put.getValue().getType().getIntOrFloatBitWidth() << ", "
                 << word << ">(" << to << ", " << w.text(put.getLane()).text
                 << ", " << w.text(put.getValue()).text << ");\n";
        return true;
      })
      .Case([&](kern::PipelineOp pipeline) {
        w.line() << "#pragma HLS PIPELINE II=" << pipeline.getIi() << "\n";
        return true;
      })
      .Case([&](kern::UnrollOp) {
        w.line() << "#pragma HLS UNROLL\n";
        return true;
      })
      .Default([](Operation *) { return false; });
}
