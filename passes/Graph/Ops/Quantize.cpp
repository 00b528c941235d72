//===- Quantize.cpp - QuantizeLinear, DequantizeLinear, dynamic -----------===//
#include "dialects/Tern/Codes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Quantized.h"
#include "passes/Graph/Ops/ScalarMath.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using ir::QType;

bool graph::isAllZero(const eval::Tensor &tensor) {
  for (int64_t i = 0; i < tensor.size(); ++i)
    if (tensor.getFloat(i) != 0)
      return false;
  return true;
}

Value graph::scalarTensor(LocBuilder &b, ArrayRef<int64_t> shape, Type element,
                          double value) {
  RankedTensorType type = tensorOf(shape, element);
  if (isa<FloatType>(element))
    return b.create<arith::ConstantOp>(
        DenseElementsAttr::get(type, b.getFloatAttr(element, value)));
  return b.create<arith::ConstantOp>(DenseElementsAttr::get(
      type, b.getIntegerAttr(element, static_cast<int64_t>(value))));
}

//===----------------------------------------------------------------------===//
// Scales and zero points
//===----------------------------------------------------------------------===//

/// The shape a scale of shape `given` has as a #tern.format's, and the blocks;
/// nothing when it fits none of the three granularities.
static std::optional<std::pair<Shape, Shape>>
granularity(ArrayRef<int64_t> shape, ArrayRef<int64_t> given, int64_t axis,
            int64_t blockSize) {
  int64_t rank = shape.size();
  Shape scaleShape(rank, 1), block(shape);
  for (int64_t &size : block)
    size = std::max<int64_t>(size, 1);
  if (blockSize == 0 && product(given) == 1 && given.size() <= 1)
    return std::pair(scaleShape, block);
  std::optional<int64_t> along = normalizeAxis(axis, rank);
  if (!along)
    return std::nullopt;
  if (blockSize == 0) {
    if (given.size() != 1 || given[0] != shape[*along])
      return std::nullopt;
    scaleShape[*along] = given[0];
    block[*along] = 1;
    return std::pair(scaleShape, block);
  }
  scaleShape.assign(shape.begin(), shape.end());
  scaleShape[*along] = llvm::divideCeil(shape[*along], blockSize);
  block.assign(rank, 1);
  block[*along] = blockSize;
  if (ArrayRef<int64_t>(scaleShape) != given)
    return std::nullopt;
  return std::pair(scaleShape, block);
}

FailureOr<Scaling> graph::scalingOf(Expansion &e, ArrayRef<int64_t> shape,
                                    unsigned scale, unsigned zeroPoint,
                                    int64_t axis, int64_t blockSize) {
  // Zero-dimensional tensors are scaled as ones of one element.
  Shape elements(shape);
  if (shape.empty())
    elements.push_back(1);
  auto found = granularity(elements, e.shape(scale), axis, blockSize);
  if (blockSize < 0 || !found)
    return e.refuse("expected one scale, one for each index of axis " +
                    Twine(axis) +
                    ", or one for each block, but got a scale of " +
                    Twine(product(e.shape(scale))) + " elements");
  Scaling result;
  result.block = found->second;
  result.scaleType = e.elementType(scale);
  Type f32 = e.b.getF32Type(), i32 = e.b.getI32Type();
  result.scale =
      convert(e.b, reshape(e.b, e.operand(scale), found->first), f32);
  if (!e.has(zeroPoint))
    return result;
  std::optional<eval::Tensor> known = e.constant(zeroPoint);
  if (known && isAllZero(*known))
    return result;
  if (isFloatElement(e.elementType(zeroPoint)))
    return e.refuse("expected a zero point of 0 of a float type");
  if (product(e.shape(zeroPoint)) != product(found->first))
    return e.refuse("expected as many zero points as scales");
  result.zeroPoint =
      convert(e.b, reshape(e.b, e.operand(zeroPoint), found->first), i32);
  return result;
}

Value graph::quantize(LocBuilder &b, Value value, const Scaling &scaling,
                      Type code, bool saturate) {
  Shape shape(shapeOf(value));
  if (shape.empty())
    value = reshape(b, value, {1});
  auto format = ir::FormatAttr::get(b.getContext(), scaling.block);
  Value codes = b.create<ir::QuantizeOp>(tensorOf(shapeOf(value), code), value,
                                         scaling.scale, scaling.zeroPoint,
                                         format, saturate);
  return reshape(b, codes, shape);
}

Value graph::dequantize(LocBuilder &b, Value codes, const Scaling &scaling) {
  Shape shape(shapeOf(codes));
  if (shape.empty())
    codes = reshape(b, codes, {1});
  auto format = ir::FormatAttr::get(b.getContext(), scaling.block);
  Value values = b.create<ir::DequantizeOp>(
      tensorOf(shapeOf(codes), b.getF32Type()), codes, scaling.scale,
      scaling.zeroPoint, format);
  return reshape(b, values, shape);
}

//===----------------------------------------------------------------------===//
// QuantizeLinear, DequantizeLinear
//===----------------------------------------------------------------------===//

static LogicalResult expandQuantizeLinear(Expansion &e) {
  Type onnxType = e.b.getIntegerType(8, /*isSigned=*/false);
  if (e.has(2))
    onnxType = e.onnxElementType(2);
  else if (int64_t asked = e.intAttr("output_dtype", 0))
    onnxType = onnxTypeOfData(e.node.getContext(), asked);
  auto code =
      onnxType ? dyn_cast_or_null<QType>(toTernElementType(onnxType)) : QType();
  if (!code)
    return e.refuse("expected codes of at most 16 bits");
  int64_t precision = e.intAttr("precision", 0);
  if (precision != 0 && precision != 1)
    return e.refuse("expected a precision of float32, but got data type " +
                    Twine(precision));
  if (!isFloatElement(e.elementType(0)) && !e.elementType(0).isInteger(32))
    return refuseType(e, 0, "a float or int32");
  FailureOr<Scaling> scaling = scalingOf(
      e, e.shape(0), 1, 2, e.intAttr("axis", 1), e.intAttr("block_size", 0));
  if (failed(scaling))
    return failure();
  Value x = convert(e.b, e.operand(0), e.b.getF32Type());
  e.result(0, quantize(e.b, x, *scaling, code, e.intAttr("saturate", 1) != 0),
           onnxType);
  return success();
}

static LogicalResult expandDequantizeLinear(Expansion &e) {
  if (!isa<QType>(e.elementType(0)) && !e.elementType(0).isInteger(32))
    return refuseType(e, 0, "codes of at most 16 bits or int32");
  FailureOr<Scaling> scaling = scalingOf(
      e, e.shape(0), 1, 2, e.intAttr("axis", 1), e.intAttr("block_size", 0));
  if (failed(scaling))
    return failure();
  Type type = scaling->scaleType;
  if (isa<QType>(type))
    type = e.b.getF32Type(); // a scale of powers of two
  if (int64_t asked = e.intAttr("output_dtype", 0)) {
    Type onnxType = onnxTypeOfData(e.node.getContext(), asked);
    type = onnxType ? toTernElementType(onnxType) : Type();
  }
  if (!isa_and_nonnull<FloatType>(type))
    return e.refuse("expected real values as a result");
  e.result(0, convert(e.b, dequantize(e.b, e.operand(0), *scaling), type));
  return success();
}

//===----------------------------------------------------------------------===//
// DynamicQuantizeLinear
//===----------------------------------------------------------------------===//

/// The least (or greatest) of all elements and 0, of shape 1 x ... x 1.
template <typename Op> static Value extreme(LocBuilder &b, Value x) {
  Shape axes(llvm::to_vector(llvm::seq<int64_t>(shapeOf(x).size())));
  return reduce(b, x, axes, /*keepDims=*/true,
                scalarConstant(b, b.getF32Type(), 0.0),
                [](LocBuilder &b, ValueRange args) -> Value {
                  return b.create<Op>(args[0], args[1]);
                });
}

Scaling graph::dynamicScaling(LocBuilder &b, Value x) {
  Scaling scaling;
  scaling.block.assign(shapeOf(x).begin(), shapeOf(x).end());
  for (int64_t &size : scaling.block)
    size = std::max<int64_t>(size, 1);
  Type f32 = b.getF32Type();
  scaling.scaleType = f32;
  Value least = extreme<arith::MinimumFOp>(b, x);
  Value greatest = extreme<arith::MaximumFOp>(b, x);
  scaling.scale =
      compute(b, {least, greatest}, f32, [](LocBuilder &b, ValueRange args) {
        Scalar low{b, args[0]}, high{b, args[1]};
        Scalar scale = (high - low) / 255;
        // All zeros: any scale does.
        return scale.select(arith::CmpFPredicate::OEQ, 0, scale.like(1), scale)
            .v;
      });
  scaling.zeroPoint = compute(
      b, {least, scaling.scale}, b.getI32Type(),
      [](LocBuilder &b, ValueRange args) {
        Scalar zero = -(Scalar{b, args[0]} / Scalar{b, args[1]});
        Scalar rounded = zero.max(0).min(255).call<math::RoundEvenOp>();
        return floatToInt(b, rounded.v, b.getI32Type(), /*isUnsigned=*/false);
      });
  return scaling;
}

static LogicalResult expandDynamicQuantizeLinear(Expansion &e) {
  if (!e.elementType(0).isF32())
    return refuseType(e, 0, "float");
  Value x = e.operand(0);
  if (e.rank(0) == 0)
    x = reshape(e.b, x, {1});
  Scaling scaling = dynamicScaling(e.b, x);
  auto u8 = QType::get(e.node.getContext(), ir::CodeKind::UInt, 8);
  Value codes = quantize(e.b, x, scaling, u8);
  e.result(0, reshape(e.b, codes, e.shape(0)));
  e.result(1, reshape(e.b, scaling.scale, {}));
  e.result(2, reshape(e.b, convert(e.b, scaling.zeroPoint, u8), {}));
  return success();
}

ArrayRef<OperatorRow> graph::quantizeOperators() {
  static const OperatorRow rows[] = {
      {"", "QuantizeLinear", 10, 0, expandQuantizeLinear, first(2)},
      {"", "DequantizeLinear", 10, 0, expandDequantizeLinear, first(2)},
      {"", "DynamicQuantizeLinear", 11, 0, expandDynamicQuantizeLinear},
      {"com.microsoft", "QuantizeLinear", 1, 0, expandQuantizeLinear, first(2)},
      {"com.microsoft", "DequantizeLinear", 1, 0, expandDequantizeLinear,
       first(2)},
  };
  return rows;
}
