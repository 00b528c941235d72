//===- Logic.cpp - Comparisons, boolean and bitwise operators, Where ------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Support.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using arith::CmpFPredicate;
using arith::CmpIPredicate;

template <CmpFPredicate onFloats, CmpIPredicate onSigned,
          CmpIPredicate onUnsigned>
static LogicalResult comparison(Expansion &e) {
  return expandElementwise(
      e,
      [](LocBuilder &b, ValueRange args, bool isUnsigned) -> Value {
        Type type = args[0].getType();
        if (isa<FloatType>(type))
          return b.create<arith::CmpFOp>(onFloats, args[0], args[1]);
        return b.create<arith::CmpIOp>(
            isUnsigned || type.isInteger(1) ? onUnsigned : onSigned, args[0],
            args[1]);
      },
      e.b.getI1Type());
}

template <typename Op> static LogicalResult boolean(Expansion &e) {
  if (!e.elementType(0).isInteger(1))
    return refuseType(e, 0, "bool tensors");
  return expandElementwise(e,
                           [](LocBuilder &b, ValueRange args, bool) -> Value {
                             return b.create<Op>(args[0], args[1]);
                           });
}

template <typename Op> static LogicalResult bitwise(Expansion &e) {
  if (isFloatElement(e.elementType(0)))
    return refuseType(e, 0, "integer tensors");
  return expandElementwise(e,
                           [](LocBuilder &b, ValueRange args, bool) -> Value {
                             return b.create<Op>(args[0], args[1]);
                           });
}

static LogicalResult expandNot(Expansion &e) {
  if (isFloatElement(e.elementType(0)))
    return refuseType(e, 0, "a tensor of bool or integers");
  return expandElementwise(
      e, [](LocBuilder &b, ValueRange args, bool) -> Value {
        Value ones = lowestOf(b, args[0].getType(), /*isUnsigned=*/true);
        ones = b.create<arith::SubIOp>(ones,
                                       scalarConstant(b, args[0].getType(), 1));
        return b.create<arith::XOrIOp>(args[0], ones);
      });
}

/// Shifts of the operand's width and more give 0, as in ONNX's reference.
static LogicalResult expandBitShift(Expansion &e) {
  std::string direction = e.stringAttr("direction", "");
  if (direction != "LEFT" && direction != "RIGHT")
    return e.refuse("expected direction LEFT or RIGHT, but got '" + direction +
                    "'");
  if (isFloatElement(e.elementType(0)))
    return refuseType(e, 0, "unsigned integer tensors");
  return expandElementwise(
      e, [&](LocBuilder &b, ValueRange args, bool) -> Value {
        Type type = args[0].getType();
        Value zero = scalarConstant(b, type, 0);
        Value width =
            scalarConstant(b, type, int64_t(type.getIntOrFloatBitWidth()));
        Value inside =
            b.create<arith::CmpIOp>(CmpIPredicate::ult, args[1], width);
        Value amount = b.create<arith::SelectOp>(inside, args[1], zero);
        Value shifted = direction == "LEFT"
                            ? Value(b.create<arith::ShLIOp>(args[0], amount))
                            : Value(b.create<arith::ShRUIOp>(args[0], amount));
        return b.create<arith::SelectOp>(inside, shifted, zero);
      });
}

static LogicalResult expandWhere(Expansion &e) {
  FailureOr<SmallVector<Value>> values =
      broadcastOperands(e, /*sameType=*/false);
  if (failed(values))
    return failure();
  if (!e.elementType(0).isInteger(1) || e.elementType(1) != e.elementType(2))
    return e.refuse("expected a bool condition and values of one type");
  e.result(0,
           elementwise(e.b, *values, e.elementType(1),
                       [](LocBuilder &b, ValueRange args) -> Value {
                         return b.create<arith::SelectOp>(args[0], args[1],
                                                          args[2]);
                       }),
           e.onnxElementType(1));
  return success();
}

ArrayRef<OperatorRow> graph::logicOperators() {
  static const OperatorRow rows[] = {
      {"", "Equal", 1, 0,
       comparison<CmpFPredicate::OEQ, CmpIPredicate::eq, CmpIPredicate::eq>,
       first(2)},
      {"", "Less", 1, 0,
       comparison<CmpFPredicate::OLT, CmpIPredicate::slt, CmpIPredicate::ult>,
       first(2)},
      {"", "LessOrEqual", 12, 0,
       comparison<CmpFPredicate::OLE, CmpIPredicate::sle, CmpIPredicate::ule>,
       first(2)},
      {"", "Greater", 1, 0,
       comparison<CmpFPredicate::OGT, CmpIPredicate::sgt, CmpIPredicate::ugt>,
       first(2)},
      {"", "GreaterOrEqual", 12, 0,
       comparison<CmpFPredicate::OGE, CmpIPredicate::sge, CmpIPredicate::uge>,
       first(2)},
      {"", "And", 1, 0, boolean<arith::AndIOp>, first(2)},
      {"", "Or", 1, 0, boolean<arith::OrIOp>, first(2)},
      {"", "Xor", 1, 0, boolean<arith::XOrIOp>, first(2)},
      {"", "Not", 1, 0, expandNot},
      {"", "BitwiseAnd", 18, 0, bitwise<arith::AndIOp>, first(2)},
      {"", "BitwiseOr", 18, 0, bitwise<arith::OrIOp>, first(2)},
      {"", "BitwiseXor", 18, 0, bitwise<arith::XOrIOp>, first(2)},
      {"", "BitwiseNot", 18, 0, expandNot},
      {"", "BitShift", 11, 0, expandBitShift, first(2)},
      {"", "Where", 9, 0, expandWhere, first(3)},
  };
  return rows;
}
