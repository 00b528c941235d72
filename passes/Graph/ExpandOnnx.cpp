//===- ExpandOnnx.cpp - From ONNX nodes to tensor-level operations --------===//
#include "passes/Graph/ExpandOnnx.h"
#include "dialects/Onnx/Dtypes.h"
#include "dialects/Tern/Codes.h"
#include "mlir/Transforms/RegionUtils.h"
#include "passes/Graph/Expander.h"
#include "passes/Graph/Passes.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

namespace tern::graph {
#define GEN_PASS_DEF_EXPANDONNX
#include "passes/Graph/Passes.h.inc"
} // namespace tern::graph

void graph::emitRefusal(const Refusal &refusal) {
  InFlightDiagnostic error = emitError(refusal.location);
  if (!refusal.op.empty())
    error << (refusal.domain.empty() ? "" : refusal.domain + ".") << refusal.op
          << " (opset " << refusal.version << ") '" << refusal.node << "': ";
  error << refusal.reason;
  if (!refusal.help.empty())
    error.attachNote() << "help: " << refusal.help;
}

/// The tensor-level type of an onnx-form type; null unless ranked, static and
/// of an element type with a meaning.
static RankedTensorType toTensorLevel(Type type) {
  auto ranked = dyn_cast<RankedTensorType>(type);
  if (!ranked || !ranked.hasStaticShape())
    return {};
  Type element = toTernElementType(ranked.getElementType());
  return element ? tensorOf(ranked.getShape(), element) : RankedTensorType();
}

/// An absent operand; a value of unknown type has `none` as well.
static bool isAbsent(Value value) {
  return value.getDefiningOp<onnx_ir::AbsentOp>() != nullptr;
}

void Expander::addRefusal(onnx_ir::NodeOp node, const Twine &reason,
                          const Twine &help) {
  refusals.push_back({node.getLoc(), node.getNodeName().str(),
                      node.getDomain().str(), node.getOperatorName().str(),
                      static_cast<int64_t>(node.getVersion()), reason.str(),
                      help.str()});
}

//===----------------------------------------------------------------------===//
// Compile-time values
//===----------------------------------------------------------------------===//

Origins Expander::originsOf(Value value) {
  auto found = origins.find(value);
  if (found != origins.end())
    return found->second;
  Origins result;
  Operation *op = value.getDefiningOp();
  if (!op) {
    result.data = !known.contains(value);
  } else {
    SetVector<Value> captured;
    getUsedValuesDefinedAbove(op->getRegions(), captured);
    captured.insert(op->operand_begin(), op->operand_end());
    for (Value operand : captured) {
      Origins from = originsOf(operand);
      result.data |= from.data;
      result.placeholder |= from.placeholder;
    }
  }
  return origins[value] = result;
}

std::optional<eval::Tensor> Expander::evaluate(Value value) {
  Origins from = originsOf(value);
  if (from.data || from.placeholder)
    return std::nullopt;
  eval::Evaluator evaluator(module);
  FailureOr<eval::Tensor> result = evaluator.evaluate(value, known);
  if (failed(result))
    return std::nullopt;
  return *result;
}

//===----------------------------------------------------------------------===//
// One node
//===----------------------------------------------------------------------===//

namespace tern::graph {
/// The Expansion of one node within the walk.
class NodeExpansion final : public Expansion {
public:
  NodeExpansion(Expander &walk, onnx_ir::NodeOp node)
      : Expansion(node, walk.b), walk(walk), results(node.getNumResults()) {}

  bool has(unsigned i) override {
    return i < numOperands() && !isAbsent(node.getInputs()[i]);
  }
  Value operand(unsigned i) override {
    return has(i) ? walk.values.lookup(node.getInputs()[i]).typed.value
                  : Value();
  }
  Type onnxElementType(unsigned i) override {
    return has(i) ? walk.values.lookup(node.getInputs()[i]).typed.onnxType
                  : Type();
  }
  Type declaredResultType(unsigned i) override {
    auto type = dyn_cast<ShapedType>(node.getOutputs()[i].getType());
    return type ? type.getElementType() : Type();
  }
  std::optional<eval::Tensor> constant(unsigned i) override {
    return has(i) ? evaluate(operand(i)) : std::nullopt;
  }
  bool isConstant(Value value) override {
    Origins from = walk.originsOf(value);
    askedForPlaceholder |= from.placeholder;
    return !from.data && !from.placeholder;
  }
  std::optional<eval::Tensor> evaluate(Value value) override {
    askedForPlaceholder |= walk.originsOf(value).placeholder;
    return walk.evaluate(value);
  }
  void result(unsigned i, Value value, Type onnxType) override {
    if (i < results.size())
      results[i] = {value, onnxType ? onnxType : onnxTypeOf(i, value)};
  }
  Value tensorConstant(const eval::Tensor &value) override {
    return walk.pool.make(b, value, node.getNodeName());
  }
  Value tensorAttr(StringRef name) override {
    auto elements = dyn_cast_or_null<ElementsAttr>(attr(name));
    if (!elements)
      return {};
    auto type = cast<RankedTensorType>(elements.getShapedType());
    return walk.pool.make(b, elements, type, node.getNodeName());
  }
  LogicalResult inlineSubgraph(unsigned i, ArrayRef<OnnxValue> arguments,
                               SmallVectorImpl<OnnxValue> &yielded) override;
  LogicalResult refuse(const Twine &reason, const Twine &help) override {
    if (!askedForPlaceholder)
      walk.addRefusal(node, reason, help);
    refused = true;
    return failure();
  }

  Expander &walk;
  SmallVector<OnnxValue> results;
  bool refused = false;
  /// A compile-time value was asked for that a refused node would have given:
  /// what follows from its absence is not the model's fault.
  bool askedForPlaceholder = false;

private:
  /// The ONNX element type of a result that its expansion does not state.
  Type onnxTypeOf(unsigned i, Value value) {
    Type element = elementOf(value), declared = declaredResultType(i);
    if (declared && toTernElementType(declared) == element)
      return declared;
    MLIRContext *context = node.getContext();
    if (auto code = dyn_cast<ir::QType>(element); code && code.isInteger())
      return IntegerType::get(context, code.getBits(),
                              code.isSigned() ? IntegerType::Signless
                                              : IntegerType::Unsigned);
    for (unsigned operand = 0; operand < numOperands(); ++operand)
      if (has(operand) && elementType(operand) == element)
        return onnxElementType(operand);
    return element;
  }
};
} // namespace tern::graph

LogicalResult
NodeExpansion::inlineSubgraph(unsigned i, ArrayRef<OnnxValue> arguments,
                              SmallVectorImpl<OnnxValue> &yielded) {
  Block &block = node.getSubgraphs()[i].front();
  if (block.getNumArguments() != arguments.size())
    return refuse("expected a subgraph of " + Twine(arguments.size()) +
                      " inputs, but got " + Twine(block.getNumArguments()),
                  "");
  for (auto [argument, value] : llvm::zip(block.getArguments(), arguments))
    walk.values[argument] = {value};
  size_t before = walk.refusals.size();
  Location outer = b.getLoc();
  walk.expandBlock(block);
  b.setLoc(outer);
  refused |= walk.refusals.size() != before;
  for (Value value : block.getTerminator()->getOperands()) {
    Expanded expanded = walk.values.lookup(value);
    refused |= expanded.isUnknown || !expanded.typed.value;
    yielded.push_back(expanded.typed);
  }
  return failure(refused);
}

/// The first required operand that the node lacks.
static std::optional<unsigned> firstMissing(const OperatorRow &row,
                                            Expansion &expansion) {
  bool all = row.required == allOperands;
  unsigned count = all ? std::max(1u, expansion.numOperands())
                       : llvm::bit_width(row.required);
  for (unsigned i = 0; i < count; ++i)
    if ((all || (row.required >> i & 1)) && !expansion.has(i))
      return i;
  return std::nullopt;
}

LogicalResult Expander::callRow(onnx_ir::NodeOp node) {
  StringRef domain = node.getDomain(), name = node.getOperatorName();
  int64_t version = node.getVersion();
  const OperatorRow *row = findOperator(domain, name, version);
  if (!row) {
    std::string known;
    for (const OperatorRow *other : allOperators())
      if (other->name == name && other->domain == domain)
        known += (known.empty() ? "" : ", ") + std::to_string(other->since) +
                 (other->until ? " to " + std::to_string(other->until)
                               : std::string(" and later"));
    addRefusal(node,
               known.empty()
                   ? "expected a supported operator, but got " + node.getOp()
                   : "expected opset version " + known + ", but got " +
                         Twine(version),
               known.empty() ? "'tern check --list-operators' shows them"
                             : "convert the model to such a version");
    return failure();
  }
  NodeExpansion expansion(*this, node);
  if (std::optional<unsigned> i = firstMissing(*row, expansion)) {
    addRefusal(node, "expected operand " + Twine(*i) + ", but got none", "");
    return failure();
  }
  LogicalResult called = row->expand(expansion);
  if (failed(called)) {
    if (!expansion.refused)
      addRefusal(node, "expected an operator that can be expanded", "");
    return failure();
  }
  for (auto [value, typed] : llvm::zip(node.getOutputs(), expansion.results)) {
    if (!typed.value) {
      if (value.use_empty())
        continue;
      addRefusal(node, "expected only supported results to be used", "");
      return failure();
    }
    values[value] = {typed};
    originsOf(typed.value);
  }
  return success();
}

void Expander::substituteResults(onnx_ir::NodeOp node) {
  for (Value value : node.getOutputs()) {
    RankedTensorType type = toTensorLevel(value.getType());
    if (!type) {
      values[value] = {{}, /*isUnknown=*/true};
      continue;
    }
    Value empty = emptyTensor(b, type.getShape(), type.getElementType());
    origins[empty] = {false, /*placeholder=*/true};
    values[value] = {
        {empty, cast<ShapedType>(value.getType()).getElementType()}};
  }
}

void Expander::expandNode(onnx_ir::NodeOp node) {
  auto isUnknown = [&](Value input) {
    return !isAbsent(input) && values.lookup(input).isUnknown;
  };
  auto layer = ir::LayerAttr::get(node.getContext(), -1, node.getNodeName(),
                                  node.getOperatorName());
  b.setLoc(FusedLoc::get(node.getContext(), {node.getLoc()}, layer));
  // A node of a refused one's unknown result is still looked up: an operator
  // that nobody knows is worth a line of its own.
  bool isKnownOperator =
      findOperator(node.getDomain(), node.getOperatorName(), node.getVersion());
  if (isKnownOperator && llvm::any_of(node.getInputs(), isUnknown))
    return substituteResults(node);
  if (failed(callRow(node)))
    substituteResults(node);
}

void Expander::expandConstant(onnx_ir::ConstantOp constant) {
  auto type = cast<RankedTensorType>(constant.getType());
  auto layer = ir::LayerAttr::get(constant.getContext(), -1, constant.getName(),
                                  "Constant");
  b.setLoc(FusedLoc::get(constant.getContext(), {constant.getLoc()}, layer));
  Value value = pool.make(b, constant.getValue(), type, constant.getName());
  if (value) {
    values[constant.getResult()] = {{value, type.getElementType()}};
    originsOf(value);
    return;
  }
  values[constant.getResult()] = {{}, /*isUnknown=*/true};
  StringRef dtype = onnx_ir::dtypeName(type.getElementType());
  refusals.push_back({constant.getLoc(), constant.getName().str(), "",
                      "Constant", 1,
                      ("expected numbers as large as the initializer's type "
                       "says, but got an initializer of " +
                       (dtype.empty() ? "an unsupported type" : dtype))
                          .str(),
                      ""});
}

void Expander::expandBlock(Block &block) {
  for (Operation &op : block) {
    if (auto node = dyn_cast<onnx_ir::NodeOp>(op))
      expandNode(node);
    else if (auto constant = dyn_cast<onnx_ir::ConstantOp>(op))
      expandConstant(constant);
    else if (!isa<onnx_ir::AbsentOp, onnx_ir::YieldOp, func::ReturnOp>(op))
      refusals.push_back({op.getLoc(), "", "", "", 0,
                          "expected only ONNX nodes, but got " +
                              op.getName().getStringRef().str(),
                          ""});
  }
}

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

/// What an entry's argument or result keeps of its onnx form.
static DictionaryAttr interfaceAttrs(DictionaryAttr old, Type onnxElement) {
  MLIRContext *context = onnxElement.getContext();
  NamedAttrList attrs;
  if (Attribute name = old ? old.get("onnx.name") : Attribute())
    attrs.set("tern.name", name);
  attrs.set("tern.dtype",
            StringAttr::get(context, onnx_ir::dtypeName(onnxElement)));
  return attrs.getDictionary(context);
}

bool Expander::addArguments(func::FuncOp entry, func::FuncOp result) {
  Block *block = &result.getBody().front();
  bool isWhole = true;
  for (BlockArgument argument : entry.getArguments()) {
    RankedTensorType type = toTensorLevel(argument.getType());
    if (!type) {
      std::string text;
      llvm::raw_string_ostream(text) << argument.getType();
      refusals.push_back({argument.getLoc(), "", "", "", 0,
                          "expected an input of numbers and static shape, but "
                          "got " +
                              text,
                          "'--dim' gives open dimensions a size"});
      values[argument] = {{}, /*isUnknown=*/true};
      isWhole = false;
      continue;
    }
    Value added = block->addArgument(type, argument.getLoc());
    for (const KnownInput &input : knownInputs)
      if (input.entry == entry.getName() &&
          input.index == argument.getArgNumber())
        known[added] = input.value;
    originsOf(added);
    Type onnxType = cast<ShapedType>(argument.getType()).getElementType();
    values[argument] = {{added, onnxType}};
  }
  return isWhole;
}

/// Whether the file's declaration of a value can be true of what its node
/// makes; dimensions that it leaves open can be anything.
static bool agrees(Type declared, OnnxValue made) {
  auto shaped = dyn_cast<ShapedType>(declared);
  if (!shaped)
    return true;
  if (shaped.getElementType() != made.onnxType)
    return false;
  auto type = cast<RankedTensorType>(made.value.getType());
  return !shaped.hasRank() ||
         succeeded(verifyCompatibleShape(shaped.getShape(), type.getShape()));
}

/// Outputs are what their callers were told.
void Expander::checkOutputs(func::FuncOp entry) {
  Operation *end = entry.getBody().front().getTerminator();
  for (auto [i, value] : llvm::enumerate(end->getOperands())) {
    OnnxValue made = values.lookup(value).typed;
    if (agrees(value.getType(), made))
      continue;
    std::string reason;
    auto name = entry.getResultAttrOfType<StringAttr>(i, "onnx.name");
    auto type = cast<RankedTensorType>(made.value.getType());
    llvm::raw_string_ostream(reason)
        << "expected output '" << (name ? name.getValue() : "") << "' to be "
        << value.getType() << ", as the file declares, but got "
        << RankedTensorType::get(type.getShape(), made.onnxType);
    refusals.push_back({value.getLoc(), "", "", "", 0, reason,
                        "correct the declaration of the output"});
  }
}

void Expander::finish(func::FuncOp entry, func::FuncOp result) {
  Operation *end = entry.getBody().front().getTerminator();
  SmallVector<Value> outputs;
  SmallVector<DictionaryAttr> argAttrs, resultAttrs;
  for (auto [i, value] : llvm::enumerate(end->getOperands())) {
    OnnxValue typed = values.lookup(value).typed;
    outputs.push_back(typed.value);
    resultAttrs.push_back(
        interfaceAttrs(entry.getResultAttrDict(i), typed.onnxType));
  }
  for (BlockArgument argument : entry.getArguments())
    argAttrs.push_back(
        interfaceAttrs(entry.getArgAttrDict(argument.getArgNumber()),
                       cast<ShapedType>(argument.getType()).getElementType()));
  b.setLoc(entry.getLoc());
  b.create<func::ReturnOp>(outputs);
  result.setType(b.getFunctionType(result.getBody().front().getArgumentTypes(),
                                   TypeRange(outputs)));
  result.setAllArgAttrs(argAttrs);
  result.setAllResultAttrs(resultAttrs);
}

func::FuncOp Expander::expandEntry(func::FuncOp entry) {
  size_t before = refusals.size();
  b.setInsertionPoint(entry);
  b.setLoc(entry.getLoc());
  auto result =
      b.create<func::FuncOp>(entry.getName(), b.getFunctionType({}, {}));
  b.setInsertionPointToStart(result.addEntryBlock());
  addArguments(entry, result);
  expandBlock(entry.getBody().front());
  if (refusals.size() == before)
    checkOutputs(entry);
  if (refusals.size() == before)
    finish(entry, result);
  return result;
}

LogicalResult graph::expandOnnx(ModuleOp module,
                                SmallVectorImpl<Refusal> &refusals,
                                ArrayRef<KnownInput> known) {
  SmallVector<func::FuncOp> entries(module.getOps<func::FuncOp>()), expanded;
  llvm::DenseSet<Operation *> kept;
  for (Operation &op : *module.getBody())
    kept.insert(&op);
  Expander walk(module, refusals, known);
  for (func::FuncOp entry : entries)
    expanded.push_back(walk.expandEntry(entry));
  if (refusals.empty()) {
    for (func::FuncOp entry : entries)
      entry.erase();
    return success();
  }
  for (Operation &op : llvm::make_early_inc_range(*module.getBody()))
    if (!kept.contains(&op))
      op.erase();
  return failure();
}

namespace {
struct ExpandOnnx : graph::impl::ExpandOnnxBase<ExpandOnnx> {
  void runOnOperation() override {
    SmallVector<Refusal> refusals;
    if (succeeded(expandOnnx(getOperation(), refusals)))
      return;
    for (const Refusal &refusal : refusals)
      emitRefusal(refusal);
    signalPassFailure();
  }
};
} // namespace
