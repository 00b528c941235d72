//===- CLeaves.cpp - The leaf functions that printed code calls -----------===//
#include "lib/Backend/Common/CLeaves.h"
#include "dialects/Kern/Kern.h"
#include "lib/Backend/Common/COps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

/// The identifiers tern_... of `text`, in order.
static void forEachLeaf(StringRef text, function_ref<void(StringRef)> visit) {
  for (size_t at = text.find("tern_"); at != StringRef::npos;
       at = text.find("tern_", at)) {
    StringRef name = text.substr(at).take_while(
        [](char c) { return llvm::isAlnum(c) || c == '_'; });
    if (at == 0 || !(llvm::isAlnum(text[at - 1]) || text[at - 1] == '_'))
      visit(name);
    at += name.size();
  }
}

static const char commonLeaves[] =
#include "lib/Backend/Common/Leaves.inc"
    ;

CLeaves::CLeaves(StringRef own) {
  addLibrary(commonLeaves);
  addLibrary(own);
}

void CLeaves::addLibrary(StringRef text) {
  SmallVector<StringRef> paragraphs;
  text.split(paragraphs, "\n\n", -1, false);
  for (StringRef paragraph : paragraphs) {
    StringRef code = paragraph.trim();
    if (code.starts_with("/*"))
      code = code.substr(code.find("*/") + 2).ltrim();
    std::string name;
    if (code.starts_with("TERN_LEAF"))
      name = code.take_until([](char c) { return c == '('; })
                 .rsplit(' ')
                 .second.str();
    else if (code.starts_with("typedef"))
      name = code.rtrim("; \n").rsplit(' ').second.str();
    if (!name.empty())
      library.push_back({name, paragraph.trim().str() + "\n"});
  }
}

std::string CLeaves::find(StringRef name) const {
  auto exact = [&](StringRef wanted) {
    for (const Paragraph &paragraph : library)
      if (paragraph.name == wanted)
        return paragraph.text;
    return std::string();
  };
  std::string found = exact(name);
  auto [stem, width] = name.rsplit("_i");
  if (!found.empty() || (width != "8" && width != "16" && width != "64"))
    return found;
  found = exact((stem + "_i32").str());
  std::string result;
  for (StringRef rest = found; !rest.empty();) {
    auto [before, after] = rest.split("32");
    result += before;
    if (before.size() != rest.size())
      result += width;
    rest = after;
  }
  return result;
}

void CLeaves::need(StringRef code, llvm::StringSet<> &needed) const {
  forEachLeaf(code, [&](StringRef name) {
    if (!needed.insert(name).second)
      return;
    need(find(name), needed);
    auto loop = loops.find(name);
    if (loop != loops.end())
      need(loop->second, needed);
    auto type = types.find(name);
    if (type != types.end())
      need(type->second, needed);
  });
}

void CLeaves::print(StringRef code, raw_ostream &os) const {
  llvm::StringSet<> needed;
  need(code, needed);
  // In the library's order, which defines before it uses; every width of a
  // leaf stands where that of i32 does.
  for (const Paragraph &paragraph : library) {
    StringRef stem(paragraph.name);
    bool isFamily = stem.consume_back("_i32");
    for (StringRef width : {"8", "16", "32", "64"}) {
      std::string name =
          isFamily ? (stem + "_i" + width).str() : paragraph.name;
      if ((isFamily || width == "32") && needed.contains(name))
        os << find(name) << "\n";
    }
  }
  for (const auto &[name, text] : types)
    if (needed.contains(name) && !provided.contains(name))
      os << text << "\n";
  for (const auto &[name, text] : loops)
    if (needed.contains(name))
      os << text << "\n";
}

std::string CLeaves::typeName(VectorType type) {
  std::string name = cTypeOf(type);
  StringRef key = strings.insert(name).first->first();
  std::string &text = types[key];
  if (text.empty())
    text = "typedef struct {\n  " + cTypeOf(type.getElementType()) + " lane[" +
           std::to_string(type.getNumElements()) + "];\n} " + name + ";\n";
  return name;
}

void CLeaves::addLoop(StringRef name, VectorType result, StringRef parameters,
                      StringRef statement) {
  StringRef key = strings.insert(name).first->first();
  std::string &text = loops[key];
  if (!text.empty())
    return;
  std::string type = typeName(result);
  llvm::raw_string_ostream(text)
      << "TERN_LEAF " << type << " " << name << "(" << parameters << ") {\n  "
      << type << " result;\n  for (int i = 0; i < " << result.getNumElements()
      << "; ++i)\n    " << statement << "\n  return result;\n}\n";
}

/// "tern_" and the operation's name without its dialect.
static std::string leafName(Operation *op) {
  return "tern_" + op->getName().stripDialect().str();
}

CText CLeaves::lanewise(Operation *op, ArrayRef<CText> operands) {
  auto result = dyn_cast<VectorType>(op->getResult(0).getType());
  if (!result || cTypeOf(result).empty())
    return CText();
  std::string parameters, name = leafName(op);
  SmallVector<CText> lanes;
  for (auto [i, type] : llvm::enumerate(op->getOperandTypes())) {
    std::string parameter(1, static_cast<char>('a' + i));
    auto vector = dyn_cast<VectorType>(type);
    if (cTypeOf(type).empty() ||
        (vector && vector.getNumElements() != result.getNumElements()))
      return CText();
    parameters += (i ? ", " : "") +
                  (vector ? typeName(vector) : cTypeOf(type)) + " " + parameter;
    lanes.push_back(CText(vector ? parameter + ".lane[i]" : parameter));
  }
  CText lane = elementText(op, lanes, nullptr);
  if (lane.text.empty())
    return CText();
  // A predicate is part of the name, and so are types that the result's does
  // not tell.
  if (auto compare = dyn_cast<arith::CmpFOp>(op))
    name += "_" + stringifyEnum(compare.getPredicate()).str();
  if (auto compare = dyn_cast<arith::CmpIOp>(op))
    name += "_" + stringifyEnum(compare.getPredicate()).str();
  Type first = op->getOperand(0).getType();
  if (first != result && !isa<arith::SelectOp>(op))
    name += "_" + cSuffixOf(first);
  if (isa<arith::SelectOp>(op) && !isa<VectorType>(first))
    return elementText(op, operands, nullptr);
  name += "_" + cSuffixOf(result);
  addLoop(name, result, parameters, "result.lane[i] = " + lane.text + ";");
  return callText(name, operands);
}

CText CLeaves::splat(VectorType type, const CText &lane) {
  std::string name = "tern_splat_" + cSuffixOf(type);
  addLoop(name, type, cTypeOf(type.getElementType()) + " a",
          "result.lane[i] = a;");
  return callText(name, lane);
}

CText CLeaves::load(VectorType type, const CText &address) {
  std::string name = "tern_load_" + cSuffixOf(type);
  addLoop(name, type, "const " + cTypeOf(type.getElementType()) + " *from",
          "result.lane[i] = from[i];");
  return callText(name, address);
}

std::string CLeaves::store(VectorType type) {
  std::string name = "tern_store_" + cSuffixOf(type);
  StringRef key = strings.insert(name).first->first();
  std::string vector = typeName(type);
  loops[key] = "TERN_LEAF void " + name + "(" + cTypeOf(type.getElementType()) +
               " *to, " + vector + " a) {\n  for (int i = 0; i < " +
               std::to_string(type.getNumElements()) +
               "; ++i)\n    to[i] = a.lane[i];\n}\n";
  return name;
}

/// One field of packed bytes, per lane.
CText CLeaves::unpack(Operation *op, ArrayRef<CText> operands) {
  auto unpack = cast<kern::UnpackOp>(op);
  auto type = cast<VectorType>(unpack.getType());
  bool inPlace = unpack.getInPlace();
  std::string name = "tern_unpack" + std::to_string(unpack.getBits()) +
                     (inPlace ? "_in_place_" : "_") + cSuffixOf(type);
  std::string shift = "(field * " + std::to_string(unpack.getBits()) + ")";
  std::string mask = std::to_string((1 << unpack.getBits()) - 1);
  addLoop(name, type, typeName(type) + " a, int field",
          inPlace ? "result.lane[i] = (int8_t)((uint8_t)a.lane[i] & (" + mask +
                        " << " + shift + "));"
                  : "result.lane[i] = (int8_t)(((uint8_t)a.lane[i] >> " +
                        shift + ") & " + mask + ");");
  return callText(name, {operands[0], CText(Twine(unpack.getField()))});
}

/// Sums of products of bytes: below 2^31 for any depth that fits a vector.
/// Input q of sum i is that of its place in the lane.
CText CLeaves::dot(Operation *op, ArrayRef<CText> operands) {
  auto dot = cast<kern::DotOp>(op);
  auto type = cast<VectorType>(dot.getType());
  auto weights = cast<VectorType>(dot.getW().getType());
  auto inputs = cast<VectorType>(dot.getA().getType());
  std::string depth = std::to_string(dot.getDepth());
  std::string partials = std::to_string(dot.getPartials());
  bool signedW = dot.getSignedWeights(), signedA = !dot.getUnsignedInput();
  bool isOwn = dot.hasOwnInputs();
  std::string count =
      isOwn ? "s" + depth : std::to_string(inputs.getNumElements());
  std::string name = "tern_dot" + count + (signedW ? "_i8" : "_u8") +
                     (signedA ? "i8_" : "u8_") + cSuffixOf(type);
  std::string w = signedW ? "" : "(uint8_t)", a = signedA ? "" : "(uint8_t)";
  // The leaf wraps as kernels' sums do.
  std::string statement =
      "{\n      int32_t sum = 0;\n"
      "      for (int q = 0; q < " +
      depth + "; ++q)\n        sum += " + w + "w.lane[i * " + depth +
      " + q] * " + a + "a.lane[" +
      (isOwn                    ? "i * " + depth + " + q"
       : dot.getPartials() == 1 ? "q"
                                : "i % " + partials + " * " + depth + " + q") +
      "];\n      result.lane[i] = tern_addi_" +
      cSuffixOf(type.getElementType()) + "(acc.lane[i], " +
      (dot.isNarrow() ? "(int16_t)" : "") + "sum);\n    }";
  addLoop(name, type,
          typeName(type) + " acc, " + typeName(weights) + " w, " +
              typeName(inputs) + " a",
          statement);
  return callText(name, operands);
}

/// Bits are added in pairs, then in fours, then all eight.
CText CLeaves::hamming(Operation *op, ArrayRef<CText> operands) {
  auto hamming = cast<kern::HammingOp>(op);
  auto type = dyn_cast<VectorType>(hamming.getType());
  if (!type)
    return CText();
  std::string depth = std::to_string(hamming.getDepth());
  std::string name = "tern_hamming" + depth + "_" + cSuffixOf(type);
  addLoop(name, type,
          typeName(type) + " acc, " +
              typeName(cast<VectorType>(hamming.getW().getType())) + " w, " +
              typeName(cast<VectorType>(hamming.getA().getType())) + " a",
          "{\n      int32_t count = 0;\n"
          "      for (int q = 0; q < " +
              depth +
              "; ++q) {\n"
              "        uint32_t x = (uint8_t)(w.lane[i * " +
              depth +
              " + q] ^ a.lane[q]);\n"
              "        x -= (x >> 1) & 0x55;\n"
              "        x = (x & 0x33) + ((x >> 2) & 0x33);\n"
              "        count += (int32_t)((x + (x >> 4)) & 15);\n"
              "      }\n"
              "      result.lane[i] = tern_addi_i32(acc.lane[i], count);\n"
              "    }");
  return callText(name, operands);
}

CText CLeaves::lookup(Operation *op, ArrayRef<CText> operands) {
  auto lookup = cast<kern::LookupOp>(op);
  auto type = cast<VectorType>(lookup.getType());
  auto table = cast<VectorType>(lookup.getTable().getType());
  int64_t size = std::min<int64_t>(16, table.getNumElements());
  std::string name = "tern_lookup_" + cSuffixOf(type);
  if (table != type)
    name += "_of_" + cSuffixOf(table);
  addLoop(name, type, typeName(table) + " table, " + typeName(type) + " at",
          "result.lane[i] = table.lane[at.lane[i] & " +
              std::to_string(size - 1) + "];");
  return callText(name, operands);
}

CText CLeaves::fold(Operation *op, ArrayRef<CText> operands) {
  auto fold = cast<kern::FoldOp>(op);
  auto type = cast<VectorType>(fold.getType());
  auto sums = cast<VectorType>(fold.getSums().getType());
  std::string partials =
      std::to_string(sums.getNumElements() / type.getNumElements());
  std::string name = "tern_fold" + partials + "_" + cSuffixOf(type);
  std::string statement = "{\n      int32_t sum = 0;\n"
                          "      for (int p = 0; p < " +
                          partials + "; ++p)\n        sum += sums.lane[i * " +
                          partials +
                          " + p];\n      result.lane[i] = "
                          "tern_addi_i32(acc.lane[i], sum);\n    }";
  addLoop(name, type, typeName(type) + " acc, " + typeName(sums) + " sums",
          statement);
  return callText(name, operands);
}

/// A leaf for each table, numbered in the order they are met.
CText CLeaves::lut(Operation *op, ArrayRef<CText> operands) {
  auto lut = cast<kern::LutOp>(op);
  auto type = cast<VectorType>(lut.getType());
  std::string entries;
  for (float number : lut.getTable()) {
    llvm::raw_string_ostream os(entries);
    os << (entries.empty() ? "" : ", ") << llvm::format("%af", number);
  }
  auto [known, isNew] = tables.try_emplace(entries, tables.size());
  std::string name =
      "tern_lut" + std::to_string(known->second) + "_" + cSuffixOf(type);
  std::string statement = "{\n      static const float table[] = {" + entries +
                          "};\n      result.lane[i] = "
                          "table[(uint8_t)codes.lane[i]];\n    }";
  addLoop(name, type,
          typeName(cast<VectorType>(lut.getCodes().getType())) + " codes",
          statement);
  return callText(name, operands);
}

CText CLeaves::vectorOp(Operation *op, ArrayRef<CText> operands) {
  auto isUnknown = [](Type type) {
    return isa<VectorType>(type) && cTypeOf(type).empty();
  };
  if (llvm::any_of(op->getOperandTypes(), isUnknown) ||
      llvm::any_of(op->getResultTypes(), isUnknown))
    return CText();
  auto type = op->getNumResults() == 1
                  ? dyn_cast<VectorType>(op->getResult(0).getType())
                  : VectorType();
  return llvm::TypeSwitch<Operation *, CText>(op)
      .Case([&](vector::LoadOp) { return load(type, operands[0]); })
      .Case([&](vector::BroadcastOp broadcast) {
        Type source = broadcast.getSourceType();
        if (source == type)
          return operands[0];
        if (auto one = dyn_cast<VectorType>(source)) {
          if (one.getNumElements() != 1)
            return CText();
          return splat(type,
                       CText(operands[0].in(CBinds::Primary) + ".lane[0]"));
        }
        return splat(type, operands[0]);
      })
      .Case([&](vector::SplatOp) { return splat(type, operands[0]); })
      .Case([&](vector::BitCastOp cast) {
        auto from = llvm::cast<VectorType>(cast.getSourceVectorType());
        std::string name =
            "tern_bitcast_" + cSuffixOf(from) + "_" + cSuffixOf(type);
        StringRef key = strings.insert(name).first->first();
        loops[key] = "TERN_LEAF " + typeName(type) + " " + name + "(" +
                     typeName(from) + " a) {\n  union {\n    " +
                     typeName(from) + " from;\n    " + typeName(type) +
                     " to;\n  } both = {a};\n  return both.to;\n}\n";
        return callText(name, operands);
      })
      .Case([&](kern::UnpackOp) { return unpack(op, operands); })
      .Case([&](kern::DotOp) { return dot(op, operands); })
      .Case([&](kern::HammingOp) { return hamming(op, operands); })
      .Case([&](kern::FoldOp) { return fold(op, operands); })
      .Case([&](kern::LutOp) { return lut(op, operands); })
      .Case([&](kern::LookupOp) { return lookup(op, operands); })
      .Default([](Operation *) { return CText(); });
}
