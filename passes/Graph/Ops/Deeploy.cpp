//===- Deeploy.cpp - Integer-only operators: RequantShift and company -----===//
//
// Such models hold integers in float tensors. The operators compute in
// integers, and results of 8 bits are codes of scale 1: contractions between
// them become integer ones.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Quantized.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using ir::CodeKind;
using ir::QType;

namespace {
/// Scalar integer arithmetic, written as it is read.
struct Integer {
  LocBuilder &b;
  Value v;

  Integer like(int64_t value) const {
    return {b, scalarConstant(b, v.getType(), value)};
  }
  template <typename Op> Integer with(Integer y) const {
    return {b, b.create<Op>(v, y.v)};
  }
  Integer operator+(Integer y) const { return with<arith::AddIOp>(y); }
  Integer operator-(Integer y) const { return with<arith::SubIOp>(y); }
  Integer operator*(Integer y) const { return with<arith::MulIOp>(y); }
  Integer operator+(int64_t y) const { return *this + like(y); }
  Integer operator>>(Integer y) const { return with<arith::ShRSIOp>(y); }
  /// Division towards zero, as C's.
  Integer operator/(Integer y) const { return with<arith::DivSIOp>(y); }
  Integer clamp(int64_t low, int64_t high) const {
    return with<arith::MaxSIOp>(like(low)).with<arith::MinSIOp>(like(high));
  }
  Integer to(Type type) const {
    if (v.getType() == type)
      return *this;
    bool wider =
        type.getIntOrFloatBitWidth() > v.getType().getIntOrFloatBitWidth();
    return {b, wider ? Value(b.create<arith::ExtSIOp>(type, v))
                     : Value(b.create<arith::TruncIOp>(type, v))};
  }
};
} // namespace

/// An attribute that is a number, or a tensor of one element.
static std::optional<int64_t> numberAttr(Expansion &e, StringRef name) {
  if (!e.hasAttr(name))
    return std::nullopt;
  double value;
  if (Value tensor = e.tensorAttr(name)) {
    std::optional<eval::Tensor> known = e.evaluate(tensor);
    if (!known || known->size() != 1)
      return std::nullopt;
    value = known->getFloat(0);
  } else if (auto real = dyn_cast<FloatAttr>(e.attr(name))) {
    value = real.getValueAsDouble();
  } else {
    value = static_cast<double>(e.intAttr(name, 0));
  }
  auto whole = static_cast<int64_t>(value);
  return static_cast<double>(whole) == value ? std::optional(whole)
                                             : std::nullopt;
}

/// Codes of scale 1 that hold the integers from `low` to `high`.
static QType codeFor(LocBuilder &b, int64_t low, int64_t high) {
  unsigned bits = low < 0 ? 1 + llvm::Log2_64_Ceil(std::max(-low, high + 1))
                          : std::max(1u, llvm::Log2_64_Ceil(high + 1));
  return QType::get(b.getContext(), low < 0 ? CodeKind::SInt : CodeKind::UInt,
                    bits);
}

static Value ofScaleOne(LocBuilder &b, Value codes) {
  Scaling scaling;
  for (int64_t size : shapeOf(codes))
    scaling.block.push_back(std::max<int64_t>(size, 1));
  if (scaling.block.empty())
    scaling.block.push_back(1);
  scaling.scale =
      scalarTensor(b, Shape(scaling.block.size(), 1), b.getF32Type(), 1);
  return dequantize(b, codes, scaling);
}

/// The number of levels as a range of codes of at most 16 bits.
static FailureOr<std::pair<int64_t, int64_t>> levels(Expansion &e,
                                                     bool isSigned) {
  std::optional<int64_t> count =
      numberAttr(e, e.hasAttr("n_levels_out") ? "n_levels_out" : "n_levels");
  if (!count || *count < 2 || *count > 65536)
    return e.refuse("expected a number of levels of 2 to 65536");
  return isSigned ? std::pair(-*count / 2, *count / 2 - 1)
                  : std::pair<int64_t, int64_t>(0, *count - 1);
}

//===----------------------------------------------------------------------===//
// RequantShift
//===----------------------------------------------------------------------===//

/// floor(x / divisor + 1/2).
static Integer divideRounded(Integer x, int64_t divisor) {
  if (divisor == 1)
    return x;
  if (llvm::isPowerOf2_64(divisor))
    return (x + divisor / 2) >> x.like(llvm::Log2_64(divisor));
  return (x * x.like(2) + divisor)
      .with<arith::FloorDivSIOp>(x.like(2 * divisor));
}

static LogicalResult expandRequantShift(Expansion &e) {
  std::optional<int64_t> divisor = numberAttr(e, "div");
  std::optional<int64_t> isSigned = numberAttr(e, "signed");
  if (!divisor || *divisor < 1 || *divisor > (int64_t(1) << 31) || !isSigned)
    return e.refuse("expected whole 'div' of at least 1, and 'signed'");
  auto range = levels(e, *isSigned != 0);
  if (failed(range))
    return failure();
  if (broadcastShape({e.operand(0), e.operand(1), e.operand(2)}) !=
      std::optional<Shape>(Shape(e.shape(0))))
    return e.refuse("expected factor and addend that broadcast to the input");
  LocBuilder &b = e.b;
  Type i64 = b.getI64Type();
  Value factor = convert(b, e.operand(1), i64);
  Value addend = convert(b, e.operand(2), i64);
  QType code = codeFor(b, range->first, range->second);
  Value x = e.operand(0);
  Value codes = compute(b, {x, factor, addend}, code,
                        [&](LocBuilder &inner, ValueRange args) {
                          Value whole = args[0];
                          if (isa<FloatType>(whole.getType()))
                            whole = floatToInt(inner, whole, inner.getI64Type(),
                                               /*isUnsigned=*/false);
                          Integer value = Integer{inner, whole}.to(i64);
                          Integer scaled = value * Integer{inner, args[1]} +
                                           Integer{inner, args[2]};
                          return divideRounded(scaled, *divisor)
                              .clamp(range->first, range->second)
                              .to(inner.getI32Type())
                              .v;
                        });
  e.result(0, isFloatElement(elementOf(x)) ? ofScaleOne(b, codes)
                                           : convert(b, codes, elementOf(x)));
  return success();
}

//===----------------------------------------------------------------------===//
// iGELU, ITAMax, iLayerNorm, IntegerMean
//===----------------------------------------------------------------------===//

static Value sumOver(LocBuilder &b, Value x, ArrayRef<int64_t> axes,
                     bool keepDims = true) {
  return reduce(b, x, axes, keepDims, scalarConstant(b, b.getI32Type(), 0),
                [](LocBuilder &inner, ValueRange args) -> Value {
                  return inner.create<arith::AddIOp>(args[0], args[1]);
                });
}

static LogicalResult expandIGelu(Expansion &e) {
  std::optional<int64_t> bound = numberAttr(e, "b"), one = numberAttr(e, "one");
  if (!bound || !one || *bound >= 0)
    return e.refuse("expected whole 'one' and negative 'b'");
  LocBuilder &b = e.b;
  Type i32 = b.getI32Type();
  Value x = convert(b, e.operand(0), i32);
  Value y = compute(b, x, i32, [&](LocBuilder &inner, ValueRange args) {
    Integer value{inner, args[0]};
    Integer sign = value.clamp(-1, 1);
    Integer magnitude =
        (sign * value).with<arith::MinSIOp>(value.like(-*bound)) + *bound;
    Integer curve = sign * (value.like(*one) - magnitude * magnitude);
    return (value * ((curve + *one) >> value.like(1))).v;
  });
  e.result(0, convert(b, y, e.elementType(0)));
  return success();
}

static LogicalResult expandItaMax(Expansion &e) {
  auto range = levels(e, /*isSigned=*/false);
  if (failed(range) || e.rank(0) < 1)
    return e.refuse("expected a tensor of rank 1 or more");
  LocBuilder &b = e.b;
  Type i32 = b.getI32Type();
  int64_t last = e.rank(0) - 1;
  Value x = convert(b, e.operand(0), i32);
  Value greatest =
      reduce(b, x, {last}, /*keepDims=*/true, lowestOf(b, i32),
             [](LocBuilder &inner, ValueRange args) -> Value {
               return inner.create<arith::MaxSIOp>(args[0], args[1]);
             });
  // How often to halve: the distance in units of 32, rounded.
  Value shift =
      compute(b, {greatest, x}, i32, [](LocBuilder &inner, ValueRange args) {
        Integer top{inner, args[0]};
        return ((top - Integer{inner, args[1]} + 16) >> top.like(5))
            .clamp(0, 31)
            .v;
      });
  Value power = compute(b, shift, i32, [](LocBuilder &inner, ValueRange args) {
    Integer by{inner, args[0]};
    return (by.like(256) >> by).v;
  });
  Value total = sumOver(b, power, {last});
  QType code = codeFor(b, 0, range->second);
  Value codes =
      compute(b, {total, shift}, code, [&](LocBuilder &inner, ValueRange args) {
        Integer sum{inner, args[0]};
        return ((sum.like(range->second * 256) / sum) >>
                Integer{inner, args[1]})
            .clamp(0, range->second)
            .v;
      });
  e.result(0, ofScaleOne(b, codes));
  return success();
}

/// The integer square root of x + 1, at least 1.
static Integer rootOfNext(Integer x) {
  LocBuilder &b = x.b;
  Value real = b.create<arith::SIToFPOp>(b.getF64Type(), (x + 1).v);
  Value root = b.create<math::SqrtOp>(real);
  return {b, b.create<arith::FPToSIOp>(x.v.getType(), root)};
}

static LogicalResult expandILayerNorm(Expansion &e) {
  std::optional<int64_t> divisor = numberAttr(e, "D");
  auto range = levels(e, /*isSigned=*/true);
  if (failed(range))
    return failure();
  if (!divisor || *divisor < 1 || !llvm::isPowerOf2_64(*divisor) ||
      e.rank(0) < 1 || e.shape(0).back() == 0)
    return e.refuse("expected a power of two as 'D'");
  LocBuilder &b = e.b;
  Type i32 = b.getI32Type(), i64 = b.getI64Type();
  int64_t last = e.rank(0) - 1, count = e.shape(0).back();
  auto divideByCount = [count](LocBuilder &inner, ValueRange args) {
    Integer sum{inner, args[0]};
    return (sum / sum.like(count)).v;
  };
  Value x = convert(b, e.operand(0), i32);
  Value mean = compute(b, sumOver(b, x, {last}), i32, divideByCount);
  auto centre = [](LocBuilder &inner, ValueRange args) -> Value {
    return inner.create<arith::SubIOp>(args[0], args[1]);
  };
  Value centred = compute(b, {x, mean}, i32, centre);
  Value squares = compute(b, centred, i32, [](LocBuilder &inner, ValueRange a) {
    return (Integer{inner, a[0]} * Integer{inner, a[0]}).v;
  });
  Value variance = compute(b, sumOver(b, squares, {last}), i32, divideByCount);
  Value root = compute(b, variance, i64, [&](LocBuilder &inner, ValueRange a) {
    return rootOfNext(Integer{inner, a[0]}).to(i64).v;
  });
  Value weight = convert(b, e.operand(1), i64);
  Value bias = convert(b, e.operand(2), i64);
  QType code = codeFor(b, range->first, range->second);
  Value codes =
      compute(b, {centred, root, weight, bias}, code,
              [&](LocBuilder &inner, ValueRange args) {
                Integer value = Integer{inner, args[0]}.to(i64);
                Integer scaled =
                    value * Integer{inner, args[2]} / Integer{inner, args[1]} +
                    Integer{inner, args[3]};
                return (scaled >> scaled.like(llvm::Log2_64(*divisor)))
                    .clamp(range->first, range->second)
                    .to(inner.getI32Type())
                    .v;
              });
  e.result(0, ofScaleOne(b, codes));
  return success();
}

static LogicalResult expandIntegerMean(Expansion &e) {
  auto axes = e.intsAttr("axes");
  Shape sorted;
  int64_t count = 1;
  for (int64_t axis : axes ? ArrayRef<int64_t>(*axes) : ArrayRef<int64_t>()) {
    std::optional<int64_t> at = normalizeAxis(axis, e.rank(0));
    if (!at || llvm::is_contained(sorted, *at))
      return e.refuse("expected distinct axes of the input");
    sorted.push_back(*at);
    count *= e.shape(0)[*at];
  }
  if (sorted.empty() || count == 0)
    return e.refuse("expected axes");
  llvm::sort(sorted);
  Type i32 = e.b.getI32Type();
  Value sum = sumOver(e.b, convert(e.b, e.operand(0), i32), sorted,
                      e.intAttr("keepdims", 1) != 0);
  Value mean = compute(e.b, sum, i32, [&](LocBuilder &b, ValueRange args) {
    return divideRounded(Integer{b, args[0]}, count).v;
  });
  e.result(0, convert(e.b, mean, e.elementType(0)));
  return success();
}

ArrayRef<OperatorRow> graph::deeployOperators() {
  static const OperatorRow rows[] = {
      {"", "RequantShift", 1, 0, expandRequantShift},
      {"", "iGELU", 1, 0, expandIGelu},
      {"", "ITAMax", 1, 0, expandItaMax},
      {"", "iLayerNorm", 1, 0, expandILayerNorm},
      {"", "IntegerMean", 1, 0, expandIntegerMean},
  };
  return rows;
}
