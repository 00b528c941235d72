//===- Math.cpp - Unary functions -----------------------------------------===//
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Support.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using arith::CmpFPredicate;
using arith::CmpIPredicate;

/// A function of floats that is one operation of the math dialect.
template <typename Op> static LogicalResult function(Expansion &e) {
  return expandFloat(e, [](LocBuilder &b, ValueRange args) -> Value {
    return b.create<Op>(args[0]);
  });
}

static LogicalResult expandReciprocal(Expansion &e) {
  return expandFloat(e, [](LocBuilder &b, ValueRange args) -> Value {
    return b.create<arith::DivFOp>(scalarConstant(b, args[0].getType(), 1),
                                   args[0]);
  });
}

static LogicalResult expandNeg(Expansion &e) {
  return expandElementwise(
      e, [](LocBuilder &b, ValueRange args, bool) -> Value {
        Value x = args[0];
        if (isa<FloatType>(x.getType()))
          return b.create<arith::NegFOp>(x);
        return b.create<arith::SubIOp>(scalarConstant(b, x.getType(), 0), x);
      });
}

static LogicalResult expandAbs(Expansion &e) {
  return expandElementwise(
      e, [](LocBuilder &b, ValueRange args, bool isUnsigned) -> Value {
        Value x = args[0];
        if (isa<FloatType>(x.getType()))
          return b.create<math::AbsFOp>(x);
        if (isUnsigned)
          return x;
        Value zero = scalarConstant(b, x.getType(), 0);
        Value negated = b.create<arith::SubIOp>(zero, x);
        Value isNegative = b.create<arith::CmpIOp>(CmpIPredicate::slt, x, zero);
        return b.create<arith::SelectOp>(isNegative, negated, x);
      });
}

static LogicalResult expandSign(Expansion &e) {
  return expandElementwise(
      e, [](LocBuilder &b, ValueRange args, bool isUnsigned) -> Value {
        Value x = args[0];
        Type type = x.getType();
        Value zero = scalarConstant(b, type, 0);
        Value one = scalarConstant(b, type, 1);
        Value minusOne = scalarConstant(b, type, -1);
        if (isa<FloatType>(type)) {
          Value above = b.create<arith::CmpFOp>(CmpFPredicate::OGT, x, zero);
          Value below = b.create<arith::CmpFOp>(CmpFPredicate::OLT, x, zero);
          Value rest = b.create<arith::SelectOp>(below, minusOne, x);
          return b.create<arith::SelectOp>(above, one, rest);
        }
        Value isZero = b.create<arith::CmpIOp>(CmpIPredicate::eq, x, zero);
        if (isUnsigned)
          return b.create<arith::SelectOp>(isZero, zero, one);
        Value below = b.create<arith::CmpIOp>(CmpIPredicate::slt, x, zero);
        Value sign = b.create<arith::SelectOp>(below, minusOne, one);
        return b.create<arith::SelectOp>(isZero, zero, sign);
      });
}

static LogicalResult expandIsNaN(Expansion &e) {
  if (!isFloatElement(e.elementType(0)))
    return refuseType(e, 0, "a float tensor");
  return expandElementwise(
      e,
      [](LocBuilder &b, ValueRange args, bool) -> Value {
        return b.create<arith::CmpFOp>(CmpFPredicate::UNO, args[0], args[0]);
      },
      e.b.getI1Type());
}

static LogicalResult expandIsInf(Expansion &e) {
  if (!isFloatElement(e.elementType(0)))
    return refuseType(e, 0, "a float tensor");
  bool negative = e.intAttr("detect_negative", 1) != 0;
  bool positive = e.intAttr("detect_positive", 1) != 0;
  return expandElementwise(
      e,
      [&](LocBuilder &b, ValueRange args, bool) -> Value {
        Value x = args[0], result = scalarConstant(b, b.getI1Type(), 0);
        auto orEqual = [&](Value bound) {
          Value equal = b.create<arith::CmpFOp>(CmpFPredicate::OEQ, x, bound);
          result = b.create<arith::OrIOp>(result, equal);
        };
        if (negative)
          orEqual(lowestOf(b, x.getType()));
        if (positive)
          orEqual(greatestOf(b, x.getType()));
        return result;
      },
      e.b.getI1Type());
}

ArrayRef<OperatorRow> graph::mathOperators() {
  static const OperatorRow rows[] = {
      {"", "Abs", 1, 0, expandAbs},
      {"", "Neg", 1, 0, expandNeg},
      {"", "Sign", 9, 0, expandSign},
      {"", "Reciprocal", 1, 0, expandReciprocal},
      {"", "Floor", 1, 0, function<math::FloorOp>},
      {"", "Ceil", 1, 0, function<math::CeilOp>},
      {"", "Round", 11, 0, function<math::RoundEvenOp>},
      {"", "Sqrt", 1, 0, function<math::SqrtOp>},
      {"", "Exp", 1, 0, function<math::ExpOp>},
      {"", "Log", 1, 0, function<math::LogOp>},
      {"", "Erf", 9, 0, function<math::ErfOp>},
      {"", "Sin", 7, 0, function<math::SinOp>},
      {"", "Cos", 7, 0, function<math::CosOp>},
      {"", "Tan", 7, 0, function<math::TanOp>},
      {"", "Asin", 7, 0, function<math::AsinOp>},
      {"", "Acos", 7, 0, function<math::AcosOp>},
      {"", "Atan", 7, 0, function<math::AtanOp>},
      {"", "Sinh", 9, 0, function<math::SinhOp>},
      {"", "Cosh", 9, 0, function<math::CoshOp>},
      {"", "Tanh", 1, 0, function<math::TanhOp>},
      {"", "Asinh", 9, 0, function<math::AsinhOp>},
      {"", "Acosh", 9, 0, function<math::AcoshOp>},
      {"", "Atanh", 9, 0, function<math::AtanhOp>},
      {"", "IsNaN", 9, 0, expandIsNaN},
      {"", "IsInf", 10, 0, expandIsInf},
  };
  return rows;
}
