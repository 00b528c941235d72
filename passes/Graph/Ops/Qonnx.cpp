//===- Qonnx.cpp - Quant, BipolarQuant, FloatQuant, MultiThreshold --------===//
//
// QONNX keeps real tensors and rounds them in place. A Quant becomes
// tern.quantize (or a body with the same codes, where it rounds or clips
// otherwise) and tern.dequantize, so that what follows sees the codes.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Quantized.h"
#include "passes/Graph/Ops/ScalarMath.h"
#include <cmath>

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using ir::CodeKind;
using ir::QType;

//===----------------------------------------------------------------------===//
// Scales that broadcast
//===----------------------------------------------------------------------===//

/// `shape`, aligned right, as a shape of `rank` dimensions.
static Shape padLeft(ArrayRef<int64_t> shape, size_t rank) {
  Shape padded(rank, 1);
  llvm::copy(shape, padded.end() - shape.size());
  return padded;
}

/// Operand `scale` as the scale of a tensor of `shape`, which it must broadcast
/// to; blocks are whole dimensions or single elements.
static FailureOr<Scaling>
broadcastScaling(Expansion &e, ArrayRef<int64_t> shape, unsigned scale) {
  Shape elements(shape);
  if (elements.empty())
    elements.push_back(1);
  Scaling result;
  bool fits = static_cast<size_t>(e.rank(scale)) <= elements.size();
  Shape scaleShape = fits ? padLeft(e.shape(scale), elements.size()) : Shape();
  for (size_t i = 0; fits && i < elements.size(); ++i) {
    fits = scaleShape[i] == 1 || scaleShape[i] == elements[i];
    result.block.push_back(
        scaleShape[i] == 1 ? std::max<int64_t>(elements[i], 1) : 1);
  }
  if (!fits)
    return e.refuse("expected a scale that broadcasts to the input");
  result.scaleType = e.elementType(scale);
  result.scale = convert(e.b, reshape(e.b, e.operand(scale), scaleShape),
                         e.b.getF32Type());
  return result;
}

//===----------------------------------------------------------------------===//
// Quant
//===----------------------------------------------------------------------===//

namespace {
/// What a Quant's attributes and constant operands say.
struct QuantRules {
  bool isSigned, narrow;
  std::string rounding; ///< upper case
  int64_t bits = 0;
  double zeroPoint = 0;

  double low() const {
    return isSigned ? -std::ldexp(1.0, bits - 1) + narrow : 0;
  }
  double high() const {
    return isSigned ? std::ldexp(1.0, bits - 1) - 1
                    : std::ldexp(1.0, bits) - 1 - narrow;
  }
};
} // namespace

static bool isRounding(StringRef name) {
  return llvm::StringSwitch<bool>(name)
      .Cases("ROUND", "HALF_EVEN", "CEIL", "FLOOR", "UP", true)
      .Cases("DOWN", "ROUND_TO_ZERO", "HALF_UP", "HALF_DOWN", true)
      .Default(false);
}

/// One of QONNX's rounding modes; UP and DOWN are away from and towards zero.
static graph::Scalar roundBy(graph::Scalar x, StringRef mode) {
  if (mode == "ROUND" || mode == "HALF_EVEN")
    return x.call<math::RoundEvenOp>();
  if (mode == "CEIL")
    return x.call<math::CeilOp>();
  if (mode == "FLOOR")
    return x.call<math::FloorOp>();
  graph::Scalar magnitude = x.call<math::AbsFOp>();
  if (mode == "UP")
    magnitude = magnitude.call<math::CeilOp>();
  else if (mode == "HALF_UP")
    magnitude = (magnitude + 0.5).call<math::FloorOp>();
  else if (mode == "HALF_DOWN")
    magnitude = (magnitude - 0.5).call<math::CeilOp>();
  else
    magnitude = magnitude.call<math::FloorOp>();
  return {x.b, x.b.create<math::CopySignOp>(magnitude.v, x.v)};
}

static FailureOr<QuantRules> quantRules(Expansion &e) {
  QuantRules rules;
  rules.isSigned = e.intAttr("signed", 1) != 0;
  rules.narrow = e.intAttr("narrow", 0) != 0;
  rules.rounding = StringRef(e.stringAttr("rounding_mode", "ROUND")).upper();
  if (!isRounding(rules.rounding))
    return e.refuse("expected a rounding mode of QONNX, but got '" +
                    rules.rounding + "'");
  std::optional<eval::Tensor> bits = e.constant(3), zero = e.constant(2);
  if (!bits || bits->size() != 1 || !zero || zero->size() < 1)
    return e.refuse("expected one constant bit width and a constant zero point",
                    "make them initializers");
  rules.zeroPoint = zero->getFloat(0);
  for (int64_t i = 1; i < zero->size(); ++i)
    if (zero->getFloat(i) != rules.zeroPoint)
      return e.refuse("expected the same zero point for all elements");
  double width = bits->getFloat(0);
  rules.bits = static_cast<int64_t>(width);
  if (width != static_cast<double>(rules.bits) || rules.bits < 1 ||
      rules.bits > 16)
    return e.refuse("expected a bit width of 1 to 16, but got " +
                    Twine(std::to_string(width)));
  if (rules.zeroPoint != std::nearbyint(rules.zeroPoint) ||
      std::abs(rules.zeroPoint) > 65536)
    return e.refuse("expected a whole zero point");
  return rules;
}

static LogicalResult expandQuant(Expansion &e) {
  if (!e.elementType(0).isF32())
    return refuseType(e, 0, "float");
  FailureOr<QuantRules> rules = quantRules(e);
  if (failed(rules))
    return failure();
  FailureOr<Scaling> scaling = broadcastScaling(e, e.shape(0), 1);
  if (failed(scaling))
    return failure();
  LocBuilder &b = e.b;
  auto code = QType::get(b.getContext(),
                         rules->isSigned ? CodeKind::SInt : CodeKind::UInt,
                         rules->bits);
  if (rules->zeroPoint != 0)
    scaling->zeroPoint = scalarTensor(b, shapeOf(scaling->scale),
                                      b.getI32Type(), rules->zeroPoint);
  bool isPlain = rules->zeroPoint == 0 && !rules->narrow &&
                 (rules->rounding == "ROUND" || rules->rounding == "HALF_EVEN");
  if (isPlain) {
    e.result(
        0, dequantize(b, quantize(b, e.operand(0), *scaling, code), *scaling));
    return success();
  }
  // The zero point is added before rounding: it may move a tie.
  Value x = e.rank(0) ? e.operand(0) : reshape(b, e.operand(0), {1});
  Value codes = compute(
      b, {x, scaling->scale}, code, [&](LocBuilder &inner, ValueRange args) {
        graph::Scalar ratio =
            graph::Scalar{inner, args[0]} / graph::Scalar{inner, args[1]};
        if (rules->zeroPoint != 0)
          ratio = ratio + rules->zeroPoint;
        graph::Scalar rounded = roundBy(ratio, rules->rounding);
        return floatToInt(inner, rounded.max(rules->low()).min(rules->high()).v,
                          inner.getI32Type(), /*isUnsigned=*/false);
      });
  e.result(0, dequantize(b, reshape(b, codes, e.shape(0)), *scaling));
  return success();
}

static LogicalResult expandBipolarQuant(Expansion &e) {
  if (!e.elementType(0).isF32())
    return refuseType(e, 0, "float");
  FailureOr<Scaling> scaling = broadcastScaling(e, e.shape(0), 1);
  if (failed(scaling))
    return failure();
  auto code = QType::get(e.node.getContext(), CodeKind::Binary, 1);
  Value codes =
      compute(e.b, e.operand(0), code, [](LocBuilder &b, ValueRange args) {
        Value isOne =
            b.create<arith::CmpFOp>(arith::CmpFPredicate::OGE, args[0],
                                    scalarConstant(b, args[0].getType(), 0));
        Type i32 = b.getI32Type();
        return b.create<arith::SelectOp>(isOne, scalarConstant(b, i32, 1),
                                         scalarConstant(b, i32, -1));
      });
  e.result(0, dequantize(e.b, codes, *scaling));
  return success();
}

//===----------------------------------------------------------------------===//
// FloatQuant
//===----------------------------------------------------------------------===//

/// floor(log2(|x|)) of a normal f32, as an f32; -127 of zero and subnormals.
static graph::Scalar exponentOf(graph::Scalar x) {
  LocBuilder &b = x.b;
  Type i32 = b.getI32Type();
  Value bits = b.create<arith::BitcastOp>(i32, x.v);
  Value shifted = b.create<arith::ShRUIOp>(bits, scalarConstant(b, i32, 23));
  Value biased = b.create<arith::AndIOp>(shifted, scalarConstant(b, i32, 255));
  Value exponent = b.create<arith::SubIOp>(biased, scalarConstant(b, i32, 127));
  return {b, b.create<arith::SIToFPOp>(x.v.getType(), exponent)};
}

/// 2 to a whole power from -126 to 127.
static graph::Scalar powerOfTwo(graph::Scalar exponent) {
  LocBuilder &b = exponent.b;
  Type i32 = b.getI32Type();
  Value whole = b.create<arith::FPToSIOp>(i32, exponent.max(-126).min(127).v);
  Value biased = b.create<arith::AddIOp>(whole, scalarConstant(b, i32, 127));
  Value bits = b.create<arith::ShLIOp>(biased, scalarConstant(b, i32, 23));
  return {b, b.create<arith::BitcastOp>(exponent.v.getType(), bits)};
}

static LogicalResult expandFloatQuant(Expansion &e) {
  if (!e.elementType(0).isF32())
    return refuseType(e, 0, "float");
  FailureOr<Scaling> scaling = broadcastScaling(e, e.shape(0), 1);
  if (failed(scaling))
    return failure();
  double field[4] = {0, 0, 0, INFINITY}; // exponent, mantissa, bias, greatest
  for (unsigned i = 0; i < 4; ++i) {
    if (i == 3 && !e.has(5))
      break;
    std::optional<eval::Tensor> value = e.constant(2 + i);
    if (!value || value->size() != 1)
      return e.refuse("expected constant widths, bias and greatest value",
                      "make them initializers");
    field[i] = value->getFloat(0);
  }
  std::string mode = StringRef(e.stringAttr("rounding_mode", "ROUND")).upper();
  if (!isRounding(mode) || e.intAttr("saturation", 1) == 0)
    return e.refuse("expected saturation and a rounding mode of QONNX");
  double mantissa = field[1], leastExponent = 1 - field[2] - mantissa;
  double greatest =
      std::min(field[3], (2 - std::exp2(-mantissa)) *
                             std::exp2(std::exp2(field[0]) - 1 - field[2]));
  greatest = std::min(greatest, 3.4028234663852886e38);
  Value x = e.rank(0) ? e.operand(0) : reshape(e.b, e.operand(0), {1});
  Value result =
      compute(e.b, {x, scaling->scale}, e.b.getF32Type(),
              [&](LocBuilder &b, ValueRange args) {
                graph::Scalar scale{b, args[1]};
                graph::Scalar ratio = graph::Scalar{b, args[0]} / scale;
                graph::Scalar step = powerOfTwo(
                    (exponentOf(ratio) - mantissa).max(leastExponent));
                graph::Scalar rounded = roundBy(ratio / step, mode) * step;
                return (rounded.max(-greatest).min(greatest) * scale).v;
              });
  e.result(0, reshape(e.b, result, e.shape(0)));
  return success();
}

//===----------------------------------------------------------------------===//
// MultiThreshold
//===----------------------------------------------------------------------===//

/// How many of its channel's thresholds each element reaches, as i32.
static Value countReached(LocBuilder &b, Value x, Value thresholds,
                          int64_t channelAxis) {
  MLIRContext *context = b.getContext();
  unsigned rank = shapeOf(x).size();
  Value start = filled(b, shapeOf(x), scalarConstant(b, b.getI32Type(), 0));
  AffineExpr channel = shapeOf(thresholds)[0] == 1
                           ? b.getAffineConstantExpr(0)
                           : b.getAffineDimExpr(channelAxis);
  AffineMap elements =
      AffineMap::getMultiDimIdentityMap(rank + 1, context).getMajorSubMap(rank);
  SmallVector<AffineMap> maps = {
      elements,
      AffineMap::get(rank + 1, 0, {channel, b.getAffineDimExpr(rank)}, context),
      elements};
  SmallVector<utils::IteratorType> iterators(rank + 1,
                                             utils::IteratorType::parallel);
  iterators.back() = utils::IteratorType::reduction;
  auto op = b.create<linalg::GenericOp>(
      TypeRange{start.getType()}, ValueRange{x, thresholds}, ValueRange{start},
      maps, iterators, [](OpBuilder &nested, Location loc, ValueRange args) {
        LocBuilder inner(loc, nested);
        Value reached = inner.create<arith::CmpFOp>(arith::CmpFPredicate::OGE,
                                                    args[0], args[1]);
        Value one = inner.create<arith::ExtUIOp>(inner.getI32Type(), reached);
        Value sum = inner.create<arith::AddIOp>(args[2], one);
        inner.create<linalg::YieldOp>(sum);
      });
  return op.getResult(0);
}

/// Counts as values: codes where scale and bias allow, so that integer
/// contractions can follow.
static Value countsToValues(LocBuilder &b, Value counts, int64_t thresholds,
                            float scale, float bias) {
  Scaling scaling;
  scaling.block = Shape(shapeOf(counts));
  Shape ones(scaling.block.size(), 1);
  bool isBinary = thresholds == 1 && bias == -scale / 2;
  float zero = -bias / scale;
  unsigned bits = llvm::Log2_64_Ceil(thresholds + 1);
  bool isCode = scale != 0 && std::abs(zero) < 65536 &&
                zero == std::nearbyint(zero) && -zero * scale == bias &&
                bits <= 16 && !llvm::is_contained(scaling.block, 0);
  if (!isBinary && !isCode)
    return compute(
        b, counts, b.getF32Type(), [&](LocBuilder &inner, ValueRange args) {
          Value real =
              inner.create<arith::SIToFPOp>(inner.getF32Type(), args[0]);
          return (graph::Scalar{inner, real} * scale + bias).v;
        });
  auto code = QType::get(b.getContext(),
                         isBinary ? CodeKind::Binary : CodeKind::UInt, bits);
  Value codes =
      compute(b, counts, code, [&](LocBuilder &inner, ValueRange args) {
        if (!isBinary)
          return args[0];
        Type i32 = inner.getI32Type();
        Value twice = inner.create<arith::AddIOp>(args[0], args[0]);
        return Value(
            inner.create<arith::SubIOp>(twice, scalarConstant(inner, i32, 1)));
      });
  scaling.scale =
      scalarTensor(b, ones, b.getF32Type(), isBinary ? scale / 2 : scale);
  if (!isBinary && zero != 0)
    scaling.zeroPoint = scalarTensor(b, ones, b.getI32Type(), zero);
  return dequantize(b, codes, scaling);
}

static LogicalResult expandMultiThreshold(Expansion &e) {
  if (!e.elementType(0).isF32() || !e.elementType(1).isF32())
    return e.refuse("expected float inputs and thresholds");
  bool channelsLast =
      StringRef(e.stringAttr("data_layout", "NCHW")).ends_with("C");
  int64_t axis = channelsLast || e.rank(0) < 2 ? e.rank(0) - 1 : 1;
  if (e.rank(0) < 1 || e.rank(1) != 2 ||
      (e.shape(1)[0] != 1 && e.shape(1)[0] != e.shape(0)[axis]))
    return e.refuse("expected a row of thresholds for each channel, or one");
  Value counts = countReached(e.b, e.operand(0), e.operand(1), axis);
  e.result(0, countsToValues(e.b, counts, e.shape(1)[1],
                             e.floatAttr("out_scale", 1),
                             e.floatAttr("out_bias", 0)));
  return success();
}

ArrayRef<OperatorRow> graph::qonnxOperators() {
  static const llvm::SmallVector<OperatorRow> rows = [] {
    llvm::SmallVector<OperatorRow> all;
    for (StringRef domain : {"onnx.brevitas", "finn.custom_op.general",
                             "qonnx.custom_op.general"}) {
      all.push_back({domain, "Quant", 1, 0, expandQuant, first(4)});
      all.push_back({domain, "IntQuant", 1, 0, expandQuant, first(4)});
      all.push_back(
          {domain, "BipolarQuant", 1, 0, expandBipolarQuant, first(2)});
      all.push_back({domain, "FloatQuant", 1, 0, expandFloatQuant});
      all.push_back(
          {domain, "MultiThreshold", 1, 0, expandMultiThreshold, first(2)});
    }
    return all;
  }();
  return rows;
}
