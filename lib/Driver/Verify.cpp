//===- Verify.cpp - The judge of compiled models --------------------------===//
#include "lib/Driver/Verify.h"
#include "dialects/Tern/Tern.h"
#include "lib/Eval/Noise.h"
#include "llvm/ADT/MapVector.h"
#include <cmath>

using namespace mlir;
using namespace tern;
using eval::Noise;
using eval::Tensor;

TargetRun tern::splitTaps(ArrayRef<std::string> names,
                          ArrayRef<Tensor> outputs) {
  TargetRun run;
  for (auto [name, tensor] : llvm::zip(names, outputs)) {
    Boundary tap;
    StringRef rest = name;
    if (rest.consume_front("tap:") && !rest.consumeInteger(10, tap.id) &&
        rest.consume_front(":") && !rest.getAsInteger(10, tap.result)) {
      tap.value = tensor;
      run.taps.push_back(std::move(tap));
    } else {
      run.outputs.push_back(tensor);
    }
  }
  return run;
}

static ir::LayerAttr layerOf(Operation *op) {
  auto fused = op->getLoc()->findInstanceOf<FusedLocWith<ir::LayerAttr>>();
  return fused ? fused.getMetadata() : ir::LayerAttr();
}

namespace {

/// The results that a slice may have: the reference's, and how far others may
/// lie from it, per element.
struct Allowed {
  Tensor reference;
  /// Empty when there is one correct result.
  std::vector<double> bound;
};

class Judge {
public:
  Judge(ModuleOp reference, func::FuncOp entry)
      : evaluator(reference), entry(entry) {
    for (Operation &op : entry.getBody().getOps())
      if (ir::LayerAttr layer = layerOf(&op))
        operations[layer.getId()] = &op;
  }

  FailureOr<Verdict> run(ArrayRef<Tensor> inputs, const TargetRun &target);

private:
  LayerVerdict describe(Operation *op, unsigned result) const;
  FailureOr<Tensor> evaluate(Value value, Noise *noise);
  FailureOr<Allowed> allowed(Value value);
  LogicalResult judgeValue(Value value, Tensor actual, LayerVerdict &verdict);

  eval::Evaluator evaluator;
  func::FuncOp entry;
  llvm::DenseMap<int64_t, Operation *> operations;
  /// The entry's inputs and what the target showed.
  eval::ValueMap seen;
};

LayerVerdict Judge::describe(Operation *op, unsigned result) const {
  LayerVerdict verdict;
  verdict.result = result;
  if (ir::LayerAttr layer = op ? layerOf(op) : ir::LayerAttr()) {
    verdict.id = layer.getId();
    verdict.name = layer.getName().str();
    verdict.op = layer.getOp().str();
  }
  return verdict;
}

FailureOr<Tensor> Judge::evaluate(Value value, Noise *noise) {
  eval::ValueMap known = seen;
  evaluator.setNoise(noise);
  FailureOr<Tensor> result = evaluator.evaluate(value, known);
  evaluator.setNoise(nullptr);
  return result;
}

FailureOr<Allowed> Judge::allowed(Value value) {
  Noise up(Noise::Pattern::Up);
  FailureOr<Tensor> moved = evaluate(value, &up);
  if (failed(moved))
    return failure();
  if (!up.wasUsed())
    return Allowed{*moved, {}};
  FailureOr<Tensor> reference = evaluate(value, nullptr);
  if (failed(reference))
    return failure();
  Allowed allowed{*reference, std::vector<double>(reference->size(), 0)};
  auto widen = [&](const Tensor &other) {
    for (int64_t i = 0; i < other.size(); ++i) {
      double change = std::fabs(other.getFloat(i) - reference->getFloat(i));
      if (std::isfinite(change))
        allowed.bound[i] = std::max(allowed.bound[i], 4 * change);
    }
  };
  widen(*moved);
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    Noise noise(Noise::Pattern::Random, seed);
    moved = evaluate(value, &noise);
    if (failed(moved))
      return failure();
    widen(*moved);
  }
  if (auto real = dyn_cast<FloatType>(reference->getElementType()))
    for (int64_t i = 0; i < reference->size(); ++i)
      allowed.bound[i] +=
          8 * Noise::unitRoundoff(real) * std::fabs(reference->getFloat(i));
  return allowed;
}

/// Whether two elements are one code apart. Small floats that are neighbours
/// have neighbouring bits, but for their sign.
static bool areNeighbours(const Tensor &a, const Tensor &b, int64_t i) {
  if (!isa<ir::QType>(a.getElementType()))
    return false;
  return std::llabs(a.getInt(i) - b.getInt(i)) <= 1;
}

/// Compares the target's tensor with what is allowed.
static void compareWith(const Allowed &allowed, const Tensor &actual,
                        LayerVerdict &verdict) {
  const Tensor &reference = allowed.reference;
  Type element = actual.getElementType();
  size_t bytes = Tensor::elementBytes(element);
  verdict.exact = allowed.bound.empty();
  verdict.elements = actual.size();
  double greatest = -1;
  for (int64_t i = 0; i < actual.size(); ++i) {
    if (!std::memcmp(actual.data() + i * bytes, reference.data() + i * bytes,
                     bytes))
      continue;
    double got = actual.getFloat(i), wanted = reference.getFloat(i);
    if (std::isnan(got) && std::isnan(wanted))
      continue;
    double error = std::fabs(got - wanted);
    double bound = verdict.exact ? 0 : allowed.bound[i];
    if (std::isnan(error))
      error = std::numeric_limits<double>::infinity();
    bool right = isa<FloatType>(element) && !verdict.exact && error <= bound;
    if (!right && !verdict.exact && areNeighbours(actual, reference, i)) {
      ++verdict.offByOne;
      bound = std::max(bound, error);
      right = true;
    }
    verdict.wrong += !right;
    double severity = error == 0 ? 0 : bound > 0 ? error / bound : INFINITY;
    if (severity > greatest ||
        (severity == greatest && error > verdict.error)) {
      greatest = severity;
      verdict.error = error;
      verdict.bound = bound;
    }
  }
}

LogicalResult Judge::judgeValue(Value value, Tensor actual,
                                LayerVerdict &verdict) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  llvm::raw_string_ostream(verdict.type) << value.getType();
  if (!type || type.getElementType() != actual.getElementType() ||
      type.getNumElements() != actual.size()) {
    llvm::raw_string_ostream(verdict.problem)
        << "expected " << value.getType() << ", but got " << actual.getType();
    return success();
  }
  // What this value is, from everything but itself.
  auto own = seen.find(value);
  std::optional<Tensor> saved;
  if (own != seen.end() && !isa<BlockArgument>(value)) {
    saved = own->second;
    seen.erase(own);
  }
  FailureOr<Allowed> expected = allowed(value);
  if (saved)
    seen[value] = *saved;
  if (failed(expected))
    return entry.emitError("expected a value that the evaluator can compute, "
                           "but got that of layer ")
           << verdict.id << " (" << verdict.name << ")";
  compareWith(*expected, actual, verdict);
  return success();
}

/// The same elements under another shape, or as codes of another kind with
/// the same storage; the tensor itself where that cannot be.
static Tensor asType(const Tensor &tensor, Type wanted) {
  auto type = dyn_cast<RankedTensorType>(wanted);
  if (!type || type.getNumElements() != tensor.size())
    return tensor;
  Type from = tensor.getElementType(), to = type.getElementType();
  bool codes = isa<ir::QType>(from) && isa<ir::QType>(to) &&
               Tensor::elementBytes(from) == Tensor::elementBytes(to);
  if (from != to && !codes)
    return tensor;
  auto owner = std::make_shared<Tensor>(tensor);
  return Tensor(type, std::shared_ptr<char>(owner, owner->data()));
}

FailureOr<Verdict> Judge::run(ArrayRef<Tensor> inputs,
                              const TargetRun &target) {
  for (auto [argument, input] : llvm::zip(entry.getArguments(), inputs))
    seen[argument] = input;
  Verdict verdict;
  std::vector<std::pair<Value, LayerVerdict>> pending;
  llvm::MapVector<Value, Tensor> taps;
  for (const Boundary &tap : target.taps) {
    Operation *op = operations.lookup(tap.id);
    LayerVerdict layer = describe(op, tap.result);
    layer.id = tap.id;
    if (!op || tap.result >= op->getNumResults()) {
      layer.problem = "expected a layer of the reference, but it has none of "
                      "this number";
      verdict.layers.push_back(std::move(layer));
      continue;
    }
    Value value = op->getResult(tap.result);
    Tensor tensor = asType(tap.value, value.getType());
    if (tensor.getType() == value.getType())
      seen[value] = tensor;
    taps[value] = tensor;
  }
  for (auto &[value, tensor] : taps) {
    LayerVerdict layer = describe(value.getDefiningOp(),
                                  cast<OpResult>(value).getResultNumber());
    if (failed(judgeValue(value, tensor, layer)))
      return failure();
    verdict.layers.push_back(std::move(layer));
  }
  Operation *terminator = entry.getBody().front().getTerminator();
  if (target.outputs.size() != terminator->getNumOperands())
    return entry.emitError("expected ")
           << terminator->getNumOperands() << " outputs, but got "
           << target.outputs.size();
  for (auto [value, given] :
       llvm::zip(terminator->getOperands(), target.outputs)) {
    Tensor tensor = asType(given, value.getType());
    // An output that was tapped has been judged; it is a copy of the tap.
    auto result = dyn_cast<OpResult>(value);
    LayerVerdict layer =
        describe(value.getDefiningOp(), result ? result.getResultNumber() : 0);
    if (layer.name.empty())
      layer.name = "output";
    if (taps.count(value) && seen.count(value))
      compareWith({seen[value], {}}, tensor, layer);
    else if (failed(judgeValue(value, tensor, layer)))
      return failure();
    verdict.layers.push_back(std::move(layer));
  }
  return verdict;
}

} // namespace

FailureOr<Verdict> tern::judge(ModuleOp reference, func::FuncOp entry,
                               ArrayRef<Tensor> inputs, const TargetRun &run) {
  return Judge(reference, entry).run(inputs, run);
}
