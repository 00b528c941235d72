//===- Eval.cpp - The reference evaluator of tensor-level IR --------------===//
#include "lib/Eval/Eval.h"
#include "dialects/Tern/Layout.h"
#include "lib/Eval/OpEval.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern;
using namespace tern::eval;

struct Evaluator::Impl {
  explicit Impl(ModuleOp module) : module(module) {}

  FailureOr<Results> evaluateOp(Operation *op, ValueMap &known);
  FailureOr<Results> evaluateUse(ir::UseOp op);
  FailureOr<Results> evaluateFor(scf::ForOp op, ValueMap &known);
  FailureOr<Results> evaluateIf(scf::IfOp op, ValueMap &known);
  /// Runs a block's operations; the values its terminator yields.
  FailureOr<Results> runBlock(Block &block, ValueMap &known, Observer observer,
                              bool release);

  ModuleOp module;
  Noise *noise = nullptr;
  /// Weights already unpacked; constants of a model are few and reused.
  llvm::StringMap<Tensor> weights;
};

Evaluator::Evaluator(ModuleOp module) : impl(std::make_unique<Impl>(module)) {}
Evaluator::~Evaluator() = default;

void Evaluator::setNoise(Noise *noise) { impl->noise = noise; }

/// Codes back out of a packed weight, for modules in scheduled form.
static FailureOr<Tensor> unpack(ir::WeightOp weight, RankedTensorType type) {
  auto resource = dyn_cast<DenseResourceElementsAttr>(weight.getValue());
  AsmResourceBlob *blob =
      resource ? resource.getRawHandle().getBlob() : nullptr;
  if (!blob)
    return weight.emitError("expected packed bytes");
  int64_t n = type.getShape()[0];
  int64_t k = type.getNumElements() / std::max<int64_t>(n, 1);
  PackedMatrix packed(*weight.getLayout(), n, k);
  if (static_cast<int64_t>(blob->getData().size()) != packed.getSizeInBytes())
    return weight.emitError("expected ")
           << packed.getSizeInBytes() << " packed bytes, but got "
           << blob->getData().size();
  const char *bytes = blob->getData().data();
  int64_t unitBytes = packed.getUnitBytes();
  Tensor tensor(type);
  if (packed.getNm()) // what is left out is 0
    for (int64_t i = 0; i < n * k; ++i)
      tensor.setInt(i, 0);
  int64_t codes =
      packed.getNm() ? packed.getBlocks() * packed.getBlockCodes() : k;
  for (int64_t row = 0; row < n; ++row)
    for (int64_t p = 0; p < codes; ++p) {
      int64_t col = packed.columnOf(blob->getData(), row, p);
      if (col >= k)
        continue;
      uint32_t unit = 0;
      std::memcpy(&unit, bytes + packed.getUnit(row, p) * unitBytes, unitBytes);
      if (isa<FloatType>(type.getElementType())) {
        std::memcpy(tensor.data() + (row * k + col) * unitBytes, &unit,
                    unitBytes);
        continue;
      }
      int64_t bits = packed.getBits();
      uint32_t code = (unit >> (packed.getField(p) * bits)) &
                      (bits == 32 ? ~0u : (1u << bits) - 1);
      tensor.setInt(row * k + col, packed.isBinary()
                                       ? 2 * int64_t(code) - 1
                                       : int64_t(code) - packed.getOffset());
    }
  return tensor;
}

static FailureOr<Tensor> readWeight(ir::WeightOp weight,
                                    RankedTensorType type) {
  if (weight.getLayout())
    return unpack(weight, type);
  FailureOr<Tensor> stored = fromAttribute(weight, weight.getValue(), type);
  if (failed(stored) || !weight.getTransposed())
    return stored;
  Tensor tensor(type);
  int64_t rows = type.getDimSize(0), columns = type.getDimSize(1);
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; ++column)
      tensor.setInt(row * columns + column,
                    stored->getInt(column * rows + row));
  return tensor;
}

FailureOr<Tensor> Evaluator::getWeight(StringRef symbol) {
  auto found = impl->weights.find(symbol);
  if (found != impl->weights.end())
    return found->second;
  auto weight = impl->module.lookupSymbol<ir::WeightOp>(symbol);
  if (!weight)
    return failure();
  auto type = cast<RankedTensorType>(weight.getType());
  FailureOr<Tensor> tensor = readWeight(weight, type);
  if (succeeded(tensor))
    impl->weights[symbol] = *tensor;
  return tensor;
}

FailureOr<Results> Evaluator::Impl::evaluateFor(scf::ForOp op,
                                                ValueMap &known) {
  auto bound = [&](Value value) -> std::optional<int64_t> {
    auto it = known.find(value);
    return it == known.end() ? std::nullopt
                             : std::optional(it->second.getInt(0));
  };
  auto low = bound(op.getLowerBound()), high = bound(op.getUpperBound()),
       step = bound(op.getStep());
  if (!low || !high || !step || *step <= 0)
    return op.emitError("expected constant bounds and a positive step");
  Results carried;
  for (Value init : op.getInitArgs())
    carried.push_back(known.lookup(init));
  auto index = RankedTensorType::get({}, IndexType::get(op.getContext()));
  for (int64_t i = *low; i < *high; i += *step) {
    Tensor position(index);
    position.setInt(0, i);
    known[op.getInductionVar()] = position;
    for (auto [argument, value] : llvm::zip(op.getRegionIterArgs(), carried))
      known[argument] = value;
    auto next = runBlock(*op.getBody(), known, nullptr, /*release=*/false);
    if (failed(next))
      return failure();
    carried = *next;
  }
  return carried;
}

FailureOr<Results> Evaluator::Impl::evaluateIf(scf::IfOp op, ValueMap &known) {
  auto condition = known.find(op.getCondition());
  if (condition == known.end())
    return failure();
  Region &taken =
      condition->second.getInt(0) ? op.getThenRegion() : op.getElseRegion();
  if (taken.empty())
    return Results{};
  return runBlock(taken.front(), known, nullptr, /*release=*/false);
}

FailureOr<Results> Evaluator::Impl::evaluateOp(Operation *op, ValueMap &known) {
  for (Type type : op->getResultTypes())
    if (isa<ShapedType>(type) && failed(checkSize(op, type)))
      return failure();
  auto lookup = [&](Value value) -> const Tensor * {
    auto it = known.find(value);
    return it == known.end() ? nullptr : &it->second;
  };
  return llvm::TypeSwitch<Operation *, FailureOr<Results>>(op)
      .Case([&](linalg::GenericOp o) { return evalGeneric(o, lookup, noise); })
      .Case([&](ir::MatmulOp o) { return evalMatmul(o, lookup, noise); })
      .Case([&](ir::ConvOp o) { return evalConv(o, lookup, noise); })
      .Case([&](ir::QuantizeOp o) { return evalQuantize(o, lookup); })
      .Case([&](ir::DequantizeOp o) { return evalDequantize(o, lookup); })
      .Case([&](ir::InsertOp o) { return evalInsert(o, lookup); })
      .Case([&](scf::ForOp o) { return evaluateFor(o, known); })
      .Case([&](scf::IfOp o) { return evaluateIf(o, known); })
      .Default([&](Operation *o) { return evalTensorOp(o, lookup); });
}

FailureOr<Results> Evaluator::Impl::runBlock(Block &block, ValueMap &known,
                                             Observer observer, bool release) {
  // A value goes when the last operation that reads it, here or in a nested
  // region, has run.
  llvm::DenseMap<Operation *, SmallVector<Value>> lastReads;
  if (release)
    for (Operation &op : block)
      for (Value value : op.getResults()) {
        Operation *last = nullptr;
        for (Operation *user : value.getUsers()) {
          Operation *here = block.findAncestorOpInBlock(*user);
          if (here && (!last || last->isBeforeInBlock(here)))
            last = here;
        }
        if (last)
          lastReads[last].push_back(value);
      }
  for (Operation &op : block.without_terminator()) {
    FailureOr<Results> results = failure();
    if (auto use = dyn_cast<ir::UseOp>(op))
      results = evaluateUse(use);
    else
      results = evaluateOp(&op, known);
    if (failed(results))
      return failure();
    for (auto [value, tensor] : llvm::zip(op.getResults(), *results)) {
      known[value] = tensor;
      if (observer)
        observer(value, tensor);
    }
    for (Value value : lastReads.lookup(&op))
      known.erase(value);
  }
  Results results;
  for (Value value : block.getTerminator()->getOperands())
    results.push_back(known.lookup(value));
  return results;
}

FailureOr<Results> Evaluator::Impl::evaluateUse(ir::UseOp op) {
  auto found = weights.find(op.getWeight());
  if (found != weights.end())
    return Results{found->second};
  auto weight = module.lookupSymbol<ir::WeightOp>(op.getWeight());
  if (!weight)
    return op.emitError("expected a weight named ") << op.getWeightAttr();
  auto type = cast<RankedTensorType>(weight.getType());
  if (failed(checkSize(op, type)))
    return failure();
  FailureOr<Tensor> tensor = readWeight(weight, type);
  if (failed(tensor))
    return failure();
  weights[op.getWeight()] = *tensor;
  return Results{*tensor};
}

FailureOr<SmallVector<Tensor>>
Evaluator::run(func::FuncOp entry, ArrayRef<Tensor> inputs, Observer observer) {
  if (entry.getNumArguments() != inputs.size())
    return entry.emitError("expected ")
           << entry.getNumArguments() << " inputs, but got " << inputs.size();
  ValueMap known;
  for (auto [argument, input] : llvm::zip(entry.getArguments(), inputs)) {
    if (argument.getType() != input.getType())
      return entry.emitError("expected input ")
             << argument.getArgNumber() << " of type " << argument.getType()
             << ", but got " << input.getType();
    known[argument] = input;
  }
  auto results = impl->runBlock(entry.getBody().front(), known, observer,
                                /*release=*/true);
  if (failed(results))
    return failure();
  return SmallVector<Tensor>(results->begin(), results->end());
}

/// The operations that `value` needs beyond `known`, in program order; fails
/// at a block argument that is not known.
static LogicalResult collectSlice(Value value, const ValueMap &known,
                                  llvm::SetVector<Operation *> &slice) {
  SmallVector<std::pair<Value, bool>> stack = {{value, false}};
  llvm::DenseSet<Operation *> entered;
  while (!stack.empty()) {
    auto [next, finished] = stack.pop_back_val();
    if (known.contains(next))
      continue;
    Operation *op = next.getDefiningOp();
    if (!op)
      return failure();
    if (finished) {
      slice.insert(op);
      continue;
    }
    if (slice.contains(op) || !entered.insert(op).second)
      continue;
    stack.push_back({next, true});
    llvm::SetVector<Value> needs(op->operand_begin(), op->operand_end());
    op->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        if (!op->isAncestor(operand.getParentBlock()->getParentOp()))
          needs.insert(operand);
    });
    for (Value need : needs)
      stack.push_back({need, false});
  }
  return success();
}

FailureOr<Tensor> Evaluator::evaluate(Value value, ValueMap &known) {
  llvm::SetVector<Operation *> slice;
  if (failed(collectSlice(value, known, slice)))
    return failure();
  for (Operation *op : slice) {
    FailureOr<Results> results = failure();
    if (auto use = dyn_cast<ir::UseOp>(op))
      results = impl->evaluateUse(use);
    else
      results = impl->evaluateOp(op, known);
    if (failed(results))
      return failure();
    for (auto [result, tensor] : llvm::zip(op->getResults(), *results))
      known[result] = tensor;
  }
  Tensor found = known.lookup(value);
  constexpr size_t keptBytes = 1 << 20;
  for (Operation *op : slice)
    for (Value result : op->getResults())
      if (auto it = known.find(result);
          it != known.end() && it->second.sizeInBytes() > keptBytes)
        known.erase(it);
  return found;
}
