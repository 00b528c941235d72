//===- COps.cpp - What each operation is in C -----------------------------===//
#include "lib/Backend/Common/COps.h"
#include "dialects/Kern/Kern.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

/// Types in which C computes; f16 and bf16 are storage.
static bool computes(Type type) { return type.isF32() || type.isF64(); }

/// The function of <math.h>, without the f of its float version.
static StringRef mathFunction(StringRef op) {
  return llvm::StringSwitch<StringRef>(op)
      .Case("math.absf", "fabs")
      .Case("math.acos", "acos")
      .Case("math.acosh", "acosh")
      .Case("math.asin", "asin")
      .Case("math.asinh", "asinh")
      .Case("math.atan", "atan")
      .Case("math.atan2", "atan2")
      .Case("math.atanh", "atanh")
      .Case("math.cbrt", "cbrt")
      .Case("math.ceil", "ceil")
      .Case("math.copysign", "copysign")
      .Case("math.cos", "cos")
      .Case("math.cosh", "cosh")
      .Case("math.erf", "erf")
      .Case("math.exp", "exp")
      .Case("math.exp2", "exp2")
      .Case("math.expm1", "expm1")
      .Case("math.floor", "floor")
      .Case("math.fma", "fma")
      .Case("math.log", "log")
      .Case("math.log10", "log10")
      .Case("math.log1p", "log1p")
      .Case("math.log2", "log2")
      .Case("math.powf", "pow")
      .Case("math.round", "round")
      .Case("math.sin", "sin")
      .Case("math.sinh", "sinh")
      .Case("math.sqrt", "sqrt")
      .Case("math.tan", "tan")
      .Case("math.tanh", "tanh")
      .Case("math.trunc", "trunc")
      .Case("arith.remf", "fmod")
      .Case("kern.fma", "fma")
      .Default("");
}

/// What is a leaf function under its own name: tern_<name>_<type>.
static StringRef leafOf(StringRef op) {
  return llvm::StringSwitch<StringRef>(op)
      .Case("math.roundeven", "roundeven")
      .Case("math.rsqrt", "rsqrt")
      .Case("math.absi", "absi")
      .Case("math.ctlz", "ctlz")
      .Case("math.cttz", "cttz")
      .Case("math.ctpop", "ctpop")
      .Case("math.ipowi", "ipowi")
      .Case("arith.maximumf", "maximum")
      .Case("arith.minimumf", "minimum")
      .Case("arith.maxnumf", "maxnum")
      .Case("arith.minnumf", "minnum")
      .Default("");
}

static CText negated(StringRef call) {
  return CText("!" + call, CBinds::Unary);
}

static CText compareFloats(arith::CmpFOp op, ArrayRef<CText> in) {
  using P = arith::CmpFPredicate;
  auto plain = [&](StringRef symbol, CBinds binds) {
    return binaryText(in[0], symbol, in[1], binds);
  };
  auto relation = [&](StringRef symbol) {
    return plain(symbol, CBinds::Relation);
  };
  auto unless = [&](StringRef symbol) {
    return negated("(" + relation(symbol).text + ")");
  };
  auto leaf = [&](StringRef name) {
    Type type = getElementTypeOrSelf(op.getLhs().getType());
    return callText("tern_" + name + "_" + cSuffixOf(type), in);
  };
  switch (op.getPredicate()) {
  case P::AlwaysFalse:
    return CText("false", CBinds::Primary, true);
  case P::AlwaysTrue:
    return CText("true", CBinds::Primary, true);
  case P::OEQ:
    return plain("==", CBinds::Equal);
  case P::UNE:
    return plain("!=", CBinds::Equal);
  case P::OGT:
    return relation(">");
  case P::OGE:
    return relation(">=");
  case P::OLT:
    return relation("<");
  case P::OLE:
    return relation("<=");
  case P::UGT:
    return unless("<=");
  case P::UGE:
    return unless("<");
  case P::ULT:
    return unless(">=");
  case P::ULE:
    return unless(">");
  case P::ONE:
    return leaf("islessgreater");
  case P::UEQ:
    return negated(leaf("islessgreater").text);
  case P::ORD:
    return negated(leaf("isunordered").text);
  case P::UNO:
    return leaf("isunordered");
  }
  llvm_unreachable("covered switch");
}

/// Float to integer. Below 32 bits through i32, unsigned 32 through i64: what
/// is in range is in range of these too.
static CText floatToInteger(Type from, Type to, bool isUnsigned,
                            const CText &in) {
  if (!computes(from) || to.isInteger(1))
    return CText();
  unsigned bits = bitsOf(to), through = bits <= 32 ? 32 : 64;
  if (isUnsigned && bits == 32)
    through = 64;
  bool leafIsUnsigned = isUnsigned && bits == 64;
  CText call = callText((leafIsUnsigned ? "tern_fptoui_i" : "tern_fptosi_i") +
                            Twine(through) + "_" + cSuffixOf(from),
                        in);
  return bits == through ? call : castText(cTypeOf(to), call);
}

static CText integerToFloat(Type from, Type to, bool isUnsigned, CText in) {
  if (!computes(to))
    return CText();
  if (from.isInteger(1) && !isUnsigned)
    in = CText("-" + in.in(CBinds::Unary), CBinds::Unary);
  else if (isUnsigned && !from.isInteger(1))
    in = castText(cUnsignedTypeOf(from), in);
  return castText(cTypeOf(to), in);
}

static CText convertFloat(Type from, Type to, const CText &in) {
  if (computes(from) && computes(to))
    return castText(cTypeOf(to), in);
  if (!computes(from) && !computes(to))
    return CText();
  // f16 to f64 is exact through f32; the other way would round twice.
  Type wide = computes(to) ? Type(Float32Type::get(to.getContext())) : to;
  CText call =
      callText("tern_" + cSuffixOf(from) + "_to_" + cSuffixOf(wide), in);
  return wide == to ? call : castText(cTypeOf(to), call);
}

static CText bitcast(Type from, Type to, const CText &in) {
  if (cTypeOf(from) == cTypeOf(to))
    return in;
  if (bitsOf(from) == 16)
    return castText(cTypeOf(to), in);
  return callText("tern_bitcast_" + cSuffixOf(from) + "_" + cSuffixOf(to), in);
}

static CText selectText(ArrayRef<CText> in) {
  CBinds inner = CBinds::Or;
  return CText(in[0].in(CBinds::Sum) + " ? " + in[1].in(inner) + " : " +
                   in[2].in(inner),
               CBinds::Ternary, in[1].narrow && in[2].narrow);
}

/// A negative literal or negation under a minus sign must not make "--".
static CText negate(const CText &in) {
  std::string operand = in.in(CBinds::Unary);
  if (operand.front() == '-')
    operand = "(" + operand + ")";
  return CText("-" + operand, CBinds::Unary);
}

CText backend::elementText(Operation *op, ArrayRef<CText> in, CRanges *ranges) {
  if (op->getNumOperands() == 0 || op->getNumResults() != 1)
    return CText();
  Type from = getElementTypeOrSelf(op->getOperand(0).getType());
  Type to = getElementTypeOrSelf(op->getResult(0).getType());
  StringRef name = op->getName().getStringRef();
  StringRef function = mathFunction(name), leaf = leafOf(name);
  if (isa<FloatType>(from) && (!function.empty() || !leaf.empty()) &&
      !computes(from))
    return CText();
  if (!function.empty())
    return callText(function + Twine(from.isF32() ? "f" : ""), in);
  if (!leaf.empty())
    return callText("tern_" + leaf + "_" + cSuffixOf(from), in);
  auto arithmetic = [&](StringRef symbol, CBinds binds) {
    return computes(from) ? binaryText(in[0], symbol, in[1], binds) : CText();
  };
  return llvm::TypeSwitch<Operation *, CText>(op)
      .Case([&](arith::AddFOp) { return arithmetic("+", CBinds::Sum); })
      .Case([&](arith::SubFOp) { return arithmetic("-", CBinds::Sum); })
      .Case([&](arith::MulFOp) { return arithmetic("*", CBinds::Product); })
      .Case([&](arith::DivFOp) { return arithmetic("/", CBinds::Product); })
      .Case([&](arith::NegFOp) {
        return computes(from) ? negate(in[0]) : CText();
      })
      .Case([&](arith::CmpFOp compare) {
        return computes(from) ? compareFloats(compare, in) : CText();
      })
      .Case([&](arith::SelectOp) { return selectText(in); })
      .Case([&](arith::SIToFPOp) {
        return integerToFloat(from, to, false, in[0]);
      })
      .Case([&](arith::UIToFPOp) {
        return integerToFloat(from, to, true, in[0]);
      })
      .Case([&](arith::FPToSIOp) {
        return floatToInteger(from, to, false, in[0]);
      })
      .Case([&](arith::FPToUIOp) {
        return floatToInteger(from, to, true, in[0]);
      })
      .Case<arith::ExtFOp, arith::TruncFOp>(
          [&](auto) { return convertFloat(from, to, in[0]); })
      .Case([&](arith::BitcastOp) { return bitcast(from, to, in[0]); })
      .Default([&](Operation *) { return integerText(op, in, ranges); });
}
