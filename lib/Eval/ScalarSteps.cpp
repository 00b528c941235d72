//===- ScalarSteps.cpp - One function per scalar operation ----------------===//
#include "lib/Eval/ScalarSteps.h"
#include "dialects/Tern/Codes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/StringMap.h"
#include <cmath>

using namespace mlir;
using namespace tern;
using namespace tern::eval;
using Step = Steps::Step;

namespace {

//===----------------------------------------------------------------------===//
// Shapes of operations
//===----------------------------------------------------------------------===//

/// Integer, two operands: fn(a, b, width), wrapped to the result's type.
template <int64_t (*fn)(int64_t, int64_t, unsigned)>
LogicalResult integer2(ScalarProgram &p, const Step &s, int count) {
  Scalar *to = Steps::reg(p, s.destination);
  Scalar *a = Steps::reg(p, s.sources[0]), *b = Steps::reg(p, s.sources[1]);
  unsigned width = s.type.isIndex() ? 64 : s.type.getIntOrFloatBitWidth();
  for (int k = 0; k < count; ++k)
    to[k].i = wrapTo(s.type, fn(a[k].i, b[k].i, width));
  return success();
}

/// As integer2, refusing a zero divisor.
template <int64_t (*fn)(int64_t, int64_t, unsigned)>
LogicalResult division(ScalarProgram &p, const Step &s, int count) {
  Scalar *b = Steps::reg(p, s.sources[1]);
  for (int k = 0; k < count; ++k)
    if (!b[k].i)
      return s.op->emitError("expected a divisor other than 0");
  return integer2<fn>(p, s, count);
}

/// Real, one operand, rounded to the result's type.
template <double (*fn)(double)>
LogicalResult real1(ScalarProgram &p, const Step &s, int count) {
  Scalar *to = Steps::reg(p, s.destination), *a = Steps::reg(p, s.sources[0]);
  bool single = s.type.isF32();
  for (int k = 0; k < count; ++k) {
    double value = fn(a[k].f);
    to[k].f = single ? static_cast<float>(value) : roundTo(s.type, value);
  }
  return success();
}

/// Real, two operands, rounded to the result's type.
template <double (*fn)(double, double)>
LogicalResult real2(ScalarProgram &p, const Step &s, int count) {
  Scalar *to = Steps::reg(p, s.destination);
  Scalar *a = Steps::reg(p, s.sources[0]), *b = Steps::reg(p, s.sources[1]);
  bool single = s.type.isF32();
  for (int k = 0; k < count; ++k) {
    double value = fn(a[k].f, b[k].f);
    to[k].f = single ? static_cast<float>(value) : roundTo(s.type, value);
  }
  return success();
}

/// Anything else, element by element.
template <Scalar (*fn)(const Step &, const Scalar *)>
LogicalResult each(ScalarProgram &p, const Step &s, int count) {
  Scalar *to = Steps::reg(p, s.destination);
  Scalar in[4];
  for (int k = 0; k < count; ++k) {
    for (size_t n = 0; n < s.sources.size(); ++n)
      in[n] = Steps::reg(p, s.sources[n])[k];
    to[k] = fn(s, in);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

uint64_t zext(int64_t value, unsigned width) {
  return width >= 64 ? value : value & ((uint64_t(1) << width) - 1);
}
int64_t addI(int64_t a, int64_t b, unsigned) {
  return static_cast<int64_t>(uint64_t(a) + uint64_t(b));
}
int64_t subI(int64_t a, int64_t b, unsigned) {
  return static_cast<int64_t>(uint64_t(a) - uint64_t(b));
}
int64_t mulI(int64_t a, int64_t b, unsigned) {
  return static_cast<int64_t>(uint64_t(a) * uint64_t(b));
}
int64_t divS(int64_t a, int64_t b, unsigned) {
  return b == -1 ? subI(0, a, 64) : a / b;
}
int64_t remS(int64_t a, int64_t b, unsigned) { return b == -1 ? 0 : a % b; }
int64_t divU(int64_t a, int64_t b, unsigned w) {
  return static_cast<int64_t>(zext(a, w) / zext(b, w));
}
int64_t remU(int64_t a, int64_t b, unsigned w) {
  return static_cast<int64_t>(zext(a, w) % zext(b, w));
}
int64_t floorDivS(int64_t a, int64_t b, unsigned w) {
  int64_t q = divS(a, b, w);
  return remS(a, b, w) && (a < 0) != (b < 0) ? q - 1 : q;
}
int64_t ceilDivS(int64_t a, int64_t b, unsigned w) {
  int64_t q = divS(a, b, w);
  return remS(a, b, w) && (a < 0) == (b < 0) ? q + 1 : q;
}
int64_t ceilDivU(int64_t a, int64_t b, unsigned w) {
  return divU(a, b, w) + (remU(a, b, w) != 0);
}
int64_t andI(int64_t a, int64_t b, unsigned) { return a & b; }
int64_t orI(int64_t a, int64_t b, unsigned) { return a | b; }
int64_t xorI(int64_t a, int64_t b, unsigned) { return a ^ b; }
/// A shift by the width or more is poison in the IR; here it gives 0 or signs.
int64_t shl(int64_t a, int64_t b, unsigned w) {
  return zext(b, w) >= w ? 0 : static_cast<int64_t>(uint64_t(a) << b);
}
int64_t shrS(int64_t a, int64_t b, unsigned w) {
  return a >> std::min<uint64_t>(zext(b, w), w - 1);
}
int64_t shrU(int64_t a, int64_t b, unsigned w) {
  return zext(b, w) >= w ? 0 : static_cast<int64_t>(zext(a, w) >> b);
}
int64_t minS(int64_t a, int64_t b, unsigned) { return std::min(a, b); }
int64_t maxS(int64_t a, int64_t b, unsigned) { return std::max(a, b); }
int64_t minU(int64_t a, int64_t b, unsigned w) {
  return zext(a, w) < zext(b, w) ? a : b;
}
int64_t maxU(int64_t a, int64_t b, unsigned w) {
  return zext(a, w) > zext(b, w) ? a : b;
}

Scalar compareI(const Step &s, const Scalar *in) {
  unsigned width =
      s.sourceType.isIndex() ? 64 : s.sourceType.getIntOrFloatBitWidth();
  int64_t a = in[0].i, b = in[1].i;
  if (width == 1) { // i1 is -1 and 0 to signed predicates
    a = -a;
    b = -b;
  }
  return {.i = arith::applyCmpPredicate(
              static_cast<arith::CmpIPredicate>(s.detail),
              llvm::APInt(64, zext(a, width) << (64 - width)),
              llvm::APInt(64, zext(b, width) << (64 - width)))};
}

unsigned widthOf(Type type) {
  return type.isIndex() ? 64 : type.getIntOrFloatBitWidth();
}
Scalar extendU(const Step &s, const Scalar *in) {
  return {.i = wrapTo(s.type, zext(in[0].i, widthOf(s.sourceType)))};
}
Scalar extendS(const Step &s, const Scalar *in) {
  return {.i = wrapTo(s.type, s.sourceType.isInteger(1) ? -in[0].i : in[0].i)};
}
Scalar truncate(const Step &s, const Scalar *in) {
  return {.i = wrapTo(s.type, in[0].i)};
}
Scalar select(const Step &s, const Scalar *in) {
  return in[0].i ? in[1] : in[2];
}
Scalar absI(const Step &s, const Scalar *in) {
  return {.i = wrapTo(s.type, in[0].i < 0 ? subI(0, in[0].i, 64) : in[0].i)};
}
Scalar popcount(const Step &s, const Scalar *in) {
  return {.i = llvm::popcount(zext(in[0].i, widthOf(s.type)))};
}
Scalar leadingZeros(const Step &s, const Scalar *in) {
  unsigned width = widthOf(s.type);
  return {.i = llvm::countl_zero(zext(in[0].i, width)) - int(64 - width)};
}

//===----------------------------------------------------------------------===//
// Reals
//===----------------------------------------------------------------------===//

double addF(double a, double b) { return a + b; }
double subF(double a, double b) { return a - b; }
double mulF(double a, double b) { return a * b; }
double divF(double a, double b) { return a / b; }
double remF(double a, double b) { return std::fmod(a, b); }
double negF(double a) { return -a; }
double minimum(double a, double b) {
  if (std::isnan(a) || std::isnan(b))
    return NAN;
  return a < b || (a == b && std::signbit(a)) ? a : b;
}
double maximum(double a, double b) {
  if (std::isnan(a) || std::isnan(b))
    return NAN;
  return a > b || (a == b && std::signbit(b)) ? a : b;
}
double minNum(double a, double b) { return std::fmin(a, b); }
double maxNum(double a, double b) { return std::fmax(a, b); }
/// Nearest even; the rounding mode is the default one.
double roundEven(double a) { return std::nearbyint(a); }
double rsqrt(double a) { return 1 / std::sqrt(a); }
double copySign(double a, double b) { return std::copysign(a, b); }

Scalar compareF(const Step &s, const Scalar *in) {
  return {.i = arith::applyCmpPredicate(
              static_cast<arith::CmpFPredicate>(s.detail),
              llvm::APFloat(in[0].f), llvm::APFloat(in[1].f))};
}
Scalar multiplyAdd(const Step &s, const Scalar *in) {
  if (s.type.isF32())
    return {.f = std::fma(float(in[0].f), float(in[1].f), float(in[2].f))};
  return {.f = roundTo(s.type, std::fma(in[0].f, in[1].f, in[2].f))};
}
Scalar powerI(const Step &s, const Scalar *in) {
  return {.f = roundTo(s.type, std::pow(in[0].f, double(in[1].i)))};
}

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

Scalar convertF(const Step &s, const Scalar *in) {
  return {.f = roundTo(s.type, in[0].f)};
}
Scalar signedToReal(const Step &s, const Scalar *in) {
  int64_t value = s.sourceType.isInteger(1) ? -in[0].i : in[0].i;
  return {.f = s.type.isF32() ? static_cast<float>(value)
                              : roundTo(s.type, static_cast<double>(value))};
}
Scalar unsignedToReal(const Step &s, const Scalar *in) {
  uint64_t value = zext(in[0].i, widthOf(s.sourceType));
  return {.f = s.type.isF32() ? static_cast<float>(value)
                              : roundTo(s.type, static_cast<double>(value))};
}
/// Beyond the integer's range the IR has poison; here the result saturates.
Scalar realToSigned(const Step &s, const Scalar *in) {
  double limit = std::ldexp(1.0, int(widthOf(s.type)) - 1);
  double value = std::trunc(in[0].f);
  if (std::isnan(value))
    return {.i = 0};
  if (value >= limit)
    return {
        .i = wrapTo(s.type, widthOf(s.type) == 64
                                ? INT64_MAX
                                : (int64_t(1) << (widthOf(s.type) - 1)) - 1)};
  if (value < -limit)
    value = -limit;
  return {.i = static_cast<int64_t>(value)};
}
Scalar realToUnsigned(const Step &s, const Scalar *in) {
  double limit = std::ldexp(1.0, int(widthOf(s.type)));
  double value = std::trunc(in[0].f);
  if (std::isnan(value) || value <= 0)
    return {.i = 0};
  if (value >= limit)
    return {.i = wrapTo(s.type, -1)};
  return {
      .i = wrapTo(s.type, static_cast<int64_t>(static_cast<uint64_t>(value)))};
}
/// Bits of a float type, and back.
Scalar bitcast(const Step &s, const Scalar *in) {
  auto bits = [](Type type, Scalar value) -> uint64_t {
    auto real = dyn_cast<FloatType>(type);
    if (!real)
      return zext(value.i, widthOf(type));
    llvm::APFloat number(value.f);
    bool lost;
    number.convert(real.getFloatSemantics(), llvm::APFloat::rmNearestTiesToEven,
                   &lost);
    return number.bitcastToAPInt().getZExtValue();
  };
  uint64_t raw = bits(s.sourceType, in[0]);
  auto real = dyn_cast<FloatType>(s.type);
  if (!real)
    return {.i = wrapTo(s.type, static_cast<int64_t>(raw))};
  llvm::APFloat number(real.getFloatSemantics(),
                       llvm::APInt(real.getWidth(), raw));
  bool lost;
  number.convert(llvm::APFloat::IEEEdouble(),
                 llvm::APFloat::rmNearestTiesToEven, &lost);
  return {.f = number.convertToDouble()};
}
Scalar decode(const Step &s, const Scalar *in) {
  auto code = cast<ir::QType>(s.sourceType);
  if (code.isInteger())
    return in[0];
  return {.f = decodeFloat(code.getKind(), static_cast<uint8_t>(in[0].i))};
}
Scalar encode(const Step &s, const Scalar *in) {
  auto code = cast<ir::QType>(s.type);
  if (code.isInteger())
    return {.i = wrapTo(code, in[0].i)};
  return {.i = encodeFloat(code.getKind(), static_cast<float>(in[0].f),
                           s.detail != 0)};
}

//===----------------------------------------------------------------------===//
// Gather
//===----------------------------------------------------------------------===//

LogicalResult extract(ScalarProgram &p, const Step &s, int count) {
  ArrayRef<int64_t> shape = s.tensor->getShape();
  Scalar *to = Steps::reg(p, s.destination);
  for (int k = 0; k < count; ++k) {
    int64_t offset = 0;
    for (auto [dim, source] : llvm::zip(shape, s.sources)) {
      int64_t index = Steps::reg(p, source)[k].i;
      if (index < 0 || index >= dim)
        return s.op->emitError("expected an index below ")
               << dim << ", but got " << index;
      offset = offset * dim + index;
    }
    load(*s.tensor, offset, 1, 1, to + k);
  }
  return success();
}

const llvm::StringMap<Steps::RunFn> &table() {
  static const llvm::StringMap<Steps::RunFn> map = {
      {"arith.addi", integer2<addI>},
      {"arith.subi", integer2<subI>},
      {"arith.muli", integer2<mulI>},
      {"arith.divsi", division<divS>},
      {"arith.divui", division<divU>},
      {"arith.remsi", division<remS>},
      {"arith.remui", division<remU>},
      {"arith.floordivsi", division<floorDivS>},
      {"arith.ceildivsi", division<ceilDivS>},
      {"arith.ceildivui", division<ceilDivU>},
      {"arith.andi", integer2<andI>},
      {"arith.ori", integer2<orI>},
      {"arith.xori", integer2<xorI>},
      {"arith.shli", integer2<shl>},
      {"arith.shrsi", integer2<shrS>},
      {"arith.shrui", integer2<shrU>},
      {"arith.minsi", integer2<minS>},
      {"arith.maxsi", integer2<maxS>},
      {"arith.minui", integer2<minU>},
      {"arith.maxui", integer2<maxU>},
      {"arith.cmpi", each<compareI>},
      {"arith.extui", each<extendU>},
      {"arith.extsi", each<extendS>},
      {"arith.trunci", each<truncate>},
      {"arith.index_cast", each<extendS>},
      {"arith.index_castui", each<extendU>},
      {"arith.select", each<select>},
      {"math.absi", each<absI>},
      {"math.ctpop", each<popcount>},
      {"math.ctlz", each<leadingZeros>},
      {"arith.addf", real2<addF>},
      {"arith.subf", real2<subF>},
      {"arith.mulf", real2<mulF>},
      {"arith.divf", real2<divF>},
      {"arith.remf", real2<remF>},
      {"arith.negf", real1<negF>},
      {"arith.minimumf", real2<minimum>},
      {"arith.maximumf", real2<maximum>},
      {"arith.minnumf", real2<minNum>},
      {"arith.maxnumf", real2<maxNum>},
      {"arith.cmpf", each<compareF>},
      {"arith.extf", each<convertF>},
      {"arith.truncf", each<convertF>},
      {"arith.sitofp", each<signedToReal>},
      {"arith.uitofp", each<unsignedToReal>},
      {"arith.fptosi", each<realToSigned>},
      {"arith.fptoui", each<realToUnsigned>},
      {"arith.bitcast", each<bitcast>},
      {"math.absf", real1<std::fabs>},
      {"math.ceil", real1<std::ceil>},
      {"math.floor", real1<std::floor>},
      {"math.round", real1<std::round>},
      {"math.roundeven", real1<roundEven>},
      {"math.trunc", real1<std::trunc>},
      {"math.sqrt", real1<std::sqrt>},
      {"math.rsqrt", real1<rsqrt>},
      {"math.cbrt", real1<std::cbrt>},
      {"math.exp", real1<std::exp>},
      {"math.exp2", real1<std::exp2>},
      {"math.expm1", real1<std::expm1>},
      {"math.log", real1<std::log>},
      {"math.log2", real1<std::log2>},
      {"math.log10", real1<std::log10>},
      {"math.log1p", real1<std::log1p>},
      {"math.sin", real1<std::sin>},
      {"math.cos", real1<std::cos>},
      {"math.tan", real1<std::tan>},
      {"math.asin", real1<std::asin>},
      {"math.acos", real1<std::acos>},
      {"math.atan", real1<std::atan>},
      {"math.sinh", real1<std::sinh>},
      {"math.cosh", real1<std::cosh>},
      {"math.tanh", real1<std::tanh>},
      {"math.asinh", real1<std::asinh>},
      {"math.acosh", real1<std::acosh>},
      {"math.atanh", real1<std::atanh>},
      {"math.erf", real1<std::erf>},
      {"math.powf", real2<std::pow>},
      {"math.atan2", real2<std::atan2>},
      {"math.copysign", real2<copySign>},
      {"math.fpowi", each<powerI>},
      {"math.fma", each<multiplyAdd>},
      {"tern.decode", each<decode>},
      {"tern.encode", each<encode>},
      {"tensor.extract", extract},
  };
  return map;
}

} // namespace

Steps::RunFn Steps::find(Operation &op, int64_t &detail) {
  if (auto compare = dyn_cast<arith::CmpIOp>(op))
    detail = static_cast<int64_t>(compare.getPredicate());
  if (auto compare = dyn_cast<arith::CmpFOp>(op))
    detail = static_cast<int64_t>(compare.getPredicate());
  if (auto encode = dyn_cast<ir::EncodeOp>(op))
    detail = encode.getSaturate();
  return table().lookup(op.getName().getStringRef());
}

bool Steps::isInexact(Operation &op) {
  // IEEE 754 rounds these correctly, so that there is one result.
  return isa<math::MathDialect>(op.getDialect()) &&
         isa<FloatType>(op.getResult(0).getType()) &&
         !isa<math::AbsFOp, math::CeilOp, math::FloorOp, math::RoundOp,
              math::RoundEvenOp, math::TruncOp, math::SqrtOp, math::CopySignOp,
              math::FmaOp>(op);
}
