//===- PlanMemory.cpp - A place for every buffer --------------------------===//
//
// Entries are straight lines of steps on static shapes, so that one plan, made
// here, is all the memory management there is: `run` allocates nothing.
//
//===----------------------------------------------------------------------===//
#include "dialects/Kern/Kern.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "passes/Lowering/Arena.h"
#include "passes/Lowering/Buffers.h"
#include "passes/Lowering/Passes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/xxhash.h"

namespace tern::lowering {
#define GEN_PASS_DEF_PLANMEMORY
#include "passes/Lowering/Passes.h.inc"
} // namespace tern::lowering

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

/// Where the payload of a weights file starts (tern_weights_header).
static constexpr int64_t weightsHeaderBytes = 64;

static int64_t bytesOf(ir::WeightOp weight) {
  if (weight.getLayout())
    return cast<ShapedType>(weight.getValue().getType()).getNumElements();
  auto type = cast<ShapedType>(weight.getType());
  return type.getNumElements() * bytesOfElement(type.getElementType());
}

/// The bytes of a weight's attribute.
static ArrayRef<char> rawBytes(ir::WeightOp weight) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(weight.getValue()))
    if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
      return blob->getData();
  if (auto dense = dyn_cast<DenseElementsAttr>(weight.getValue()))
    return dense.getRawData();
  return {};
}

static bool areEqual(ir::WeightOp a, ir::WeightOp b) {
  ArrayRef<char> left = rawBytes(a), right = rawBytes(b);
  return a.getType() == b.getType() && a.getLayout() == b.getLayout() &&
         a.getValue().getShapedType() == b.getValue().getShapedType() &&
         !left.empty() && left == right;
}

/// One weight for all that have the same bytes: entries of other sizes repeat
/// every constant.
static void mergeEqualWeights(ModuleOp module) {
  llvm::DenseMap<uint64_t, SmallVector<ir::WeightOp, 1>> known;
  llvm::DenseMap<StringAttr, ir::WeightOp> merged;
  SmallVector<ir::WeightOp> weights(module.getOps<ir::WeightOp>());
  for (ir::WeightOp weight : weights) {
    ArrayRef<char> bytes = rawBytes(weight);
    auto &same =
        known[llvm::xxh3_64bits(StringRef(bytes.data(), bytes.size()))];
    auto first = llvm::find_if(
        same, [&](ir::WeightOp other) { return areEqual(weight, other); });
    if (first == same.end())
      same.push_back(weight);
    else
      merged[weight.getSymNameAttr()] = *first;
  }
  module.walk([&](ir::UseOp use) {
    if (ir::WeightOp weight = merged.lookup(use.getWeightAttr().getAttr()))
      use.setWeightAttr(FlatSymbolRefAttr::get(weight.getSymNameAttr()));
  });
  for (ir::WeightOp weight : weights)
    if (merged.count(weight.getSymNameAttr()))
      weight.erase();
}

/// Offsets of all weights, one after the other.
static void placeWeights(ModuleOp module) {
  Builder b(module.getContext());
  int64_t next = weightsHeaderBytes;
  for (auto weight : module.getOps<ir::WeightOp>()) {
    weight.setOffset(next);
    next = llvm::alignTo(next + bytesOf(weight), arenaAlignment);
  }
  module->setAttr("kern.weights_bytes", b.getI64IntegerAttr(next));
}

/// ONNX's name of a value's type in memory, for values the model's file does
/// not name.
static std::string dtypeOf(Type element) {
  if (auto code = dyn_cast<ir::QType>(element)) {
    if (code.isFloat())
      return (code.getKind() == ir::CodeKind::E2M1 ? "float4" : "float8") +
             code.getName();
    std::string bits = std::to_string(8 * code.getStorageBytes());
    return (code.isSigned() ? "int" : "uint") + bits;
  }
  if (element.isInteger(1))
    return "bool";
  if (element.isInteger())
    return "int" + std::to_string(element.getIntOrFloatBitWidth());
  return element.isF64()    ? "double"
         : element.isBF16() ? "bfloat16"
         : element.isF16()  ? "float16"
                            : "float";
}

/// The number of the argument that a returned value is, with something
/// inserted; -1 for other values.
static int64_t aliasOf(Value returned) {
  auto argument = dyn_cast<BlockArgument>(rootOf(returned));
  bool isWritten = argument && argument.getType() == returned.getType() &&
                   llvm::any_of(argument.getUses(), [](OpOperand &use) {
                     auto insert = dyn_cast<ir::InsertOp>(use.getOwner());
                     return insert && insert.isDpsInit(&use);
                   });
  return isWritten ? static_cast<int64_t>(argument.getArgNumber()) : -1;
}

static kern::TensorAttr describe(Type type, DictionaryAttr attributes,
                                 int64_t alias = -1) {
  auto memory = cast<MemRefType>(type);
  auto text = [&](StringRef name) {
    auto value = attributes ? attributes.getAs<StringAttr>(name) : StringAttr();
    return value ? value.str() : std::string();
  };
  std::string dtype = text("tern.dtype");
  if (dtype.empty())
    dtype = dtypeOf(memory.getElementType());
  return kern::TensorAttr::get(type.getContext(), text("tern.name"), dtype,
                               memory.getShape(), alias);
}

namespace {
/// Plans one entry.
class Planner {
public:
  Planner(func::FuncOp entry, SymbolTable &symbols)
      : entry(entry), symbols(symbols), body(entry.getBody().front()),
        builder(entry.getContext()) {}
  void run();

private:
  void describeTensors();
  void addByteArguments();
  void placeOutputs();
  void placeArena();
  void placeUses();
  void view(Value old, Value bytes, int64_t offset);

  func::FuncOp entry;
  SymbolTable &symbols;
  Block &body;
  OpBuilder builder;
  unsigned inputs = 0;
  SmallVector<Value> outputs;
  /// Of each output: the input in whose place it is, or -1.
  SmallVector<int64_t> aliases;
};
} // namespace

/// Replaces memory by a piece of an argument.
void Planner::view(Value old, Value bytes, int64_t offset) {
  auto view =
      builder.create<kern::ViewOp>(old.getLoc(), old.getType(), bytes, offset);
  old.replaceAllUsesWith(view.getResult());
  if (Operation *op = old.getDefiningOp())
    op->erase();
}

void Planner::describeTensors() {
  SmallVector<Attribute> in, out;
  for (unsigned i = 0; i < entry.getNumArguments(); ++i)
    in.push_back(
        describe(entry.getArgumentTypes()[i], entry.getArgAttrDict(i)));
  for (unsigned i = 0; i < entry.getNumResults(); ++i) {
    aliases.push_back(aliasOf(body.getTerminator()->getOperand(i)));
    out.push_back(describe(entry.getResultTypes()[i],
                           entry.getResultAttrDict(i), aliases.back()));
  }
  entry->setAttr("kern.entry", builder.getUnitAttr());
  entry->setAttr("kern.inputs", builder.getArrayAttr(in));
  entry->setAttr("kern.outputs", builder.getArrayAttr(out));
}

/// Puts weights, workspace, inputs and outputs in the place of the arguments.
void Planner::addByteArguments() {
  inputs = entry.getNumArguments();
  unsigned total = 2 + inputs + entry.getNumResults();
  auto bytes = MemRefType::get({ShapedType::kDynamic}, builder.getI8Type());
  for (unsigned i = 0; i < total; ++i)
    body.addArgument(bytes, entry.getLoc());
  builder.setInsertionPointToStart(&body);
  for (unsigned i = 0; i < inputs; ++i)
    view(body.getArgument(i), body.getArgument(inputs + 2 + i), 0);
  body.eraseArguments(0, inputs);
  llvm::append_range(outputs, body.getArguments().drop_front(2 + inputs));
  entry->removeAttr("arg_attrs");
  entry->removeAttr("res_attrs");
  entry.setType(builder.getFunctionType(SmallVector<Type>(total, bytes), {}));
}

/// A returned buffer is the output itself; what is returned twice, or is no
/// buffer of its own, is copied there, unless it is an input that grew.
void Planner::placeOutputs() {
  Operation *terminator = body.getTerminator();
  for (auto [result, output, alias] : llvm::zip(
           llvm::to_vector(terminator->getOperands()), outputs, aliases)) {
    if (alias >= 0)
      continue;
    Value root = rootOf(result);
    auto type = cast<MemRefType>(result.getType());
    auto rootType = cast<MemRefType>(root.getType());
    bool whole = root.getDefiningOp<memref::AllocOp>() &&
                 rootType.getNumElements() == type.getNumElements();
    if (whole) {
      builder.setInsertionPointToStart(&body);
      view(root, output, 0);
      continue;
    }
    builder.setInsertionPoint(terminator);
    auto target = builder.create<kern::ViewOp>(
        terminator->getLoc(),
        MemRefType::get(type.getShape(), type.getElementType()), output, 0);
    builder.create<memref::CopyOp>(terminator->getLoc(), result, target);
  }
  terminator->setOperands({});
}

/// The steps in which each buffer is alive, views of it included.
static llvm::MapVector<Value, Lifetime> lifetimes(Block &body) {
  llvm::MapVector<Value, Lifetime> alive;
  int64_t step = 0;
  for (Operation &op : body) {
    ++step;
    if (isa<memref::AllocOp>(op))
      continue;
    op.walk([&](Operation *inner) {
      for (Value operand : inner->getOperands()) {
        Value root = rootOf(operand);
        if (!root.getDefiningOp<memref::AllocOp>())
          continue;
        auto [it, isNew] = alive.insert({root, Lifetime{step, step, 0}});
        it->second.last = step;
        it->second.bytes = bytesOf(cast<MemRefType>(root.getType()));
      }
    });
  }
  return alive;
}

void Planner::placeArena() {
  auto alive = lifetimes(body);
  SmallVector<Lifetime> buffers;
  for (auto &[value, lifetime] : alive)
    buffers.push_back(lifetime);
  Arena arena = planArena(buffers);
  builder.setInsertionPointToStart(&body);
  for (auto [i, pair] : llvm::enumerate(alive))
    view(pair.first, body.getArgument(1), arena.offsets[i]);
  for (auto alloc : llvm::make_early_inc_range(body.getOps<memref::AllocOp>()))
    alloc.erase();
  entry->setAttr("kern.workspace", builder.getI64IntegerAttr(arena.bytes));
}

void Planner::placeUses() {
  builder.setInsertionPointToStart(&body);
  for (auto use : llvm::make_early_inc_range(body.getOps<ir::UseOp>())) {
    auto weight = symbols.lookup<ir::WeightOp>(use.getWeight());
    view(use.getResult(), body.getArgument(0), *weight.getOffset());
  }
}

void Planner::run() {
  describeTensors();
  addByteArguments();
  placeOutputs();
  placeArena();
  placeUses();
}

namespace {
struct PlanMemory : lowering::impl::PlanMemoryBase<PlanMemory> {
  void runOnOperation() override {
    mergeEqualWeights(getOperation());
    placeWeights(getOperation());
    SymbolTable symbols(getOperation());
    for (auto entry : getOperation().getOps<func::FuncOp>())
      Planner(entry, symbols).run();
  }
};
} // namespace
