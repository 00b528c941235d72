//===- Recurrent.cpp - RNN, GRU, LSTM, written out step by step -----------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/ScalarMath.h"
#include "passes/Graph/Ops/Support.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using arith::CmpFPredicate;

/// Sequences are written out; longer ones would make a module of that size.
static constexpr int64_t greatestLength = 1024;

namespace {
/// An activation of a recurrent cell with its constants.
struct CellFunction {
  std::string name = "Tanh";
  double alpha = 0, beta = 0;

  bool isKnown() const;
  Scalar operator()(Scalar x) const;
};

enum class CellKind { RNN, GRU, LSTM };

/// The values of one direction of a recurrent layer.
struct Cell {
  Expansion &e;
  CellKind kind;
  int64_t hidden;
  bool linearBeforeReset = false;
  float clip = 0;
  SmallVector<CellFunction> functions = {};
  /// Of this direction: R as gates*H x H, the peepholes or null, and the
  /// input's part of every gate, biases in it, as length x batch x gates*H.
  Value recurrence = {}, peepholes = {}, gateInputs = {};
  /// GRU: the biases of the recurrence, 1 x 3H, kept apart.
  Value recurrenceBias = {};

  Value step(Value gates, Value &h, Value &c);

private:
  Value part(Value gates, int64_t i);
  Value activate(int64_t function, ValueRange terms);
  Value rnn(Value gates, Value h);
  Value gru(Value gates, Value h);
  Value lstm(Value gates, Value h, Value &c);
  Value peephole(int64_t i, Value c);
};
} // namespace

bool CellFunction::isKnown() const {
  static const char *known[] = {
      "Sigmoid",  "Tanh",        "Relu",      "Softsign",
      "Softplus", "HardSigmoid", "LeakyRelu", "ThresholdedRelu",
      "Elu",      "Affine",      "ScaledTanh"};
  return llvm::is_contained(known, name);
}

Scalar CellFunction::operator()(Scalar x) const {
  if (name == "Sigmoid")
    return x.sigmoid();
  if (name == "Relu")
    return x.max(0);
  if (name == "Softsign")
    return x / (x.call<math::AbsFOp>() + 1);
  if (name == "Softplus")
    return x.softplus();
  if (name == "HardSigmoid")
    return (x * alpha + beta).max(0).min(1);
  if (name == "LeakyRelu")
    return x.select(CmpFPredicate::OLT, 0, x * alpha, x);
  if (name == "ThresholdedRelu")
    return x.select(CmpFPredicate::OGT, alpha, x, x.like(0));
  if (name == "Elu")
    return x.select(CmpFPredicate::OLT, 0, (x.exp() - 1) * alpha, x);
  if (name == "Affine")
    return x * alpha + beta;
  if (name == "ScaledTanh")
    return (x * beta).call<math::TanhOp>() * alpha;
  return x.call<math::TanhOp>();
}

//===----------------------------------------------------------------------===//
// One step
//===----------------------------------------------------------------------===//

/// Gate `i` of batch x gates*H.
Value Cell::part(Value gates, int64_t i) {
  return slice(e.b, gates, {0, i * hidden}, {shapeOf(gates)[0], hidden});
}

/// A function of a sum, clipped before when the node says so.
Value Cell::activate(int64_t function, ValueRange terms) {
  return compute(e.b, terms, elementOf(terms[0]),
                 [&](LocBuilder &b, ValueRange args) {
                   Value sum = args[0];
                   for (Value arg : args.drop_front())
                     sum = b.create<arith::AddFOp>(sum, arg);
                   if (clip > 0)
                     sum = Scalar{b, sum}.max(-clip).min(clip).v;
                   return functions[function](Scalar{b, sum}).v;
                 });
}

Value Cell::rnn(Value gates, Value h) {
  return activate(0, {gates, floatMatmul(e.b, h, recurrence, true)});
}

Value Cell::gru(Value gates, Value h) {
  LocBuilder &b = e.b;
  auto rows = [&](int64_t from, int64_t count) {
    return slice(b, recurrence, {from * hidden, 0}, {count * hidden, hidden});
  };
  auto bias = [&](int64_t i) { return part(recurrenceBias, i); };
  Value zr = floatMatmul(b, h, rows(0, 2), true);
  Value z = activate(0, {part(gates, 0), part(zr, 0), bias(0)});
  Value r = activate(0, {part(gates, 1), part(zr, 1), bias(1)});
  auto times = [&](Value x, Value y) {
    return compute(b, {x, y}, elementOf(x),
                   [](LocBuilder &inner, ValueRange args) -> Value {
                     return inner.create<arith::MulFOp>(args[0], args[1]);
                   });
  };
  Value candidate;
  if (linearBeforeReset) {
    Value linear = floatMatmul(b, h, rows(2, 1), true);
    linear = compute(b, {linear, bias(2)}, elementOf(linear),
                     [](LocBuilder &inner, ValueRange args) -> Value {
                       return inner.create<arith::AddFOp>(args[0], args[1]);
                     });
    candidate = activate(1, {part(gates, 2), times(r, linear)});
  } else {
    Value linear = floatMatmul(b, times(r, h), rows(2, 1), true);
    candidate = activate(1, {part(gates, 2), linear, bias(2)});
  }
  return compute(b, {z, candidate, h}, elementOf(h),
                 [](LocBuilder &inner, ValueRange args) {
                   Scalar update{inner, args[0]}, fresh{inner, args[1]},
                       old{inner, args[2]};
                   return ((update.like(1) - update) * fresh + update * old).v;
                 });
}

/// Peephole `i` times the cell state.
Value Cell::peephole(int64_t i, Value c) {
  Value weights = slice(e.b, peepholes, {0, i * hidden}, {1, hidden});
  return compute(e.b, {weights, c}, elementOf(c),
                 [](LocBuilder &b, ValueRange args) -> Value {
                   return b.create<arith::MulFOp>(args[0], args[1]);
                 });
}

/// Gates in ONNX's order: input, output, forget, cell.
Value Cell::lstm(Value gates, Value h, Value &c) {
  LocBuilder &b = e.b;
  Value recurrent = floatMatmul(b, h, recurrence, true);
  auto gate = [&](int64_t i, int64_t function, int64_t hole, Value state) {
    SmallVector<Value> terms = {part(gates, i), part(recurrent, i)};
    if (peepholes && hole >= 0)
      terms.push_back(peephole(hole, state));
    return activate(function, terms);
  };
  Value input = gate(0, 0, 0, c), forget = gate(2, 0, 2, c);
  Value fresh = gate(3, 1, -1, c);
  c = compute(b, {forget, c, input, fresh}, elementOf(c),
              [](LocBuilder &inner, ValueRange args) {
                Scalar f{inner, args[0]}, old{inner, args[1]},
                    i{inner, args[2]}, g{inner, args[3]};
                return (f * old + i * g).v;
              });
  Value output = gate(1, 0, 1, c);
  return compute(b, {output, c}, elementOf(c),
                 [&](LocBuilder &inner, ValueRange args) {
                   Scalar o{inner, args[0]}, state{inner, args[1]};
                   return (o * functions[2](state)).v;
                 });
}

Value Cell::step(Value gates, Value &h, Value &c) {
  if (kind == CellKind::RNN)
    return h = rnn(gates, h);
  if (kind == CellKind::GRU)
    return h = gru(gates, h);
  return h = lstm(gates, h, c);
}

//===----------------------------------------------------------------------===//
// The layer
//===----------------------------------------------------------------------===//

namespace {
/// A whole node: what its directions share.
struct Layer {
  Expansion &e;
  CellKind kind;
  int64_t gates;
  int64_t directions = 1, hidden = 0, batch = 0, length = 0, inputSize = 0;
  bool batchFirst = false;
  Value input = {}; // length x batch x input
  SmallVector<Value> outputs = {}, lastH = {}, lastC = {};

  LogicalResult read();
  LogicalResult checkLengths();
  LogicalResult run(int64_t direction);
  FailureOr<SmallVector<CellFunction>> functionsOf(int64_t direction);
  /// Direction `d` of an operand whose first dimension is that.
  Value directionOf(unsigned operand, int64_t d);
  Value initialState(unsigned operand, int64_t d);
  void addBiases(Cell &cell, int64_t d);
  void setResults();
};
} // namespace

Value Layer::directionOf(unsigned operand, int64_t d) {
  Shape offsets(e.rank(operand), 0), sizes(e.shape(operand));
  offsets[0] = d;
  sizes[0] = 1;
  Value one = slice(e.b, e.operand(operand), offsets, sizes);
  return reshape(e.b, one, ArrayRef<int64_t>(sizes).drop_front());
}

LogicalResult Layer::checkLengths() {
  if (!e.has(4))
    return success();
  FailureOr<Shape> lengths = constantInts(e, 4, "sequence_lens");
  if (failed(lengths))
    return failure();
  for (int64_t each : *lengths)
    if (each != length)
      return e.refuse("expected sequences as long as the input, " +
                      Twine(length) + ", but got " + Twine(each));
  return success();
}

LogicalResult Layer::read() {
  for (unsigned i = 0; i < e.numOperands(); ++i)
    if (i != 4 && e.has(i) && !e.elementType(i).isF32())
      return refuseType(e, i, "tensors of float");
  if (e.rank(0) != 3 || e.rank(1) != 3 || e.rank(2) != 3)
    return e.refuse("expected X, W and R of rank 3");
  batchFirst = e.intAttr("layout", 0) != 0;
  input = batchFirst ? transpose(e.b, e.operand(0), {1, 0, 2}) : e.operand(0);
  length = shapeOf(input)[0];
  batch = shapeOf(input)[1];
  inputSize = shapeOf(input)[2];
  directions = e.shape(2)[0];
  hidden = e.shape(2)[2];
  std::string direction = e.stringAttr("direction", "forward");
  if (directions != (direction == "bidirectional" ? 2 : 1) ||
      e.shape(2) != ArrayRef<int64_t>({directions, gates * hidden, hidden}) ||
      e.shape(1) != ArrayRef<int64_t>({directions, gates * hidden, inputSize}))
    return e.refuse("expected W and R of " + Twine(gates) +
                    " gates for each direction");
  if (length < 1 || length > greatestLength)
    return e.refuse("expected from 1 to " + Twine(greatestLength) +
                    " steps, but got " + Twine(length));
  if (e.intAttr("input_forget", 0))
    return e.refuse("expected input_forget = 0, but got 1");
  return checkLengths();
}

/// Activations by name, each with its constants taken from the lists in order.
FailureOr<SmallVector<CellFunction>> Layer::functionsOf(int64_t direction) {
  SmallVector<std::string> names = {"Tanh"};
  if (kind == CellKind::GRU)
    names = {"Sigmoid", "Tanh"};
  else if (kind == CellKind::LSTM)
    names = {"Sigmoid", "Tanh", "Tanh"};
  size_t count = names.size();
  if (auto given = e.stringsAttr("activations")) {
    if (given->size() != count * directions)
      return e.refuse("expected " + Twine(count * directions) +
                      " activations, but got " + Twine(given->size()));
    names.assign(given->begin() + direction * count,
                 given->begin() + (direction + 1) * count);
  }
  auto alphas = e.floatsAttr("activation_alpha").value_or(SmallVector<float>());
  auto betas = e.floatsAttr("activation_beta").value_or(SmallVector<float>());
  SmallVector<CellFunction> functions;
  size_t at = direction * count;
  for (const std::string &name : names) {
    CellFunction f{name, 0, 0};
    if (name == "LeakyRelu")
      f.alpha = 0.01f;
    else if (name == "HardSigmoid")
      f = {name, 0.2f, 0.5};
    else if (name == "Elu" || name == "ThresholdedRelu" || name == "Affine")
      f.alpha = 1;
    else if (name == "ScaledTanh")
      f = {name, 1, 1};
    if (at < alphas.size())
      f.alpha = alphas[at];
    if (at < betas.size())
      f.beta = betas[at];
    ++at;
    if (!f.isKnown())
      return e.refuse("expected an activation that is known, but got '" + name +
                      "'");
    functions.push_back(f);
  }
  return functions;
}

Value Layer::initialState(unsigned operand, int64_t d) {
  if (!e.has(operand))
    return filled(e.b, {batch, hidden},
                  scalarConstant(e.b, e.b.getF32Type(), 0));
  if (!batchFirst)
    return directionOf(operand, d);
  Value one = slice(e.b, e.operand(operand), {0, d, 0}, {batch, 1, hidden});
  return reshape(e.b, one, {batch, hidden});
}

/// Adds the biases to the input's part of the gates. A GRU's recurrence keeps
/// its own, since one of them may come before the reset.
void Layer::addBiases(Cell &cell, int64_t d) {
  int64_t width = gates * hidden;
  Value zero =
      filled(e.b, {1, width}, scalarConstant(e.b, e.b.getF32Type(), 0));
  cell.recurrenceBias = zero;
  if (!e.has(3))
    return;
  Value both = reshape(e.b, directionOf(3, d), {1, 2 * width});
  Value first = slice(e.b, both, {0, 0}, {1, width});
  Value second = slice(e.b, both, {0, width}, {1, width});
  SmallVector<Value> terms = {cell.gateInputs, first};
  if (kind == CellKind::GRU)
    cell.recurrenceBias = second;
  else
    terms.push_back(second);
  cell.gateInputs =
      compute(e.b, terms, e.b.getF32Type(), [](LocBuilder &b, ValueRange args) {
        Value sum = args[0];
        for (Value arg : args.drop_front())
          sum = b.create<arith::AddFOp>(sum, arg);
        return sum;
      });
}

LogicalResult Layer::run(int64_t d) {
  FailureOr<SmallVector<CellFunction>> functions = functionsOf(d);
  if (failed(functions))
    return failure();
  bool backwards = d == 1 || e.stringAttr("direction", "forward") == "reverse";
  Cell cell{e, kind, hidden};
  cell.functions = *functions;
  cell.linearBeforeReset = e.intAttr("linear_before_reset", 0) != 0;
  cell.clip = e.floatAttr("clip", 0);
  cell.recurrence = directionOf(2, d);
  if (kind == CellKind::LSTM && e.has(7))
    cell.peepholes = reshape(e.b, directionOf(7, d), {1, 3 * hidden});
  // One product gives the input's part of all steps.
  Value flat = reshape(e.b, input, {length * batch, inputSize});
  cell.gateInputs = floatMatmul(e.b, flat, directionOf(1, d), true);
  addBiases(cell, d);
  Value h = initialState(5, d), c;
  if (kind == CellKind::LSTM)
    c = initialState(6, d);
  SmallVector<Value> steps(length);
  for (int64_t i = 0; i < length; ++i) {
    int64_t t = backwards ? length - 1 - i : i;
    Value gatesOf =
        slice(e.b, cell.gateInputs, {t * batch, 0}, {batch, gates * hidden});
    steps[t] = reshape(e.b, cell.step(gatesOf, h, c), {1, 1, batch, hidden});
  }
  outputs.push_back(concat(e.b, steps, 0));
  lastH.push_back(reshape(e.b, h, {1, batch, hidden}));
  if (c)
    lastC.push_back(reshape(e.b, c, {1, batch, hidden}));
  return success();
}

/// Y is length x directions x batch x H, or batch first and directions third.
void Layer::setResults() {
  Value y = concat(e.b, outputs, 1), h = concat(e.b, lastH, 0);
  if (batchFirst) {
    y = transpose(e.b, y, {2, 0, 1, 3});
    h = transpose(e.b, h, {1, 0, 2});
  }
  e.result(0, y);
  e.result(1, h);
  if (lastC.empty())
    return;
  Value c = concat(e.b, lastC, 0);
  e.result(2, batchFirst ? transpose(e.b, c, {1, 0, 2}) : c);
}

template <CellKind kind, int gates>
static LogicalResult expandRecurrent(Expansion &e) {
  Layer layer{e, kind, gates};
  if (failed(layer.read()))
    return failure();
  for (int64_t d = 0; d < layer.directions; ++d)
    if (failed(layer.run(d)))
      return failure();
  layer.setResults();
  return success();
}

ArrayRef<OperatorRow> graph::recurrentOperators() {
  static const OperatorRow rows[] = {
      {"", "RNN", 7, 0, expandRecurrent<CellKind::RNN, 1>, first(3)},
      {"", "GRU", 7, 0, expandRecurrent<CellKind::GRU, 3>, first(3)},
      {"", "LSTM", 7, 0, expandRecurrent<CellKind::LSTM, 4>, first(3)},
  };
  return rows;
}
