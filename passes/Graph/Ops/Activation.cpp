//===- Activation.cpp - Activation functions ------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/ScalarMath.h"
#include "passes/Graph/Ops/Support.h"
#include <cmath>

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using arith::CmpFPredicate;

/// An activation as a function of one float scalar.
static LogicalResult activation(Expansion &e,
                                llvm::function_ref<Scalar(Scalar)> fn) {
  if (e.numOperands() != 1)
    return e.refuse("expected one operand, but got " + Twine(e.numOperands()));
  return expandFloat(e, [&](LocBuilder &b, ValueRange args) {
    return fn({b, args[0]}).v;
  });
}

static LogicalResult expandRelu(Expansion &e) {
  return expandElementwise(
      e, [](LocBuilder &b, ValueRange args, bool isUnsigned) -> Value {
        Value zero = scalarConstant(b, args[0].getType(), 0);
        if (isa<FloatType>(args[0].getType()))
          return b.create<arith::MaximumFOp>(args[0], zero);
        return isUnsigned ? args[0]
                          : Value(b.create<arith::MaxSIOp>(args[0], zero));
      });
}

static LogicalResult expandSigmoid(Expansion &e) {
  return activation(e, [](Scalar x) { return x.sigmoid(); });
}

static LogicalResult expandLeakyRelu(Expansion &e) {
  float alpha = e.floatAttr("alpha", 0.01f);
  return activation(e, [&](Scalar x) {
    return x.select(CmpFPredicate::OLT, 0, x * alpha, x);
  });
}

static LogicalResult expandThresholdedRelu(Expansion &e) {
  float alpha = e.floatAttr("alpha", 1);
  return activation(e, [&](Scalar x) {
    return x.select(CmpFPredicate::OGT, alpha, x, x.like(0));
  });
}

static LogicalResult expandElu(Expansion &e) {
  float alpha = e.floatAttr("alpha", 1);
  return activation(e, [&](Scalar x) {
    return x.select(CmpFPredicate::OLT, 0, (x.exp() - 1) * alpha, x);
  });
}

static LogicalResult expandSelu(Expansion &e) {
  float alpha = e.floatAttr("alpha", 1.67326319217681884765625f);
  float gamma = e.floatAttr("gamma", 1.05070102214813232421875f);
  return activation(e, [&](Scalar x) {
    Scalar negative = (x.exp() * alpha - alpha) * gamma;
    return x.select(CmpFPredicate::OLE, 0, negative, x * gamma);
  });
}

static LogicalResult expandCelu(Expansion &e) {
  float alpha = e.floatAttr("alpha", 1);
  return activation(e, [&](Scalar x) {
    return x.max(0) + (((x / alpha).exp() - 1) * alpha).min(0);
  });
}

static LogicalResult expandHardSigmoid(Expansion &e) {
  float alpha = e.floatAttr("alpha", 0.2f), beta = e.floatAttr("beta", 0.5f);
  return activation(e,
                    [&](Scalar x) { return (x * alpha + beta).max(0).min(1); });
}

static LogicalResult expandHardSwish(Expansion &e) {
  return activation(
      e, [](Scalar x) { return x * (x * (1.0f / 6) + 0.5).max(0).min(1); });
}

static LogicalResult expandSoftplus(Expansion &e) {
  return activation(e, [](Scalar x) { return x.softplus(); });
}

static LogicalResult expandSoftsign(Expansion &e) {
  return activation(e,
                    [](Scalar x) { return x / (x.call<math::AbsFOp>() + 1); });
}

static LogicalResult expandMish(Expansion &e) {
  return activation(
      e, [](Scalar x) { return x * x.softplus().call<math::TanhOp>(); });
}

static LogicalResult expandSwish(Expansion &e) {
  float alpha = e.floatAttr("alpha", 1);
  return activation(e, [&](Scalar x) { return x * (x * alpha).sigmoid(); });
}

static Scalar geluErf(Scalar x) {
  return x * 0.5 * ((x * std::sqrt(0.5)).call<math::ErfOp>() + 1);
}

static Scalar geluTanh(Scalar x) {
  Scalar inner = (x + x * x * x * 0.044715) * std::sqrt(2 / M_PI);
  return x * 0.5 * (inner.call<math::TanhOp>() + 1);
}

static LogicalResult expandGelu(Expansion &e) {
  std::string mode = e.stringAttr("approximate", "none");
  if (mode != "none" && mode != "tanh")
    return e.refuse("expected approximate none or tanh, but got '" + mode +
                    "'");
  return activation(e, mode == "tanh" ? geluTanh : geluErf);
}

/// com.microsoft: Gelu of a sum with a bias along the last dimension.
static LogicalResult expandFastGelu(Expansion &e) {
  return expandFloat(e, [](LocBuilder &b, ValueRange args) {
    Scalar x{b, args[0]};
    return geluTanh(args.size() > 1 ? x + Scalar{b, args[1]} : x).v;
  });
}

static LogicalResult expandBiasGelu(Expansion &e) {
  return expandFloat(e, [](LocBuilder &b, ValueRange args) {
    return geluErf(Scalar{b, args[0]} + Scalar{b, args[1]}).v;
  });
}

static LogicalResult expandQuickGelu(Expansion &e) {
  float alpha = e.floatAttr("alpha", 1.702f);
  return activation(e, [&](Scalar x) { return x * (x * alpha).sigmoid(); });
}

static LogicalResult expandShrink(Expansion &e) {
  double bias = e.floatAttr("bias", 0), lambda = e.floatAttr("lambd", 0.5f);
  if (isFloatElement(e.elementType(0)))
    return activation(e, [&](Scalar x) {
      Scalar above = x.select(CmpFPredicate::OGT, lambda, x - bias, x.like(0));
      return x.select(CmpFPredicate::OLT, -lambda, x + bias, above);
    });
  return refuseType(e, 0, "a float tensor");
}

/// The slope broadcasts to the input only.
static Value prelu(LocBuilder &b, Value x, Value slope, bool isUnsigned) {
  Value zero = scalarConstant(b, x.getType(), 0);
  if (isa<FloatType>(x.getType())) {
    Value below = b.create<arith::CmpFOp>(CmpFPredicate::OLT, x, zero);
    Value scaled = b.create<arith::MulFOp>(x, slope);
    return b.create<arith::SelectOp>(below, scaled, x);
  }
  if (isUnsigned)
    return x;
  Value below = b.create<arith::CmpIOp>(arith::CmpIPredicate::slt, x, zero);
  Value scaled = b.create<arith::MulIOp>(x, slope);
  return b.create<arith::SelectOp>(below, scaled, x);
}

static LogicalResult expandPRelu(Expansion &e) {
  if (e.numOperands() != 2)
    return e.refuse("expected two operands");
  // Until opset 6 a slope of one dimension is of the channels.
  int64_t rank = e.rank(0);
  if (e.version() < 7 && rank > 2 && e.rank(1) == 1 &&
      e.shape(1)[0] == e.shape(0)[1] && isFloatElement(e.elementType(0)) &&
      e.elementType(0) == e.elementType(1)) {
    Shape shape(rank - 1, 1);
    shape[0] = e.shape(1)[0];
    Value slope = reshape(e.b, e.operand(1), shape);
    e.result(0, compute(e.b, {e.operand(0), slope}, e.elementType(0),
                        [](LocBuilder &b, ValueRange args) {
                          return prelu(b, args[0], args[1], false);
                        }));
    return success();
  }
  return expandElementwise(
      e, [](LocBuilder &b, ValueRange args, bool isUnsigned) -> Value {
        return prelu(b, args[0], args[1], isUnsigned);
      });
}

/// gate * sigmoid(alpha * gate) * up.
static LogicalResult expandSwiGLU(Expansion &e) {
  if (e.numOperands() != 2)
    return e.refuse("expected two operands");
  double alpha = e.floatAttr("alpha", 1);
  return expandFloat(e, [&](LocBuilder &b, ValueRange args) {
    Scalar gate{b, args[0]}, up{b, args[1]};
    return (gate * (gate * alpha).sigmoid() * up).v;
  });
}

ArrayRef<OperatorRow> graph::activationOperators() {
  static const OperatorRow rows[] = {
      {"", "Relu", 1, 0, expandRelu},
      {"", "Sigmoid", 1, 0, expandSigmoid},
      {"", "LeakyRelu", 1, 0, expandLeakyRelu},
      {"", "ThresholdedRelu", 10, 0, expandThresholdedRelu},
      {"", "Elu", 1, 0, expandElu},
      {"", "Selu", 6, 0, expandSelu},
      {"", "Celu", 12, 0, expandCelu},
      {"", "HardSigmoid", 1, 0, expandHardSigmoid},
      {"", "HardSwish", 14, 0, expandHardSwish},
      {"", "Softplus", 1, 0, expandSoftplus},
      {"", "Softsign", 1, 0, expandSoftsign},
      {"", "Mish", 18, 0, expandMish},
      {"", "Swish", 24, 0, expandSwish},
      {"", "Gelu", 20, 0, expandGelu},
      {"", "Shrink", 9, 0, expandShrink},
      {"", "PRelu", 1, 0, expandPRelu, first(2)},
      {"", "SwiGLU", 28, 0, expandSwiGLU, first(2)},
      {"com.microsoft", "Gelu", 1, 0, expandGelu},
      {"com.microsoft", "FastGelu", 1, 0, expandFastGelu},
      {"com.microsoft", "BiasGelu", 1, 0, expandBiasGelu, first(2)},
      {"com.microsoft", "QuickGelu", 1, 0, expandQuickGelu},
  };
  return rows;
}
