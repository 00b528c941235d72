//===- COpsInteger.cpp - Integer operations in C --------------------------===//
#include "lib/Backend/Common/COps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

namespace {

/// Prints one operation.
class IntegerPrinter {
public:
  IntegerPrinter(Operation *op, ArrayRef<CText> in, CRanges *ranges)
      : op(op), in(in), ranges(ranges),
        from(getElementTypeOrSelf(op->getOperand(0).getType())),
        to(getElementTypeOrSelf(op->getResult(0).getType())) {}
  CText print();

private:
  CRange range(unsigned i) {
    if (ranges)
      return ranges->of(op->getOperand(i));
    return CRanges::all(
        getElementTypeOrSelf(op->getOperand(i).getType()));
  }
  bool areNatural() { return range(0).isNatural() && range(1).isNatural(); }
  /// tern_<name>_<type of the operands>
  CText leaf(StringRef name) {
    return callText("tern_" + name + "_" + cSuffixOf(from), in);
  }
  /// The C operator. Two operands that C may take for int are widened.
  CText plain(StringRef symbol, CBinds binds) {
    CText lhs = in[0];
    if (bitsOf(to) == 64 && lhs.narrow && in[1].narrow)
      lhs = castText("int64_t", lhs);
    return binaryText(lhs, symbol, in[1], binds);
  }
  CText unless(bool isExact, StringRef name, StringRef symbol, CBinds binds) {
    return isExact ? plain(symbol, binds) : leaf(name);
  }

  CText wrapping(StringRef name, StringRef symbol, CBinds binds);
  CText extreme(StringRef name, bool isAny);
  CText division(StringRef name, StringRef symbol);
  CText shift(StringRef name, StringRef symbol);
  CText logic(StringRef symbol, CBinds binds);
  CText compare(arith::CmpIOp compare);
  CText extend(bool isSigned);
  CText truncate();

  Operation *op;
  ArrayRef<CText> in;
  CRanges *ranges;
  Type from, to;
};

/// addi, subi, muli: in i1 they are exclusive or, exclusive or, and.
CText IntegerPrinter::wrapping(StringRef name, StringRef symbol,
                               CBinds binds) {
  if (to.isInteger(1))
    return name == "muli" ? plain("&", CBinds::And)
                          : binaryText(in[0], "!=", in[1], CBinds::Equal);
  return unless(ranges && ranges->exact(op), name, symbol, binds);
}

/// Of bits, the greater is one of two that are set; a signed bit is 0 or -1.
CText IntegerPrinter::extreme(StringRef name, bool isAny) {
  if (!to.isInteger(1))
    return leaf(name);
  return isAny ? plain("|", CBinds::Or) : plain("&", CBinds::And);
}

/// Division by zero and of the least number by -1 are the leaf's.
CText IntegerPrinter::division(StringRef name, StringRef symbol) {
  CRange divisor = range(1);
  bool isSigned = isa<arith::DivSIOp, arith::RemSIOp>(op);
  bool isExact = isSigned ? !divisor.contains(0) && !divisor.contains(-1)
                          : range(0).isNatural() && divisor.min > 0;
  return unless(isExact, name, symbol, CBinds::Product);
}

CText IntegerPrinter::shift(StringRef name, StringRef symbol) {
  CRange amount = range(1);
  bool isExact = amount.isNatural() && amount.max < int64_t(bitsOf(to));
  if (isa<arith::ShLIOp>(op))
    isExact &= ranges && ranges->exact(op);
  if (isa<arith::ShRUIOp>(op))
    isExact &= range(0).isNatural();
  return unless(isExact, name, symbol, CBinds::Shift);
}

CText IntegerPrinter::logic(StringRef symbol, CBinds binds) {
  bool flips = symbol == "^" && to.isInteger(1);
  if (flips && in[1].text == "true")
    return CText("!" + in[0].in(CBinds::Unary), CBinds::Unary);
  if (flips)
    return binaryText(in[0], "!=", in[1], CBinds::Equal);
  return plain(symbol, binds);
}

CText IntegerPrinter::compare(arith::CmpIOp compare) {
  using P = arith::CmpIPredicate;
  P predicate = compare.getPredicate();
  if (predicate == P::eq)
    return plain("==", CBinds::Equal);
  if (predicate == P::ne)
    return plain("!=", CBinds::Equal);
  bool isSigned = predicate == P::slt || predicate == P::sle ||
                  predicate == P::sgt || predicate == P::sge;
  bool isLess = predicate == P::slt || predicate == P::ult;
  bool isAtMost = predicate == P::sle || predicate == P::ule;
  bool isMore = predicate == P::sgt || predicate == P::ugt;
  StringRef symbol = isLess ? "<" : isAtMost ? "<=" : isMore ? ">" : ">=";
  CText lhs = in[0], rhs = in[1];
  if (isSigned && from.isInteger(1)) // true is -1
    std::swap(lhs, rhs);
  if (!isSigned && !areNatural()) {
    lhs = castText(cUnsignedTypeOf(from), lhs);
    rhs = castText(cUnsignedTypeOf(from), rhs);
  }
  return binaryText(lhs, symbol, rhs, CBinds::Relation);
}

/// Also index_cast, which can narrow.
CText IntegerPrinter::extend(bool isSigned) {
  if (bitsOf(to) < bitsOf(from))
    return truncate();
  if (cTypeOf(from) == cTypeOf(to))
    return in[0];
  CText operand = in[0];
  if (from.isInteger(1) && isSigned)
    operand = CText("-" + operand.in(CBinds::Unary), CBinds::Unary);
  if (!isSigned && !range(0).isNatural())
    operand = castText(cUnsignedTypeOf(from), operand);
  return castText(cTypeOf(to), operand);
}

CText IntegerPrinter::truncate() {
  if (!to.isInteger(1))
    return castText(cTypeOf(to), in[0]);
  CText low = binaryText(in[0], "&", CText("1"), CBinds::And);
  return CText("(" + low.text + ") != 0", CBinds::Equal);
}

CText IntegerPrinter::print() {
  return llvm::TypeSwitch<Operation *, CText>(op)
      .Case([&](arith::AddIOp) { return wrapping("addi", "+", CBinds::Sum); })
      .Case([&](arith::SubIOp) { return wrapping("subi", "-", CBinds::Sum); })
      .Case(
          [&](arith::MulIOp) { return wrapping("muli", "*", CBinds::Product); })
      .Case([&](arith::DivSIOp) { return division("divsi", "/"); })
      .Case([&](arith::DivUIOp) { return division("divui", "/"); })
      .Case([&](arith::RemSIOp) { return division("remsi", "%"); })
      .Case([&](arith::RemUIOp) { return division("remui", "%"); })
      .Case([&](arith::FloorDivSIOp) {
        bool isPlain = range(0).isNatural() && range(1).min > 0;
        return unless(isPlain, "floordivsi", "/", CBinds::Product);
      })
      .Case([&](arith::CeilDivSIOp) { return leaf("ceildivsi"); })
      .Case([&](arith::CeilDivUIOp) { return leaf("ceildivui"); })
      .Case([&](arith::ShLIOp) { return shift("shli", "<<"); })
      .Case([&](arith::ShRSIOp) { return shift("shrsi", ">>"); })
      .Case([&](arith::ShRUIOp) { return shift("shrui", ">>"); })
      .Case([&](arith::AndIOp) { return logic("&", CBinds::And); })
      .Case([&](arith::OrIOp) { return logic("|", CBinds::Or); })
      .Case([&](arith::XOrIOp) { return logic("^", CBinds::Xor); })
      .Case([&](arith::MaxSIOp) { return extreme("maxsi", false); })
      .Case([&](arith::MinSIOp) { return extreme("minsi", true); })
      .Case([&](arith::MaxUIOp) { return extreme("maxui", true); })
      .Case([&](arith::MinUIOp) { return extreme("minui", false); })
      .Case([&](arith::CmpIOp op) { return compare(op); })
      .Case<arith::ExtSIOp, arith::IndexCastOp>(
          [&](auto) { return extend(true); })
      .Case<arith::ExtUIOp, arith::IndexCastUIOp>(
          [&](auto) { return extend(false); })
      .Case([&](arith::TruncIOp) { return truncate(); })
      .Default([](Operation *) { return CText(); });
}

} // namespace

CText backend::integerText(Operation *op, ArrayRef<CText> operands,
                           CRanges *ranges) {
  return IntegerPrinter(op, operands, ranges).print();
}
