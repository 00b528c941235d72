//===- HlsRom.cpp - The contents of on-chip constants ---------------------===//
#include "lib/Backend/HLS/HlsRom.h"
#include "dialects/Tern/Codes.h"
#include "dialects/Tern/Layout.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

static ArrayRef<char> bytesOf(ElementsAttr value) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value))
    if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
      return blob->getData();
  if (auto dense = dyn_cast<DenseElementsAttr>(value))
    return dense.getRawData();
  return {};
}

/// `bytes` bytes at `from`, little-endian.
static uint64_t readWord(const char *from, int64_t bytes) {
  uint64_t word = 0;
  memcpy(&word, from, bytes);
  return word;
}

namespace {
/// The elements of one weight, as text.
class Elements {
public:
  explicit Elements(ir::WeightOp weight)
      : weight(weight), type(cast<RankedTensorType>(weight.getType())),
        bytes(bytesOf(weight.getValue())) {}
  std::string get(int64_t i);

private:
  ir::WeightOp weight;
  RankedTensorType type;
  ArrayRef<char> bytes;
};
} // namespace

std::string Elements::get(int64_t i) {
  if (auto layout = weight.getLayoutAttr()) {
    int64_t unit = llvm::divideCeil(layout.getUnit(), 8);
    uint64_t word = readWord(bytes.data() + i * unit, unit);
    Type type = IntegerType::get(weight.getContext(), layout.getUnit());
    if (!type.isInteger(1) && !cTypeOf(type).empty())
      return literalText(IntegerAttr::get(type, APInt(layout.getUnit(), word)))
          .text;
    // ap_int takes any number; hexadecimal shows the codes.
    return "0x" + llvm::utohexstr(word, /*LowerCase=*/true) +
           (unit > 4 ? "ull" : "");
  }
  Type element = type.getElementType();
  if (auto code = dyn_cast<ir::QType>(element))
    return std::to_string(CodeReader(code, bytes).value(i));
  int64_t width = element.getIntOrFloatBitWidth() / 8;
  // A splat holds one element.
  auto dense = dyn_cast<DenseElementsAttr>(weight.getValue());
  int64_t at = dense && dense.isSplat() ? 0 : i;
  uint64_t bits = readWord(bytes.data() + at * width, width);
  if (isa<IntegerType>(element))
    return literalText(
               IntegerAttr::get(element, llvm::SignExtend64(bits, width * 8)))
        .text;
  auto real = cast<FloatType>(element);
  llvm::APFloat number(real.getFloatSemantics(), llvm::APInt(width * 8, bits));
  return literalText(FloatAttr::get(real, number)).text;
}

void backend::printRomContents(kern::RomOp rom, CWriter &w) {
  auto weight = SymbolTable::lookupNearestSymbolFrom<ir::WeightOp>(
      rom, rom.getWeightAttr());
  Elements elements(weight);
  int64_t count = cast<MemRefType>(rom.getMemory().getType()).getNumElements();
  std::string line;
  for (int64_t i = 0; i < count; ++i) {
    std::string next = elements.get(i) + (i + 1 < count ? "," : "");
    if (line.size() + next.size() > 74) {
      w.line() << "   " << line << "\n";
      line.clear();
    }
    line += " " + next;
  }
  w.line() << "   " << line << "\n";
}
