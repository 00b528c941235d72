//===- CText.cpp - Pieces of C expressions, C's names of types ------------===//
#include "lib/Backend/Common/CText.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Error.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

CText backend::binaryText(const CText &lhs, StringRef op, const CText &rhs,
                          CBinds binds) {
  CBinds left = binds, right = CBinds(int(binds) + 1);
  if (binds >= CBinds::Or && binds <= CBinds::Shift)
    left = right = CBinds::Unary;
  if (binds == CBinds::Relation || binds == CBinds::Equal)
    left = right = CBinds::Sum;
  return CText(lhs.in(left) + " " + op + " " + rhs.in(right), binds,
               lhs.narrow && rhs.narrow);
}

CText backend::castText(const Twine &type, const CText &operand) {
  return CText("(" + type + ")" + operand.in(CBinds::Unary), CBinds::Unary);
}

CText backend::callText(const Twine &function, ArrayRef<CText> arguments) {
  std::string text = function.str() + "(";
  for (auto [i, argument] : llvm::enumerate(arguments))
    text += (i ? ", " : "") + argument.text;
  return CText(text + ")");
}

unsigned backend::bitsOf(Type type) {
  return type.isIndex() ? 64 : type.getIntOrFloatBitWidth();
}

/// Whether kernels may hold values of this scalar type.
static bool isKnown(Type type) {
  return type.isIndex() || type.isInteger(1) || type.isInteger(8) ||
         type.isInteger(16) || type.isInteger(32) || type.isInteger(64) ||
         type.isF16() || type.isBF16() || type.isF32() || type.isF64();
}

std::string backend::cSuffixOf(Type type) {
  if (auto vector = dyn_cast<VectorType>(type))
    return cSuffixOf(vector.getElementType()) + "x" +
           std::to_string(vector.getNumElements());
  if (type.isBF16())
    return "bf16";
  return (isa<FloatType>(type) ? "f" : "i") + std::to_string(bitsOf(type));
}

std::string backend::cTypeOf(Type type) {
  if (auto vector = dyn_cast<VectorType>(type)) {
    if (vector.getRank() != 1 || vector.isScalable() ||
        !isKnown(vector.getElementType()))
      return "";
    return "tern_" + cSuffixOf(type);
  }
  if (!isKnown(type))
    return "";
  if (type.isInteger(1))
    return "bool";
  if (type.isF32())
    return "float";
  if (type.isF64())
    return "double";
  if (isa<FloatType>(type))
    return "tern_" + cSuffixOf(type);
  return "int" + std::to_string(bitsOf(type)) + "_t";
}

std::string backend::cUnsignedTypeOf(Type type) {
  return "uint" + std::to_string(bitsOf(type)) + "_t";
}

static CText integerText(int64_t value, unsigned bits) {
  if (bits == 1)
    return CText(value ? "true" : "false", CBinds::Primary, true);
  if (bits == 64 && value == INT64_MIN)
    return CText("INT64_MIN");
  if (value == INT32_MIN)
    return CText("INT32_MIN", CBinds::Primary, true);
  std::string digits = std::to_string(value);
  if (value > INT32_MAX)
    return CText("INT64_C(" + digits + ")");
  if (value < INT32_MIN)
    return CText("-INT64_C(" + digits.substr(1) + ")", CBinds::Unary);
  return CText(digits, value < 0 ? CBinds::Unary : CBinds::Primary, true);
}

static CText floatText(const llvm::APFloat &value, Type type) {
  llvm::APInt bits = value.bitcastToAPInt();
  std::string hex = "0x" + llvm::utohexstr(bits.getZExtValue(), true);
  if (!type.isF32() && !type.isF64())
    return castText(cTypeOf(type), CText(hex + "u"));
  bool isSingle = type.isF32();
  if (value.isNaN())
    return CText((isSingle ? "tern_bitcast_i32_f32((int32_t)"
                           : "tern_bitcast_i64_f64((int64_t)") +
                 hex + ")");
  if (value.isInfinity())
    return value.isNegative() ? CText("-INFINITY", CBinds::Unary)
                              : CText("INFINITY");
  StringRef suffix = isSingle ? "f" : "";
  SmallString<32> decimal;
  value.toString(decimal, 6, 6);
  // A short decimal that reads back as the same number is what a person wants.
  llvm::APFloat again(value.getSemantics());
  auto status = again.convertFromString(decimal,
                                        llvm::APFloat::rmNearestTiesToEven);
  std::string text;
  if (!llvm::errorToBool(status.takeError()) && again.bitwiseIsEqual(value)) {
    text = decimal.str().str();
    if (text.find_first_of(".E") == std::string::npos)
      text += ".0";
  } else {
    char buffer[64];
    unsigned length = value.convertToHexString(
        buffer, 0, false, llvm::APFloat::rmNearestTiesToEven);
    text.assign(buffer, length);
  }
  return CText(text + suffix,
               value.isNegative() ? CBinds::Unary : CBinds::Primary);
}

CText backend::literalText(TypedAttr value) {
  if (auto integer = dyn_cast<IntegerAttr>(value))
    return integerText(integer.getType().isInteger(1)
                           ? integer.getValue().getZExtValue()
                           : integer.getValue().getSExtValue(),
                       bitsOf(integer.getType()));
  auto number = cast<FloatAttr>(value);
  return floatText(number.getValue(), number.getType());
}
