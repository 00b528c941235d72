//===- Scalars.cpp - Scalar building blocks of the expansions -------------===//
#include "dialects/Tern/Tern.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "passes/Graph/Ops/Build.h"
#include <cmath>

using namespace mlir;
using tern::ir::QType;

namespace tern::graph {

Type computeType(Type element) {
  MLIRContext *context = element.getContext();
  if (auto code = dyn_cast<QType>(element))
    return code.isInteger() ? Type(IntegerType::get(context, 32))
                            : Type(Float32Type::get(context));
  if (element.isF16() || element.isBF16())
    return Float32Type::get(context);
  return element;
}

bool isFloatElement(Type element) {
  return isa<FloatType>(computeType(element));
}

Value toCompute(LocBuilder &b, Value scalar) {
  Type from = scalar.getType(), to = computeType(from);
  if (from == to)
    return scalar;
  if (isa<QType>(from))
    return b.create<ir::DecodeOp>(to, scalar);
  return b.create<arith::ExtFOp>(to, scalar);
}

Value fromCompute(LocBuilder &b, Value scalar, Type element, bool saturate) {
  if (scalar.getType() == element)
    return scalar;
  if (isa<QType>(element))
    return b.create<ir::EncodeOp>(element, scalar, saturate);
  return b.create<arith::TruncFOp>(element, scalar);
}

Value scalarConstant(LocBuilder &b, Type type, double value) {
  if (auto floatType = dyn_cast<FloatType>(type))
    return b.create<arith::ConstantOp>(FloatAttr::get(floatType, value));
  return scalarConstant(b, type, static_cast<int64_t>(value));
}

Value scalarConstant(LocBuilder &b, Type type, int64_t value) {
  if (auto floatType = dyn_cast<FloatType>(type))
    return b.create<arith::ConstantOp>(
        FloatAttr::get(floatType, static_cast<double>(value)));
  return b.create<arith::ConstantOp>(IntegerAttr::get(type, value));
}

/// 2^exponent as a constant of a float type; infinite where it overflows.
static Value powerOfTwo(LocBuilder &b, Type type, int exponent, double sign) {
  return scalarConstant(b, type, sign * std::ldexp(1.0, exponent));
}

Value floatToInt(LocBuilder &b, Value value, IntegerType type,
                 bool isUnsigned) {
  Type floatType = value.getType();
  int width = static_cast<int>(type.getWidth());
  int top = isUnsigned ? width : width - 1;
  // Beyond the range the conversion itself is poison: it gets a 0 there, and
  // selects put the bounds in.
  Value zero = scalarConstant(b, floatType, 0.0);
  Value tooHigh = b.create<arith::CmpFOp>(arith::CmpFPredicate::OGE, value,
                                          powerOfTwo(b, floatType, top, 1));
  Value tooLow =
      isUnsigned
          ? b.create<arith::CmpFOp>(arith::CmpFPredicate::OLT, value, zero)
          : b.create<arith::CmpFOp>(arith::CmpFPredicate::OLT, value,
                                    powerOfTwo(b, floatType, top, -1));
  Value isNan =
      b.create<arith::CmpFOp>(arith::CmpFPredicate::UNO, value, value);
  Value outside =
      b.create<arith::OrIOp>(b.create<arith::OrIOp>(tooHigh, tooLow), isNan);
  Value safe = b.create<arith::SelectOp>(outside, zero, value);
  Value integer = isUnsigned ? Value(b.create<arith::FPToUIOp>(type, safe))
                             : Value(b.create<arith::FPToSIOp>(type, safe));
  Value high = b.create<arith::SelectOp>(
      tooHigh, greatestOf(b, type, isUnsigned), integer);
  return b.create<arith::SelectOp>(tooLow, lowestOf(b, type, isUnsigned), high);
}

Value lowestOf(LocBuilder &b, Type type, bool isUnsigned) {
  if (auto floatType = dyn_cast<FloatType>(type))
    return scalarConstant(b, type, -INFINITY);
  unsigned width = type.getIntOrFloatBitWidth();
  APInt least = isUnsigned || width == 1 ? APInt::getZero(width)
                                         : APInt::getSignedMinValue(width);
  return b.create<arith::ConstantOp>(IntegerAttr::get(type, least));
}

Value greatestOf(LocBuilder &b, Type type, bool isUnsigned) {
  if (auto floatType = dyn_cast<FloatType>(type))
    return scalarConstant(b, type, double(INFINITY));
  unsigned width = type.getIntOrFloatBitWidth();
  APInt most = isUnsigned || width == 1 ? APInt::getAllOnes(width)
                                        : APInt::getSignedMaxValue(width);
  return b.create<arith::ConstantOp>(IntegerAttr::get(type, most));
}

} // namespace tern::graph
