//===- Requantize.cpp - The ends of integer contractions ------------------===//
#include "passes/Graph/Ops/Requantize.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using ir::QType;

Value graph::combineScales(LocBuilder &b, Value first, Value second,
                           Value divisor) {
  SmallVector<Value> inputs = {first, second};
  if (divisor)
    inputs.push_back(divisor);
  return compute(
      b, inputs, b.getF32Type(), [](LocBuilder &inner, ValueRange args) {
        Value scale = inner.create<arith::MulFOp>(args[0], args[1]);
        return args.size() == 3
                   ? Value(inner.create<arith::DivFOp>(scale, args[2]))
                   : scale;
      });
}

namespace {
/// Operands of a body, of which constants with one value become scalars of the
/// body instead.
class BodyInputs {
public:
  explicit BodyInputs(Value first) : tensors({first}) {}
  /// Adds a tensor; the index by which `get` finds its scalar.
  unsigned add(Value tensor) {
    DenseElementsAttr dense;
    bool isSplat = matchPattern(tensor, m_Constant(&dense)) && dense.isSplat();
    if (!isSplat)
      tensors.push_back(tensor);
    sources.push_back({isSplat ? dense.getSplatValue<TypedAttr>() : TypedAttr(),
                       static_cast<unsigned>(tensors.size() - 1)});
    return sources.size() - 1;
  }
  Value get(LocBuilder &b, ValueRange args, unsigned i) const {
    auto [constant, argument] = sources[i];
    return constant ? Value(b.create<arith::ConstantOp>(constant))
                    : args[argument];
  }
  SmallVector<Value> tensors;

private:
  SmallVector<std::pair<TypedAttr, unsigned>> sources;
};
} // namespace

/// i32 or i64 as f32.
static Value toReal(LocBuilder &b, Value sum) {
  return b.create<arith::SIToFPOp>(b.getF32Type(), sum);
}

Value graph::requantize(LocBuilder &b, Value sums, Value multiplier, Value zero,
                        QType code, CodeRange range) {
  BodyInputs inputs(sums);
  unsigned scaleInput = inputs.add(multiplier);
  unsigned zeroInput = zero ? inputs.add(zero) : 0;
  return compute(
      b, inputs.tensors, code, [&](LocBuilder &inner, ValueRange args) {
        Type f32 = inner.getF32Type(), i32 = inner.getI32Type();
        Value scaled = inner.create<arith::MulFOp>(
            toReal(inner, args[0]), inputs.get(inner, args, scaleInput));
        Value y = inner.create<math::RoundEvenOp>(scaled);
        if (zero)
          y = inner.create<arith::AddFOp>(
              y, toReal(inner, inputs.get(inner, args, zeroInput)));
        // maxnumf: a NaN becomes the least code, as in tern.quantize.
        y = inner.create<arith::MaxNumFOp>(
            y, scalarConstant(inner, f32, range.low));
        y = inner.create<arith::MinNumFOp>(
            y, scalarConstant(inner, f32, range.high));
        return inner.create<arith::FPToSIOp>(i32, y);
      });
}

Value graph::scaleSums(LocBuilder &b, Value sums, Value scale) {
  BodyInputs inputs(sums);
  unsigned scaleInput = inputs.add(scale);
  return compute(b, inputs.tensors, b.getF32Type(),
                 [&](LocBuilder &inner, ValueRange args) -> Value {
                   return inner.create<arith::MulFOp>(
                       toReal(inner, args[0]),
                       inputs.get(inner, args, scaleInput));
                 });
}

Value graph::addTensors(LocBuilder &b, Value a, Value c) {
  return compute(b, {a, c}, elementOf(a),
                 [](LocBuilder &inner, ValueRange args) -> Value {
                   if (isa<FloatType>(args[0].getType()))
                     return inner.create<arith::AddFOp>(args[0], args[1]);
                   return inner.create<arith::AddIOp>(args[0], args[1]);
                 });
}
