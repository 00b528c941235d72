//===- Control.cpp - If, Loop, Scan ---------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Support.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

/// Loops are written out; longer ones would make a module of that size.
static constexpr int64_t greatestTripCount = 1024;

/// The region of a node that has a name; nothing when it has none such.
static std::optional<unsigned> regionNamed(Expansion &e, StringRef name) {
  ArrayAttr names = e.node.getRegionNamesAttr();
  for (unsigned i = 0; names && i < names.size(); ++i)
    if (cast<StringAttr>(names[i]).getValue() == name)
      return i;
  return std::nullopt;
}

/// A condition known at compile time takes its branch's place.
static LogicalResult expandIf(Expansion &e) {
  std::optional<eval::Tensor> condition = e.constant(0);
  if (!condition || condition->size() != 1)
    return e.refuse("expected a condition that is known at compile time, but "
                    "got one that depends on the model's inputs",
                    "both branches as values, and Where, say the same");
  StringRef name = condition->getInt(0) ? "then_branch" : "else_branch";
  std::optional<unsigned> region = regionNamed(e, name);
  if (!region)
    return e.refuse("expected a subgraph " + name);
  SmallVector<OnnxValue> results;
  if (failed(e.inlineSubgraph(*region, {}, results)))
    return failure();
  for (auto [i, typed] : llvm::enumerate(results))
    e.result(i, typed.value, typed.onnxType);
  return success();
}

/// The values of each iteration along a new dimension.
static Value stack(LocBuilder &b, ArrayRef<Value> values, int64_t axis) {
  SmallVector<Value> parts;
  for (Value value : values) {
    Shape shape(shapeOf(value));
    shape.insert(shape.begin() + axis, 1);
    parts.push_back(reshape(b, value, shape));
  }
  return concat(b, parts, axis);
}

namespace {
/// Writes out a Loop.
struct LoopWriter {
  Expansion &e;
  unsigned region;
  unsigned carriedCount;
  SmallVector<OnnxValue> carried;
  SmallVector<SmallVector<Value>> stacked;
  SmallVector<Type> stackedTypes;

  LogicalResult iterate(int64_t i, OnnxValue &condition);
  void setResults();
};
} // namespace

LogicalResult LoopWriter::iterate(int64_t i, OnnxValue &condition) {
  Type i64 = e.b.getI64Type();
  SmallVector<OnnxValue> arguments = {{intsConstant(e, {i}, {}), i64},
                                      condition};
  llvm::append_range(arguments, carried);
  SmallVector<OnnxValue> results;
  if (failed(e.inlineSubgraph(region, arguments, results)))
    return failure();
  if (results.size() < 1 + carriedCount)
    return e.refuse("expected a body that yields a condition and " +
                    Twine(carriedCount) + " values");
  condition = results[0];
  carried.assign(results.begin() + 1, results.begin() + 1 + carriedCount);
  stacked.resize(results.size() - 1 - carriedCount);
  stackedTypes.resize(stacked.size());
  for (size_t k = 0; k < stacked.size(); ++k) {
    OnnxValue value = results[1 + carriedCount + k];
    if (!stacked[k].empty() && stacked[k][0].getType() != value.value.getType())
      return e.refuse("expected scan outputs of one shape in each iteration");
    stacked[k].push_back(value.value);
    stackedTypes[k] = value.onnxType;
  }
  return success();
}

void LoopWriter::setResults() {
  for (auto [i, value] : llvm::enumerate(carried))
    e.result(i, value.value, value.onnxType);
  for (size_t k = 0; k < stacked.size(); ++k)
    e.result(carriedCount + k, stack(e.b, stacked[k], 0), stackedTypes[k]);
}

/// Written out iteration by iteration: trip count and condition are to be known
/// at compile time.
static LogicalResult expandLoop(Expansion &e) {
  std::optional<unsigned> region = regionNamed(e, "body");
  if (!region)
    return e.refuse("expected a subgraph body");
  int64_t trips = greatestTripCount + 1;
  if (e.has(0)) {
    FailureOr<int64_t> count = constantInt(e, 0, "the trip count");
    if (failed(count))
      return failure();
    trips = *count;
  }
  LoopWriter loop{e, *region, std::max(e.numOperands(), 2u) - 2, {}, {}, {}};
  for (unsigned i = 2; i < e.numOperands(); ++i)
    loop.carried.push_back({e.operand(i), e.onnxElementType(i)});
  Type i1 = e.b.getI1Type();
  OnnxValue condition;
  if (e.has(1)) {
    condition = {e.operand(1), i1};
  } else {
    eval::Tensor isTrue(tensorOf({}, i1));
    isTrue.setInt(0, 1);
    condition = {e.tensorConstant(isTrue), i1};
  }
  int64_t i = 0;
  for (; i < trips; ++i) {
    std::optional<eval::Tensor> goesOn = e.evaluate(condition.value);
    if (!goesOn)
      return e.refuse("expected a loop whose end is known at compile time, but "
                      "its condition depends on the model's inputs");
    if (!goesOn->getInt(0))
      break;
    if (i == greatestTripCount)
      return e.refuse("expected a loop of at most " + Twine(greatestTripCount) +
                      " iterations");
    if (failed(loop.iterate(i, condition)))
      return failure();
  }
  if (i == 0 && e.numResults() > loop.carriedCount)
    return e.refuse("expected at least one iteration to stack outputs of");
  loop.setResults();
  return success();
}

namespace {
/// Which dimension of its inputs and outputs a Scan walks along, and whether
/// backwards.
struct ScanAxes {
  Shape axes, directions;
};
} // namespace

static ScanAxes scanAxes(Expansion &e, StringRef which, size_t count) {
  ScanAxes result;
  result.axes =
      e.intsAttr(("scan_" + which + "_axes").str()).value_or(Shape(count, 0));
  result.directions = e.intsAttr(("scan_" + which + "_directions").str())
                          .value_or(Shape(count, 0));
  result.axes.resize(count, 0);
  result.directions.resize(count, 0);
  return result;
}

/// Element `at` along `axis`, without that dimension.
static Value element(LocBuilder &b, Value value, int64_t axis, int64_t at) {
  Shape offsets(shapeOf(value).size(), 0), sizes(shapeOf(value)), shape;
  offsets[axis] = at;
  sizes[axis] = 1;
  shape = sizes;
  shape.erase(shape.begin() + axis);
  return reshape(b, slice(b, value, offsets, sizes), shape);
}

namespace {
/// Writes out a Scan.
struct ScanWriter {
  Expansion &e;
  unsigned region;
  unsigned states, inputs;
  ScanAxes from;
  int64_t length = -1;
  SmallVector<OnnxValue> carried;
  SmallVector<SmallVector<Value>> outputs;
  SmallVector<Type> outputTypes;

  LogicalResult readLength();
  LogicalResult iterate(int64_t i);
  LogicalResult setResults();
};
} // namespace

LogicalResult ScanWriter::readLength() {
  for (unsigned k = 0; k < inputs; ++k) {
    auto axis = normalizeAxis(from.axes[k], e.rank(states + k));
    if (!axis)
      return e.refuse("expected scan_input_axes inside the inputs' ranks");
    from.axes[k] = *axis;
    int64_t size = e.shape(states + k)[*axis];
    if (length >= 0 && size != length)
      return e.refuse("expected scan inputs of one length, but got " +
                      Twine(length) + " and " + Twine(size));
    length = size;
  }
  if (length < 1 || length > greatestTripCount)
    return e.refuse("expected from 1 to " + Twine(greatestTripCount) +
                    " iterations, but got " + Twine(length));
  return success();
}

LogicalResult ScanWriter::iterate(int64_t i) {
  SmallVector<OnnxValue> arguments(carried), results;
  for (unsigned k = 0; k < inputs; ++k) {
    int64_t at = from.directions[k] ? length - 1 - i : i;
    arguments.push_back({element(e.b, e.operand(states + k), from.axes[k], at),
                         e.onnxElementType(states + k)});
  }
  if (failed(e.inlineSubgraph(region, arguments, results)))
    return failure();
  if (results.size() < states)
    return e.refuse("expected a body that yields " + Twine(states) + " states");
  carried.assign(results.begin(), results.begin() + states);
  outputs.resize(results.size() - states);
  outputTypes.resize(outputs.size());
  for (size_t k = 0; k < outputs.size(); ++k) {
    outputs[k].push_back(results[states + k].value);
    outputTypes[k] = results[states + k].onnxType;
  }
  return success();
}

LogicalResult ScanWriter::setResults() {
  for (auto [i, value] : llvm::enumerate(carried))
    e.result(i, value.value, value.onnxType);
  ScanAxes to = scanAxes(e, "output", outputs.size());
  for (size_t k = 0; k < outputs.size(); ++k) {
    auto axis = normalizeAxis(to.axes[k], shapeOf(outputs[k][0]).size() + 1);
    if (!axis)
      return e.refuse("expected scan_output_axes inside the outputs' ranks");
    if (to.directions[k])
      std::reverse(outputs[k].begin(), outputs[k].end());
    e.result(states + k, stack(e.b, outputs[k], *axis), outputTypes[k]);
  }
  return success();
}

static LogicalResult expandScan(Expansion &e) {
  std::optional<unsigned> region = regionNamed(e, "body");
  int64_t inputs = e.intAttr("num_scan_inputs", 0);
  if (!region || inputs < 1 || inputs > int64_t(e.numOperands()))
    return e.refuse("expected a subgraph body and at least one scan input");
  unsigned states = e.numOperands() - inputs;
  ScanWriter scan{
      e,  *region, states, unsigned(inputs), scanAxes(e, "input", inputs), -1,
      {}, {},      {}};
  for (unsigned i = 0; i < states; ++i)
    scan.carried.push_back({e.operand(i), e.onnxElementType(i)});
  if (failed(scan.readLength()))
    return failure();
  for (int64_t i = 0; i < scan.length; ++i)
    if (failed(scan.iterate(i)))
      return failure();
  return scan.setResults();
}

ArrayRef<OperatorRow> graph::controlOperators() {
  static const OperatorRow rows[] = {
      {"", "If", 1, 0, expandIf},
      {"", "Loop", 1, 0, expandLoop, 0},
      {"", "Scan", 9, 0, expandScan, allOperands},
  };
  return rows;
}
