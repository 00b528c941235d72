//===- LinearAttention.cpp - Attention with a state, causal convolution ---===//
#include "dialects/Tern/Tern.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Normalize.h"
#include "passes/Graph/Ops/Requantize.h"
#include "passes/Graph/Ops/ScalarMath.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

/// Sequences are written out; longer ones would make a module of that size.
static constexpr int64_t greatestLength = 1024;

//===----------------------------------------------------------------------===//
// LinearAttention
//===----------------------------------------------------------------------===//

namespace {
/// Sequences as length x (batch x key heads) x ...; the state is one matrix,
/// keys x values, for each batch and head.
struct LinearAttending {
  Expansion &e;
  std::string rule = {};
  int64_t batch = 0, length = 0, queryHeads = 0, heads = 0;
  Value query = {}, key = {}, value = {}, decay = {}, beta = {}, state = {};
  double scale = 1;

  bool isGated() const { return StringRef(rule).contains("gated"); }
  bool hasDelta() const { return StringRef(rule).contains("delta"); }
  int64_t pairs() const { return batch * heads; }

  LogicalResult read();
  Value step(int64_t t);
  LogicalResult run();

private:
  FailureOr<Value> sequence(unsigned operand, int64_t heads);
  LogicalResult readGates();
  Value at(Value sequence, int64_t t);
};
} // namespace

/// batch x length x heads*size as length x pairs x (heads / key heads) x size.
FailureOr<Value> LinearAttending::sequence(unsigned operand, int64_t count) {
  if (!e.has(operand))
    return e.refuse("expected operand " + Twine(operand) +
                    " for this update_rule, but got none");
  FailureOr<Value> x = wideOperand(e, operand);
  if (failed(x))
    return failure();
  ArrayRef<int64_t> shape = e.shape(operand);
  if (shape.size() != 3 || shape[0] != batch || shape[1] != length ||
      count < 1 || shape[2] % count != 0)
    return e.refuse("expected operand " + Twine(operand) +
                    " of batch x length x " + Twine(count) + " heads");
  int64_t size = shape[2] / count;
  Value split = reshape(e.b, *x, {batch, length, count * size});
  return reshape(e.b, transpose(e.b, split, {1, 0, 2}),
                 {length, pairs(), count / heads, size});
}

LogicalResult LinearAttending::readGates() {
  if (isGated()) {
    FailureOr<Value> gate = sequence(4, heads);
    if (failed(gate))
      return failure();
    decay = compute(e.b, *gate, elementOf(*gate),
                    [](LocBuilder &b, ValueRange args) {
                      return Scalar{b, args[0]}.exp().v;
                    });
  }
  if (hasDelta()) {
    FailureOr<Value> rate = sequence(5, heads);
    if (failed(rate))
      return failure();
    if (shapeOf(*rate)[3] != 1)
      return e.refuse("expected a beta of one value for each head");
    beta = *rate;
  }
  return success();
}

LogicalResult LinearAttending::read() {
  rule = e.stringAttr("update_rule", "gated_delta");
  if (!llvm::is_contained({"linear", "gated", "delta", "gated_delta"},
                          StringRef(rule)))
    return e.refuse("expected update_rule linear, gated, delta or gated_delta, "
                    "but got '" +
                    rule + "'");
  queryHeads = e.intAttr("q_num_heads", 0);
  heads = e.intAttr("kv_num_heads", 0);
  if (e.rank(0) != 3 || heads < 1 || queryHeads % heads != 0)
    return e.refuse("expected a query of rank 3, and q_num_heads that are a "
                    "multiple of kv_num_heads");
  batch = e.shape(0)[0];
  length = e.shape(0)[1];
  if (length < 1 || length > greatestLength)
    return e.refuse("expected from 1 to " + Twine(greatestLength) +
                    " steps, but got " + Twine(length));
  FailureOr<Value> q = sequence(0, queryHeads), k = failure(), v = failure();
  if (failed(q) || failed(k = sequence(1, heads)) ||
      failed(v = sequence(2, heads)) || failed(readGates()))
    return failure();
  query = *q, key = *k, value = *v;
  int64_t size = shapeOf(key)[3];
  if (shapeOf(query)[3] != size)
    return e.refuse("expected heads of query and key of one size");
  if (decay && shapeOf(decay)[3] != 1 && shapeOf(decay)[3] != size)
    return e.refuse("expected a decay for each head or for each of its keys");
  scale = e.floatAttr("scale", 0);
  if (scale == 0)
    scale = 1 / std::sqrt(static_cast<double>(size));
  Shape matrix = {pairs(), size, shapeOf(value)[3]};
  Type type = elementOf(query);
  if (!e.has(3)) {
    state = filled(e.b, matrix, scalarConstant(e.b, type, 0.0));
    return success();
  }
  if (product(e.shape(3)) != product(matrix))
    return e.refuse("expected a state of batch x heads x keys x values");
  state = reshape(e.b, convert(e.b, e.operand(3), type), matrix);
  return success();
}

/// Step `t` of a sequence: pairs x rows x size.
Value LinearAttending::at(Value sequence, int64_t t) {
  Shape offsets(4, 0), sizes(shapeOf(sequence));
  offsets[0] = t;
  sizes[0] = 1;
  return reshape(e.b, slice(e.b, sequence, offsets, sizes),
                 ArrayRef(sizes).drop_front());
}

/// Decays the state, adds keys times values (what it lacks of them, with
/// delta), and asks it for the query.
Value LinearAttending::step(int64_t t) {
  LocBuilder &b = e.b;
  Type type = elementOf(state);
  auto column = [&](Value row) {
    return reshape(b, row, {pairs(), shapeOf(row)[2], 1});
  };
  if (decay)
    state = compute(b, {state, column(at(decay, t))}, type,
                    [](LocBuilder &inner, ValueRange args) -> Value {
                      return inner.create<arith::MulFOp>(args[0], args[1]);
                    });
  Value keys = at(key, t), values = at(value, t);
  if (hasDelta())
    values = compute(b,
                     {values, floatMatmul(b, keys, state, /*transposeB=*/false),
                      at(beta, t)},
                     type, [](LocBuilder &inner, ValueRange args) {
                       Scalar wanted{inner, args[0]}, known{inner, args[1]},
                           rate{inner, args[2]};
                       return (rate * (wanted - known)).v;
                     });
  state = compute(
      b, {state, column(keys), values}, type,
      [](LocBuilder &inner, ValueRange args) {
        Scalar old{inner, args[0]}, k{inner, args[1]}, v{inner, args[2]};
        return (old + k * v).v;
      });
  Value answer = floatMatmul(b, at(query, t), state, /*transposeB=*/false);
  return compute(b, answer, type, [&](LocBuilder &inner, ValueRange args) {
    return (Scalar{inner, args[0]} * scale).v;
  });
}

LogicalResult LinearAttending::run() {
  if (failed(read()))
    return failure();
  LocBuilder &b = e.b;
  int64_t size = shapeOf(value)[3];
  SmallVector<Value> steps;
  for (int64_t t = 0; t < length; ++t)
    steps.push_back(reshape(b, step(t), {batch, 1, queryHeads * size}));
  e.result(0, convert(b, concat(b, steps, 1), e.elementType(0)));
  if (e.numResults() > 1)
    e.result(
        1, convert(b, reshape(b, state, {batch, heads, shapeOf(key)[3], size}),
                   e.elementType(0)));
  return success();
}

static LogicalResult expandLinearAttention(Expansion &e) {
  LinearAttending attending{e};
  return attending.run();
}

//===----------------------------------------------------------------------===//
// CausalConvWithState
//===----------------------------------------------------------------------===//

/// A convolution of each channel over the state and the input; the state's
/// next value is the end of both.
static LogicalResult expandCausalConv(Expansion &e) {
  LocBuilder &b = e.b;
  FailureOr<Value> x = wideOperand(e, 0), filter = failure();
  if (failed(x) || failed(filter = wideOperand(e, 1)))
    return failure();
  ArrayRef<int64_t> shape = e.shape(0), taps = e.shape(1);
  if (shape.size() != 3 || taps.size() != 3 || taps[0] != shape[1] ||
      taps[1] != 1)
    return e.refuse("expected an input of rank 3 and a filter of each channel");
  std::string activation = e.stringAttr("activation", "none");
  bool isSilu = activation == "silu" || activation == "swish";
  if (!isSilu && activation != "none" && !activation.empty())
    return e.refuse("expected activation none, silu or swish, but got '" +
                    activation + "'");
  Shape past = {shape[0], shape[1], taps[2] - 1};
  Type type = elementOf(*x);
  Value before = filled(b, past, scalarConstant(b, type, 0.0));
  if (e.has(3)) {
    if (e.shape(3) != ArrayRef<int64_t>(past))
      return e.refuse("expected a state of one element less than the filter");
    before = convert(b, e.operand(3), type);
  }
  Value all = concat(b, {before, *x}, 2);
  Value init = emptyTensor(b, shape, type);
  auto op = b.create<ir::ConvOp>(
      TypeRange{init.getType()}, all, *filter, Value(), Value(), ValueRange(),
      init, ArrayRef<int64_t>{1}, ArrayRef<int64_t>{1}, ArrayRef<int64_t>{0, 0},
      shape[1], type, ArrayAttr(), ir::MethodAttr(), ir::LayoutAttr());
  Value y = op.getResult(0);
  if (e.has(2)) {
    if (product(e.shape(2)) != shape[1])
      return e.refuse("expected a bias for each channel");
    y = addTensors(b, y,
                   convert(b, reshape(b, e.operand(2), {shape[1], 1}), type));
  }
  if (isSilu)
    y = compute(b, y, type, [](LocBuilder &inner, ValueRange args) {
      Scalar element{inner, args[0]};
      return (element * element.sigmoid()).v;
    });
  e.result(0, convert(b, y, e.elementType(0)));
  if (e.numResults() > 1)
    e.result(
        1, convert(b, slice(b, all, {0, 0, shape[2]}, past), e.elementType(0)));
  return success();
}

ArrayRef<OperatorRow> graph::linearAttentionOperators() {
  static const OperatorRow rows[] = {
      {"", "LinearAttention", 27, 0, expandLinearAttention, first(3)},
      {"", "CausalConvWithState", 27, 0, expandCausalConv, first(2)},
  };
  return rows;
}
