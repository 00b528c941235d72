//===- Attention.cpp - Scaled dot-product attention -----------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Normalize.h"
#include "passes/Graph/Ops/ScalarMath.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using arith::CmpIPredicate;

namespace {
/// Attention, step by step; query, key and value are batch x heads x length x
/// size, of f32 or f64.
struct Attending {
  Expansion &e;
  bool isFlat = false; ///< operands of batch x length x heads*size
  bool isCausal = false;
  Value query = {}, key = {}, value = {};
  int64_t past = 0;
  /// What is added to scores; null when nothing is masked.
  Value bias = {};

  LogicalResult read();
  LogicalResult makeBias();
  LogicalResult run();

private:
  FailureOr<Value> headsOf(unsigned operand, StringRef count);
  FailureOr<Value> withPast(unsigned operand, unsigned result, Value current);
  FailureOr<Value> mask();
  Value scores();
  Value softcapped(Value scores, double cap);
  Value probabilities(Value scores);
  Value weighted(Value probabilities);
  void showScores(int64_t mode, Value scores);
};
} // namespace

/// Operand as batch x heads x length x size.
FailureOr<Value> Attending::headsOf(unsigned operand, StringRef count) {
  FailureOr<Value> x = wideOperand(e, operand);
  if (failed(x) || !isFlat)
    return x;
  int64_t heads = e.intAttr(count, 0);
  ArrayRef<int64_t> shape = e.shape(operand);
  if (heads < 1 || shape[2] % heads != 0)
    return e.refuse("expected " + count + " that divides " + Twine(shape[2]) +
                    ", but got " + Twine(heads));
  Value split = reshape(e.b, *x, {shape[0], shape[1], heads, shape[2] / heads});
  return transpose(e.b, split, {0, 2, 1, 3});
}

/// The past before the current values; also result `result`.
FailureOr<Value> Attending::withPast(unsigned operand, unsigned result,
                                     Value current) {
  if (e.has(operand)) {
    FailureOr<Value> before = wideOperand(e, operand);
    Shape expected(shapeOf(current));
    if (failed(before))
      return failure();
    if (e.rank(operand) != 4)
      return e.refuse("expected a past of rank 4");
    expected[2] = past = e.shape(operand)[2];
    if (e.shape(operand) != ArrayRef<int64_t>(expected))
      return e.refuse("expected a past of the shape of keys and values, but "
                      "for the length");
    current = concat(e.b, {*before, current}, 2);
  }
  if (e.numResults() > result)
    e.result(result, convert(e.b, current, e.elementType(0)));
  return current;
}

LogicalResult Attending::read() {
  isFlat = e.rank(0) == 3;
  isCausal = e.intAttr("is_causal", 0) != 0;
  for (unsigned i = 0; i < 3; ++i)
    if (e.rank(i) != (isFlat ? 3 : 4) || e.elementType(i) != e.elementType(0))
      return e.refuse("expected query, key and value of one type, and of rank "
                      "3 or 4");
  FailureOr<Value> q = headsOf(0, "q_num_heads"), k = failure(), v = failure();
  if (failed(q) || failed(k = headsOf(1, "kv_num_heads")) ||
      failed(v = headsOf(2, "kv_num_heads")) ||
      failed(k = withPast(4, 1, *k)) || failed(v = withPast(5, 2, *v)))
    return failure();
  query = *q, key = *k, value = *v;
  ArrayRef<int64_t> qs = shapeOf(query), ks = shapeOf(key), vs = shapeOf(value);
  if (ks.take_front(3) != vs.take_front(3) || qs[0] != ks[0] ||
      qs[3] != ks[3] || qs[1] % ks[1] != 0)
    return e.refuse("expected query, key and value that agree in batch, heads, "
                    "length and size");
  return success();
}

//===----------------------------------------------------------------------===//
// What may be attended to
//===----------------------------------------------------------------------===//

/// attn_mask with all keys: those it does not say are masked. Null when absent.
FailureOr<Value> Attending::mask() {
  if (!e.has(3))
    return Value();
  Type element = e.elementType(3);
  if (!element.isInteger(1) && !isFloatElement(element))
    return refuseType(e, 3, "a mask of bool or float");
  Value mask = e.operand(3);
  if (!element.isInteger(1))
    mask = convert(e.b, mask, elementOf(query));
  int64_t rank = e.rank(3), keys = shapeOf(key)[2];
  if (rank < 2 || rank > 4)
    return e.refuse("expected a mask of rank 2, 3 or 4");
  int64_t missing = keys - e.shape(3)[rank - 1];
  if (missing > 0 && e.shape(3)[rank - 1] != 1) {
    Shape low(rank, 0), high(rank, 0);
    high[rank - 1] = missing;
    Type type = elementOf(mask);
    Value fill = type.isInteger(1) ? scalarConstant(e.b, type, 0)
                                   : scalarConstant(e.b, type, -INFINITY);
    mask = padScalar(e.b, mask, low, high, fill);
  }
  ArrayRef<int64_t> shape = shapeOf(query);
  Shape full = {shape[0], shape[1], shape[2], keys};
  Value like = emptyTensor(e.b, full, elementOf(mask));
  if (broadcastShape({like, mask}) != std::optional<Shape>(full))
    return e.refuse("expected a mask that broadcasts to the scores");
  return mask;
}

LogicalResult Attending::makeBias() {
  FailureOr<Value> given = mask();
  if (failed(given))
    return failure();
  int64_t length = shapeOf(query)[2], batch = shapeOf(query)[0];
  SmallVector<Value> operands;
  if (*given)
    operands.push_back(*given);
  bool hasLengths = e.has(6);
  if (hasLengths) {
    if (!e.elementType(6).isInteger(64) || product(e.shape(6)) != batch)
      return e.refuse("expected a length for each batch");
    operands.push_back(reshape(e.b, e.operand(6), {batch, 1, 1, 1}));
  }
  if (operands.empty() && !isCausal)
    return success();
  Type type = elementOf(query);
  auto body = [&](LocBuilder &b, ValueRange args) -> Value {
    Value zero = scalarConstant(b, type, 0.0), sum = zero;
    Value never = scalarConstant(b, type, -INFINITY);
    if (*given)
      sum = args[0].getType().isInteger(1)
                ? Value(b.create<arith::SelectOp>(args[0], zero, never))
                : args[0];
    auto position = [&](int64_t dim) -> Value {
      return b.create<arith::IndexCastOp>(b.getI64Type(),
                                          b.create<linalg::IndexOp>(dim));
    };
    auto hideIf = [&](CmpIPredicate predicate, Value x, Value y) {
      Value holds = b.create<arith::CmpIOp>(predicate, x, y);
      sum = b.create<arith::SelectOp>(holds, never, sum);
    };
    if (hasLengths)
      hideIf(CmpIPredicate::sge, position(3), args.back());
    if (isCausal) {
      Value offset = scalarConstant(b, b.getI64Type(), past);
      if (hasLengths)
        offset = b.create<arith::SubIOp>(
            args.back(), scalarConstant(b, b.getI64Type(), length));
      hideIf(CmpIPredicate::sgt, position(3),
             b.create<arith::AddIOp>(position(2), offset));
    }
    return sum;
  };
  bias =
      elementwise(e.b, operands, type, body, {1, 1, length, shapeOf(key)[2]});
  return success();
}

//===----------------------------------------------------------------------===//
// Scores and results
//===----------------------------------------------------------------------===//

/// query x key^T * scale; the heads that share a key are rows of one product.
Value Attending::scores() {
  LocBuilder &b = e.b;
  ArrayRef<int64_t> q = shapeOf(query), k = shapeOf(key);
  int64_t rows = q[1] / k[1] * q[2], pairs = k[0] * k[1];
  Value product = floatMatmul(b, reshape(b, query, {pairs, rows, q[3]}),
                              reshape(b, key, {pairs, k[2], k[3]}),
                              /*transposeB=*/true);
  double scale = e.hasAttr("scale") ? double(e.floatAttr("scale", 0))
                                    : 1 / std::sqrt(double(q[3]));
  Value scaled = compute(b, product, elementOf(product),
                         [&](LocBuilder &inner, ValueRange args) {
                           return (Scalar{inner, args[0]} * scale).v;
                         });
  return reshape(b, scaled, {q[0], q[1], q[2], k[2]});
}

Value Attending::softcapped(Value scores, double cap) {
  if (cap == 0)
    return scores;
  return compute(e.b, scores, elementOf(scores),
                 [&](LocBuilder &b, ValueRange args) {
                   Scalar ratio = Scalar{b, args[0]} / cap;
                   return (ratio.call<math::TanhOp>() * cap).v;
                 });
}

/// Softmax; 0 in rows where everything is masked.
Value Attending::probabilities(Value scores) {
  LocBuilder &b = e.b;
  Value result = softmax(b, scores, {3});
  if (!bias || (isCausal && !e.has(3) && !e.has(6)))
    return result;
  Type type = elementOf(bias);
  Value greatest =
      reduce(b, bias, {3}, /*keepDims=*/true, lowestOf(b, type),
             [](LocBuilder &inner, ValueRange args) -> Value {
               return inner.create<arith::MaximumFOp>(args[0], args[1]);
             });
  return compute(
      b, {result, greatest}, type, [](LocBuilder &inner, ValueRange args) {
        Scalar p{inner, args[0]}, most{inner, args[1]};
        return most.select(arith::CmpFPredicate::OEQ, -INFINITY, p.like(0.0), p)
            .v;
      });
}

Value Attending::weighted(Value probabilities) {
  LocBuilder &b = e.b;
  Shape p(shapeOf(probabilities)), v(shapeOf(value));
  int64_t pairs = v[0] * v[1], rows = p[1] / v[1] * p[2];
  Value product = floatMatmul(b, reshape(b, probabilities, {pairs, rows, p[3]}),
                              reshape(b, value, {pairs, v[2], v[3]}),
                              /*transposeB=*/false);
  Value y = reshape(b, product, {p[0], p[1], p[2], v[3]});
  if (!isFlat)
    return y;
  return reshape(b, transpose(b, y, {0, 2, 1, 3}), {p[0], p[2], p[1] * v[3]});
}

/// Result 3 shows the scores of one stage.
void Attending::showScores(int64_t mode, Value scores) {
  if (e.numResults() > 3 && e.intAttr("qk_matmul_output_mode", 0) == mode)
    e.result(3, convert(e.b, scores, e.elementType(0)));
}

LogicalResult Attending::run() {
  if (failed(read()) || failed(makeBias()))
    return failure();
  Value s = scores();
  showScores(0, s);
  s = softcapped(s, e.floatAttr("softcap", 0));
  showScores(1, s);
  if (bias)
    s = compute(e.b, {s, bias}, elementOf(s),
                [](LocBuilder &b, ValueRange args) -> Value {
                  return b.create<arith::AddFOp>(args[0], args[1]);
                });
  showScores(2, s);
  s = probabilities(s);
  showScores(3, s);
  e.result(0, convert(e.b, weighted(s), e.elementType(0)));
  return success();
}

static LogicalResult expandAttention(Expansion &e) {
  Attending attending{e};
  return attending.run();
}

ArrayRef<OperatorRow> graph::attentionOperators() {
  static const OperatorRow rows[] = {
      {"", "Attention", 23, 0, expandAttention, first(3)},
  };
  return rows;
}
