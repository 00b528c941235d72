//===- CRanges.cpp - What scalar integers can be --------------------------===//
#include "lib/Backend/Common/CRanges.h"
#include "lib/Backend/Common/CText.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

CRange CRanges::all(Type type) {
  unsigned bits = bitsOf(type);
  if (bits == 1)
    return {0, 1};
  return {llvm::minIntN(bits), llvm::maxIntN(bits)};
}

CRange CRanges::of(Value value) {
  auto found = known.find(value);
  if (found != known.end())
    return found->second;
  // What a value depends on through a loop stays unknown.
  known[value] = all(value.getType());
  CRange range = compute(value);
  known[value] = range;
  return range;
}

CRange CRanges::ofArgument(BlockArgument argument) {
  Operation *parent = argument.getOwner()->getParentOp();
  if (isa<func::FuncOp>(parent)) // a grid is far below 2^47
    return {0, int64_t(1) << 47};
  if (auto level = dyn_cast<scf::ForallOp>(parent)) {
    bool isKnown = level.getRank() == 1 &&
                   level.getDynamicUpperBound().empty() &&
                   level.getStaticLowerBound()[0] == 0;
    if (!isKnown)
      return all(argument.getType());
    return {0, std::max<int64_t>(0, level.getStaticUpperBound()[0] - 1)};
  }
  auto loop = dyn_cast<scf::ForOp>(parent);
  if (!loop || argument != loop.getInductionVar())
    return all(argument.getType());
  int64_t first = of(loop.getLowerBound()).min;
  int64_t end = of(loop.getUpperBound()).max;
  return {first, std::max(first, end == INT64_MIN ? end : end - 1)};
}

/// The interval that holds four products, sums or shifts of ends.
template <typename Combine>
static std::optional<CRange> hull(CRange a, CRange b, Combine combine) {
  std::optional<CRange> result;
  for (int64_t x : {a.min, a.max})
    for (int64_t y : {b.min, b.max}) {
      std::optional<int64_t> z = combine(x, y);
      if (!z)
        return std::nullopt;
      if (!result)
        result = {*z, *z};
      result = {std::min(result->min, *z), std::max(result->max, *z)};
    }
  return result;
}

std::optional<CRange> CRanges::exact(Operation *op) {
  if (!op->getResult(0).getType().isIntOrIndex())
    return std::nullopt;
  CRange a = of(op->getOperand(0)), b = of(op->getOperand(1));
  std::optional<CRange> range;
  if (isa<arith::AddIOp>(op))
    range = hull(a, b, llvm::checkedAdd<int64_t>);
  else if (isa<arith::SubIOp>(op))
    range = hull(a, b, llvm::checkedSub<int64_t>);
  else if (isa<arith::MulIOp>(op))
    range = hull(a, b, llvm::checkedMul<int64_t>);
  else if (isa<arith::ShLIOp>(op) && a.isNatural() && b.isNatural() &&
           b.max < 62)
    range = hull(a, b, [](int64_t x, int64_t y) {
      return llvm::checkedMul<int64_t>(x, int64_t(1) << y);
    });
  CRange limits = all(op->getResult(0).getType());
  if (!range || range->min < limits.min || range->max > limits.max)
    return std::nullopt;
  return range;
}

/// Of natural numbers by positive ones.
CRange CRanges::ofDivision(Operation *op, bool isRemainder) {
  CRange a = of(op->getOperand(0)), b = of(op->getOperand(1));
  if (!a.isNatural() || b.min < 1)
    return all(op->getResult(0).getType());
  if (isRemainder)
    return {0, std::min(a.max, b.max - 1)};
  return {a.min / b.max,
          a.max / b.min + isa<arith::CeilDivSIOp, arith::CeilDivUIOp>(op)};
}

static CRange join(CRange a, CRange b) {
  return {std::min(a.min, b.min), std::max(a.max, b.max)};
}

CRange CRanges::compute(Value value) {
  CRange limits = all(value.getType());
  if (auto argument = dyn_cast<BlockArgument>(value))
    return ofArgument(argument);
  Operation *op = value.getDefiningOp();
  auto arg = [&](unsigned i) { return of(op->getOperand(i)); };
  auto within = [&](CRange range) {
    bool fits = range.min >= limits.min && range.max <= limits.max;
    return fits ? range : limits;
  };
  return llvm::TypeSwitch<Operation *, CRange>(op)
      .Case([&](arith::ConstantOp constant) -> CRange {
        APInt bits = cast<IntegerAttr>(constant.getValue()).getValue();
        int64_t number =
            bits.getBitWidth() == 1 ? bits.getZExtValue() : bits.getSExtValue();
        return {number, number};
      })
      .Case<arith::AddIOp, arith::SubIOp, arith::MulIOp, arith::ShLIOp>(
          [&](auto) { return exact(op).value_or(limits); })
      .Case<arith::DivSIOp, arith::DivUIOp, arith::FloorDivSIOp,
            arith::CeilDivSIOp, arith::CeilDivUIOp>(
          [&](auto) { return ofDivision(op, false); })
      .Case<arith::RemSIOp, arith::RemUIOp>(
          [&](auto) { return ofDivision(op, true); })
      .Case([&](arith::MinSIOp) -> CRange {
        return {std::min(arg(0).min, arg(1).min),
                std::min(arg(0).max, arg(1).max)};
      })
      .Case([&](arith::MaxSIOp) -> CRange {
        return {std::max(arg(0).min, arg(1).min),
                std::max(arg(0).max, arg(1).max)};
      })
      .Case([&](arith::SelectOp) { return join(arg(1), arg(2)); })
      .Case([&](arith::AndIOp) -> CRange {
        CRange a = arg(0), b = arg(1);
        if (!a.isNatural() && !b.isNatural())
          return limits;
        return {0, !a.isNatural()   ? b.max
                   : !b.isNatural() ? a.max
                                    : std::min(a.max, b.max)};
      })
      .Case<arith::ExtSIOp, arith::TruncIOp, arith::IndexCastOp>([&](auto) {
        if (op->getOperand(0).getType().isInteger(1))
          return isa<arith::TruncIOp>(op) ? limits : CRange{-1, 0};
        return within(arg(0));
      })
      .Case<arith::ExtUIOp, arith::IndexCastUIOp>([&](auto) -> CRange {
        unsigned bits = bitsOf(op->getOperand(0).getType());
        if (arg(0).isNatural())
          return within(arg(0));
        return bits < 64 ? within({0, int64_t(llvm::maxUIntN(bits))}) : limits;
      })
      .Default([&](Operation *) { return limits; });
}
