//===- Cast.cpp - Cast, CastLike, BitCast ---------------------------------===//
#include "dialects/Onnx/Dtypes.h"
#include "dialects/Tern/Codes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Support.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using ir::CodeKind;
using ir::QType;

Type graph::onnxTypeOfData(MLIRContext *context, int64_t dataType) {
  Builder b(context);
  auto unsignedType = [&](unsigned bits) {
    return b.getIntegerType(bits, /*isSigned=*/false);
  };
  switch (dataType) {
  case 1:
    return b.getF32Type();
  case 2:
    return unsignedType(8);
  case 3:
    return b.getIntegerType(8);
  case 4:
    return unsignedType(16);
  case 5:
    return b.getIntegerType(16);
  case 6:
    return b.getI32Type();
  case 7:
    return b.getI64Type();
  case 9:
    return b.getI1Type();
  case 10:
    return b.getF16Type();
  case 11:
    return b.getF64Type();
  case 12:
    return unsignedType(32);
  case 13:
    return unsignedType(64);
  case 16:
    return b.getBF16Type();
  case 17:
    return b.getFloat8E4M3FNType();
  case 18:
    return b.getFloat8E4M3FNUZType();
  case 19:
    return b.getFloat8E5M2Type();
  case 20:
    return b.getFloat8E5M2FNUZType();
  case 21:
    return unsignedType(4);
  case 22:
    return b.getIntegerType(4);
  case 23:
    return onnx_ir::Float4E2M1Type::get(context);
  case 24:
    return onnx_ir::Float8E8M0Type::get(context);
  case 25:
    return unsignedType(2);
  case 26:
    return b.getIntegerType(2);
  default:
    return {};
  }
}

namespace {
/// One conversion of a scalar element.
struct ScalarCast {
  Type from, to;
  bool fromUnsigned, toUnsigned;
  bool saturate;
  /// How e8m0 rounds: "up", "down", "nearest".
  std::string rounding;

  Value operator()(LocBuilder &b, Value element) const;

private:
  Value toBool(LocBuilder &b, Value x) const;
  Value toFloat(LocBuilder &b, Value x, Type type) const;
  Value toInteger(LocBuilder &b, Value x, Type type) const;
  Value roundToPowerOfTwo(LocBuilder &b, Value x) const;
};
} // namespace

Value ScalarCast::toBool(LocBuilder &b, Value x) const {
  Value zero = scalarConstant(b, x.getType(), 0);
  if (isa<FloatType>(x.getType()))
    return b.create<arith::CmpFOp>(arith::CmpFPredicate::UNE, x, zero);
  return b.create<arith::CmpIOp>(arith::CmpIPredicate::ne, x, zero);
}

Value ScalarCast::toFloat(LocBuilder &b, Value x, Type type) const {
  Type have = x.getType();
  if (have == type)
    return x;
  if (isa<FloatType>(have)) {
    bool wider = type.getIntOrFloatBitWidth() > have.getIntOrFloatBitWidth();
    return wider ? Value(b.create<arith::ExtFOp>(type, x))
                 : Value(b.create<arith::TruncFOp>(type, x));
  }
  bool zeroExtend = have.isInteger(1) || fromUnsigned;
  return zeroExtend ? Value(b.create<arith::UIToFPOp>(type, x))
                    : Value(b.create<arith::SIToFPOp>(type, x));
}

Value ScalarCast::toInteger(LocBuilder &b, Value x, Type type) const {
  Type have = x.getType();
  if (isa<FloatType>(have)) {
    // Out of range is undefined in ONNX; here 32 and 64 bits saturate, and
    // narrower codes keep the low bits of that, as their encoding does.
    bool isCode = isa<QType>(to);
    return floatToInt(b, x, cast<IntegerType>(type), toUnsigned && !isCode);
  }
  unsigned haveBits = have.getIntOrFloatBitWidth();
  unsigned bits = type.getIntOrFloatBitWidth();
  if (haveBits == bits)
    return x;
  if (haveBits > bits)
    return b.create<arith::TruncIOp>(type, x);
  return haveBits == 1 || fromUnsigned
             ? Value(b.create<arith::ExtUIOp>(type, x))
             : Value(b.create<arith::ExtSIOp>(type, x));
}

/// A positive f32 that is no power of two, moved to the one below or above, so
/// that the encoding to e8m0 is exact.
Value ScalarCast::roundToPowerOfTwo(LocBuilder &b, Value x) const {
  Type i32 = b.getI32Type();
  Value bits = b.create<arith::BitcastOp>(i32, x);
  if (rounding == "up")
    bits = b.create<arith::AddIOp>(bits, scalarConstant(b, i32, 0x7fffff));
  Value exponent = b.create<arith::AndIOp>(
      bits, scalarConstant(b, i32, int64_t(0x7f800000)));
  Value power = b.create<arith::BitcastOp>(x.getType(), exponent);
  // Zero, subnormal, infinite, negative and NaN stay: encode knows them.
  Value least = scalarConstant(b, x.getType(), 0x1p-126);
  Value greatest = scalarConstant(b, x.getType(), 0x1p127);
  Value above = b.create<arith::CmpFOp>(arith::CmpFPredicate::OGE, x, least);
  Value below = b.create<arith::CmpFOp>(arith::CmpFPredicate::OLE, x, greatest);
  Value regular = b.create<arith::AndIOp>(above, below);
  return b.create<arith::SelectOp>(regular, power, x);
}

/// e2m1 has no NaN; ONNX's reference makes it the negative zero.
static Value nanToNegativeZero(LocBuilder &b, Value x) {
  Value isNan = b.create<arith::CmpFOp>(arith::CmpFPredicate::UNO, x, x);
  return b.create<arith::SelectOp>(isNan, scalarConstant(b, x.getType(), -0.0),
                                   x);
}

Value ScalarCast::operator()(LocBuilder &b, Value element) const {
  Value x = toCompute(b, element);
  if (to.isInteger(1))
    return toBool(b, x);
  auto code = dyn_cast<QType>(to);
  if (code && code.isInteger())
    return b.create<ir::EncodeOp>(to, toInteger(b, x, b.getI32Type()), false);
  if (code) {
    Value number = toFloat(b, x, b.getF32Type());
    if (code.getKind() == CodeKind::E8M0 && rounding != "nearest")
      number = roundToPowerOfTwo(b, number);
    if (code.getKind() == CodeKind::E2M1)
      number = nanToNegativeZero(b, number);
    return b.create<ir::EncodeOp>(to, number, saturate);
  }
  if (auto floatType = dyn_cast<FloatType>(to)) {
    // An integer rounds once, to f32, on the way to a narrower float.
    bool narrow = floatType.getWidth() < 32 && !isa<FloatType>(x.getType());
    if (narrow)
      x = toFloat(b, x, b.getF32Type());
    return toFloat(b, x, floatType);
  }
  return toInteger(b, x, to);
}

static LogicalResult castTo(Expansion &e, Type onnxType) {
  Type element = onnxType ? toTernElementType(onnxType) : Type();
  if (!element)
    return e.refuse("expected a cast to numbers, but got one to another type");
  if (onnxType == e.onnxElementType(0)) {
    e.result(0, e.operand(0), onnxType);
    return success();
  }
  ScalarCast cast{e.elementType(0),
                  element,
                  e.isUnsigned(0),
                  onnxType.isUnsignedInteger(),
                  e.intAttr("saturate", 1) != 0,
                  e.stringAttr("round_mode", "up")};
  if (cast.rounding != "up" && cast.rounding != "down" &&
      cast.rounding != "nearest")
    return e.refuse("expected round_mode up, down or nearest, but got '" +
                    cast.rounding + "'");
  e.result(0,
           elementwise(e.b, e.operand(0), element,
                       [&](LocBuilder &b, ValueRange args) {
                         return cast(b, args[0]);
                       }),
           onnxType);
  return success();
}

static LogicalResult expandCast(Expansion &e) {
  int64_t to = e.intAttr("to", 0);
  Type type = onnxTypeOfData(e.node.getContext(), to);
  if (!type)
    return e.refuse("expected a cast to numbers, but got one to data type " +
                    Twine(to));
  return castTo(e, type);
}

static LogicalResult expandCastLike(Expansion &e) {
  return castTo(e, e.onnxElementType(1));
}

/// The raw bits of an element as an integer scalar.
static Value bitsOf(LocBuilder &b, Value scalar) {
  Type type = scalar.getType();
  if (isa<QType>(type))
    return b.create<ir::DecodeOp>(b.getI32Type(), scalar);
  if (isa<IntegerType>(type))
    return scalar;
  return b.create<arith::BitcastOp>(
      b.getIntegerType(type.getIntOrFloatBitWidth()), scalar);
}

static Value fromBits(LocBuilder &b, Value bits, Type element) {
  if (isa<QType>(element)) {
    if (!bits.getType().isInteger(32))
      bits = b.create<arith::ExtUIOp>(b.getI32Type(), bits);
    return b.create<ir::EncodeOp>(element, bits, false);
  }
  if (element.isInteger(1))
    return b.create<arith::CmpIOp>(arith::CmpIPredicate::ne, bits,
                                   scalarConstant(b, bits.getType(), 0));
  if (isa<IntegerType>(element))
    return bits;
  IntegerType width = b.getIntegerType(element.getIntOrFloatBitWidth());
  if (bits.getType() != width)
    bits = b.create<arith::TruncIOp>(width, bits);
  return b.create<arith::BitcastOp>(element, bits);
}

static unsigned bitWidth(Type element) {
  if (element.isInteger(1))
    return 8; // a bool is a byte
  auto code = dyn_cast<QType>(element);
  return code ? code.getBits() : element.getIntOrFloatBitWidth();
}

static LogicalResult expandBitCast(Expansion &e) {
  Type onnxType = onnxTypeOfData(e.node.getContext(), e.intAttr("to", 0));
  Type element = onnxType ? toTernElementType(onnxType) : Type();
  auto isSmallFloat = [](Type type) {
    auto code = dyn_cast<QType>(type);
    return code && code.isFloat();
  };
  if (!element || bitWidth(element) != bitWidth(e.elementType(0)) ||
      isSmallFloat(element) || isSmallFloat(e.elementType(0)))
    return e.refuse("expected a reinterpretation as a type of as many bits, "
                    "other than small floats");
  if (element == e.elementType(0)) {
    e.result(0, e.operand(0), onnxType);
    return success();
  }
  e.result(0,
           elementwise(e.b, e.operand(0), element,
                       [&](LocBuilder &b, ValueRange args) {
                         return fromBits(b, bitsOf(b, args[0]), element);
                       }),
           onnxType);
  return success();
}

ArrayRef<OperatorRow> graph::castOperators() {
  static const OperatorRow rows[] = {
      {"", "Cast", 6, 0, expandCast},
      {"", "CastLike", 15, 0, expandCastLike, first(2)},
      {"", "BitCast", 26, 0, expandBitCast},
  };
  return rows;
}
