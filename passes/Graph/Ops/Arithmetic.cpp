//===- Arithmetic.cpp - Add, Sub, Mul, Div, Mod, Pow, Min, Max, ... -------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Support.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using arith::CmpIPredicate;

static bool isFloat(Value scalar) { return isa<FloatType>(scalar.getType()); }

/// Refuses bool operands, for which arithmetic has no meaning in ONNX.
static LogicalResult expandNumeric(Expansion &e, SignedScalarFn body) {
  if (e.has(0) && e.elementType(0).isInteger(1))
    return refuseType(e, 0, "numbers");
  return expandElementwise(e, body);
}

/// One op for floats, another for integers, folded over all operands.
template <typename FloatOp, typename IntOp>
static LogicalResult fold(Expansion &e) {
  return expandNumeric(e, [](LocBuilder &b, ValueRange args, bool) {
    Value result = args[0];
    for (Value arg : args.drop_front())
      result = isFloat(arg) ? Value(b.create<FloatOp>(result, arg))
                            : Value(b.create<IntOp>(result, arg));
    return result;
  });
}

template <typename FloatOp, typename SignedOp, typename UnsignedOp>
static LogicalResult foldExtremum(Expansion &e) {
  return expandNumeric(e, [](LocBuilder &b, ValueRange args, bool isUnsigned) {
    Value result = args[0];
    for (Value arg : args.drop_front()) {
      if (isFloat(arg))
        result = b.create<FloatOp>(result, arg);
      else if (isUnsigned)
        result = b.create<UnsignedOp>(result, arg);
      else
        result = b.create<SignedOp>(result, arg);
    }
    return result;
  });
}

static LogicalResult expandMean(Expansion &e) {
  return expandFloat(e, [](LocBuilder &b, ValueRange args) -> Value {
    Value sum = args[0];
    for (Value arg : args.drop_front())
      sum = b.create<arith::AddFOp>(sum, arg);
    Value count = scalarConstant(b, sum.getType(), int64_t(args.size()));
    return b.create<arith::DivFOp>(sum, count);
  });
}

static Value isEqual(LocBuilder &b, Value x, int64_t constant) {
  return b.create<arith::CmpIOp>(CmpIPredicate::eq, x,
                                 scalarConstant(b, x.getType(), constant));
}

/// Integer quotient (or remainder) towards zero that is defined everywhere: by
/// zero it is 0, and the least number by -1 wraps.
static Value divideInts(LocBuilder &b, Value x, Value y, bool isUnsigned,
                        bool remainder) {
  Type type = x.getType();
  Value zero = scalarConstant(b, type, 0), one = scalarConstant(b, type, 1);
  Value byZero = isEqual(b, y, 0);
  if (isUnsigned) {
    Value safe = b.create<arith::SelectOp>(byZero, one, y);
    Value result = remainder ? Value(b.create<arith::RemUIOp>(x, safe))
                             : Value(b.create<arith::DivUIOp>(x, safe));
    return b.create<arith::SelectOp>(byZero, zero, result);
  }
  Value byMinusOne = isEqual(b, y, -1);
  Value special = b.create<arith::OrIOp>(byZero, byMinusOne);
  Value safe = b.create<arith::SelectOp>(special, one, y);
  if (remainder) // By one, and so by the special cases too, it is 0.
    return b.create<arith::RemSIOp>(x, safe);
  Value quotient = b.create<arith::DivSIOp>(x, safe);
  Value negated = b.create<arith::SubIOp>(zero, x);
  quotient = b.create<arith::SelectOp>(byMinusOne, negated, quotient);
  return b.create<arith::SelectOp>(byZero, zero, quotient);
}

static LogicalResult expandDiv(Expansion &e) {
  return expandNumeric(
      e, [](LocBuilder &b, ValueRange args, bool isUnsigned) -> Value {
        if (isFloat(args[0]))
          return b.create<arith::DivFOp>(args[0], args[1]);
        return divideInts(b, args[0], args[1], isUnsigned, false);
      });
}

/// The remainder with the sign of the divisor, from that with the sign of the
/// dividend.
static Value floorMod(LocBuilder &b, Value remainder, Value y) {
  Value zero = scalarConstant(b, y.getType(), 0);
  Value signs = b.create<arith::XOrIOp>(remainder, y);
  Value differ = b.create<arith::CmpIOp>(CmpIPredicate::slt, signs, zero);
  Value inexact = b.create<arith::CmpIOp>(CmpIPredicate::ne, remainder, zero);
  Value adjust = b.create<arith::AndIOp>(differ, inexact);
  Value moved = b.create<arith::AddIOp>(remainder, y);
  return b.create<arith::SelectOp>(adjust, moved, remainder);
}

static LogicalResult expandMod(Expansion &e) {
  bool truncate = e.intAttr("fmod", 0) != 0;
  if (!truncate && e.has(0) && isFloatElement(e.elementType(0)))
    return e.refuse("expected fmod = 1 for floats, but got 0");
  return expandNumeric(
      e, [&](LocBuilder &b, ValueRange args, bool isUnsigned) -> Value {
        if (isFloat(args[0]))
          return b.create<arith::RemFOp>(args[0], args[1]);
        Value rest = divideInts(b, args[0], args[1], isUnsigned, true);
        return truncate || isUnsigned ? rest : floorMod(b, rest, args[1]);
      });
}

/// base to an integer power, wrapping, by squaring; a negative power is 0 but
/// of 1 and -1.
static Value integerPower(LocBuilder &b, Value base, Value power) {
  Type type = base.getType();
  Value one = scalarConstant(b, type, 1), zero = scalarConstant(b, type, 0);
  Value isOdd = b.create<arith::CmpIOp>(
      CmpIPredicate::ne, b.create<arith::AndIOp>(power, one), zero);
  Value result = one, square = base, rest = power;
  for (unsigned bit = 0; bit + 1 < type.getIntOrFloatBitWidth(); ++bit) {
    Value low = b.create<arith::CmpIOp>(
        CmpIPredicate::ne, b.create<arith::AndIOp>(rest, one), zero);
    Value next = b.create<arith::MulIOp>(result, square);
    result = b.create<arith::SelectOp>(low, next, result);
    square = b.create<arith::MulIOp>(square, square);
    rest = b.create<arith::ShRSIOp>(rest, one);
  }
  Value minusOne = scalarConstant(b, type, -1);
  Value sign = b.create<arith::SelectOp>(isOdd, minusOne, one);
  Value inverse = b.create<arith::SelectOp>(isEqual(b, base, -1), sign, zero);
  inverse = b.create<arith::SelectOp>(isEqual(b, base, 1), one, inverse);
  Value isNegative = b.create<arith::CmpIOp>(CmpIPredicate::slt, power, zero);
  return b.create<arith::SelectOp>(isNegative, inverse, result);
}

/// A scalar in f64, whatever number it is.
static Value toDouble(LocBuilder &b, Value scalar, bool isUnsigned) {
  Type f64 = b.getF64Type();
  if (scalar.getType() == f64)
    return scalar;
  if (isFloat(scalar))
    return b.create<arith::ExtFOp>(f64, scalar);
  return isUnsigned ? Value(b.create<arith::UIToFPOp>(f64, scalar))
                    : Value(b.create<arith::SIToFPOp>(f64, scalar));
}

static Value power(LocBuilder &b, Value x, Value y, bool xUnsigned,
                   bool yUnsigned) {
  Type type = x.getType();
  if (!isFloat(x) && !isFloat(y)) {
    unsigned from = y.getType().getIntOrFloatBitWidth();
    unsigned to = type.getIntOrFloatBitWidth();
    if (from < to)
      y = yUnsigned ? Value(b.create<arith::ExtUIOp>(type, y))
                    : Value(b.create<arith::ExtSIOp>(type, y));
    else if (from > to)
      y = b.create<arith::TruncIOp>(type, y);
    return integerPower(b, x, y);
  }
  if (x.getType() == y.getType())
    return b.create<math::PowFOp>(x, y);
  Value result = b.create<math::PowFOp>(toDouble(b, x, xUnsigned),
                                        toDouble(b, y, yUnsigned));
  if (!isFloat(x))
    return floatToInt(b, result, cast<IntegerType>(type), xUnsigned);
  return type.isF64() ? result : Value(b.create<arith::TruncFOp>(type, result));
}

static LogicalResult expandPow(Expansion &e) {
  FailureOr<SmallVector<Value>> values =
      broadcastOperands(e, /*sameType=*/false);
  if (failed(values))
    return failure();
  bool xUnsigned = e.isUnsigned(0), yUnsigned = e.isUnsigned(1);
  std::optional<eval::Tensor> exponent = e.constant(1);
  bool isSquare = exponent && exponent->size() == 1 &&
                  isFloatElement(e.elementType(0)) &&
                  exponent->getFloat(0) == 2.0;
  e.result(0,
           compute(e.b, *values, e.elementType(0),
                   [&](LocBuilder &b, ValueRange args) -> Value {
                     if (isSquare)
                       return b.create<arith::MulFOp>(args[0], args[0]);
                     return power(b, args[0], args[1], xUnsigned, yUnsigned);
                   }),
           e.onnxElementType(0));
  return success();
}

/// Refuses a clip whose bounds are not scalars of the input's type.
static LogicalResult checkBound(Expansion &e, unsigned i) {
  if (!e.has(i))
    return success();
  if (product(e.shape(i)) == 1 && e.elementType(i) == e.elementType(0))
    return success();
  return e.refuse("expected a scalar bound of the input's type as operand " +
                  Twine(i));
}

static LogicalResult expandClip(Expansion &e) {
  if (e.version() < 11) {
    float low = e.floatAttr("min", -INFINITY);
    float high = e.floatAttr("max", INFINITY);
    return expandFloat(e, [&](LocBuilder &b, ValueRange args) -> Value {
      Value x = args[0];
      x = b.create<arith::MaximumFOp>(x, scalarConstant(b, x.getType(), low));
      return b.create<arith::MinimumFOp>(x,
                                         scalarConstant(b, x.getType(), high));
    });
  }
  if (failed(checkBound(e, 1)) || failed(checkBound(e, 2)))
    return failure();
  SmallVector<Value> values = {e.operand(0)};
  for (unsigned i : {1u, 2u})
    if (e.has(i))
      values.push_back(reshape(e.b, e.operand(i), {}));
  bool isUnsigned = e.isUnsigned(0);
  auto body = [&](LocBuilder &b, ValueRange args) -> Value {
    Value x = args[0];
    if (e.has(1)) {
      Value low = args[1];
      if (isFloat(x))
        x = b.create<arith::MaximumFOp>(x, low);
      else
        x = isUnsigned ? Value(b.create<arith::MaxUIOp>(x, low))
                       : Value(b.create<arith::MaxSIOp>(x, low));
    }
    if (e.has(2)) {
      Value high = args.back();
      if (isFloat(x))
        x = b.create<arith::MinimumFOp>(x, high);
      else
        x = isUnsigned ? Value(b.create<arith::MinUIOp>(x, high))
                       : Value(b.create<arith::MinSIOp>(x, high));
    }
    return x;
  };
  e.result(0, compute(e.b, values, e.elementType(0), body),
           e.onnxElementType(0));
  return success();
}

ArrayRef<OperatorRow> graph::arithmeticOperators() {
  static const OperatorRow rows[] = {
      {"", "Add", 1, 0, fold<arith::AddFOp, arith::AddIOp>, first(2)},
      {"", "Sub", 1, 0, fold<arith::SubFOp, arith::SubIOp>, first(2)},
      {"", "Mul", 1, 0, fold<arith::MulFOp, arith::MulIOp>, first(2)},
      {"", "Sum", 1, 0, fold<arith::AddFOp, arith::AddIOp>, allOperands},
      {"", "Div", 1, 0, expandDiv, first(2)},
      {"", "Mod", 10, 0, expandMod, first(2)},
      {"", "Pow", 1, 0, expandPow, first(2)},
      {"", "Mean", 1, 0, expandMean, allOperands},
      {"", "Max", 1, 0,
       foldExtremum<arith::MaximumFOp, arith::MaxSIOp, arith::MaxUIOp>,
       allOperands},
      {"", "Min", 1, 0,
       foldExtremum<arith::MinimumFOp, arith::MinSIOp, arith::MinUIOp>,
       allOperands},
      {"", "Clip", 1, 0, expandClip},
  };
  return rows;
}
