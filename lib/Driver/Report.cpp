//===- Report.cpp - What a compiled model does, and what that costs -------===//
#include "lib/Driver/Report.h"
#include "lib/Methods/Methods.h"
#include "lib/Target/Targets.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using namespace tern;

static std::string formatOf(Type element) {
  if (auto code = dyn_cast<ir::QType>(element))
    return code.getName();
  std::string text;
  llvm::raw_string_ostream(text) << element;
  return text;
}

/// "1x64x7x7 int8"
static std::string describe(Type type) {
  auto shaped = cast<ShapedType>(type);
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::interleave(shaped.getShape(), os, "x");
  os << (shaped.getRank() ? " " : "") << formatOf(shaped.getElementType());
  return text;
}

/// Bytes of the weight that a value is, in the file; nothing for others.
static std::optional<double> weightBytes(Value value, SymbolTable &symbols) {
  auto use = value.getDefiningOp<ir::UseOp>();
  if (!use)
    return std::nullopt;
  auto weight = symbols.lookup<ir::WeightOp>(use.getWeight());
  if (weight.getLayout())
    return cast<ShapedType>(weight.getValue().getType()).getNumElements();
  return bytesOf(weight.getType());
}

static void describeOperands(Operation *op, SymbolTable &symbols,
                             LayerReport &layer) {
  // Bytes of a contraction are lib/Methods' account.
  bool isCounted = !isa<ir::MatmulOp, ir::ConvOp>(op);
  auto inits = cast<DestinationStyleOpInterface>(op).getDpsInits();
  llvm::SmallDenseSet<Value> seen;
  for (Value operand : op->getOperands()) {
    if (!isa<ShapedType>(operand.getType()) || !seen.insert(operand).second ||
        llvm::is_contained(inits, operand))
      continue;
    layer.inputs +=
        (layer.inputs.empty() ? "" : ", ") + describe(operand.getType());
    if (!isCounted)
      continue;
    std::optional<double> weight = weightBytes(operand, symbols);
    (weight ? layer.work.weightBytes : layer.work.inputBytes) +=
        weight.value_or(bytesOf(operand.getType()));
  }
  // An insertion writes what it reads.
  if (isa<ir::InsertOp>(op))
    layer.work.outputBytes = layer.work.inputBytes;
  else if (isCounted)
    for (Value result : op->getResults())
      layer.work.outputBytes += bytesOf(result.getType());
  layer.output = describe(op->getResult(0).getType());
}

static ir::LayoutAttr layoutOf(Operation *op) {
  auto matmul = dyn_cast<ir::MatmulOp>(op);
  auto layout = matmul ? matmul.getLayout() : cast<ir::ConvOp>(op).getLayout();
  return layout.value_or(ir::LayoutAttr());
}

static void describeContraction(Operation *op, const Site &site,
                                LayerReport &layer) {
  Contraction c = tern::describeContraction(op);
  layer.step = c.isConv ? "conv" : "matmul";
  std::optional<ir::Method> method;
  if (auto chosen = op->getAttrOfType<ir::MethodAttr>("method")) {
    method = chosen.getValue();
    layer.method = ir::stringifyMethod(*method).str();
  }
  layer.work = describeWork(c, method, layoutOf(op), site);
  if (isWeight(op->getOperand(1))) {
    layer.weightFormat = formatOf(c.rhs);
    layer.codeBits = codeBits(c.rhs);
    // Before folding, nobody has said how a part stores them.
    if (layoutOf(op))
      layer.weightBits = layoutOf(op).getBits();
    else if (method)
      layer.weightBits = storedBits(c.rhs);
  }
  auto choice = op->getAttrOfType<DictionaryAttr>("tern.choice");
  if (!choice)
    return;
  layer.reason = choice.getAs<StringAttr>("reason").str();
  layer.chosenSeconds = choice.getAs<FloatAttr>("seconds").getValueAsDouble();
  if (auto next = choice.getAs<StringAttr>("next")) {
    layer.nextMethod = next.str();
    layer.nextSeconds =
        choice.getAs<FloatAttr>("next_seconds").getValueAsDouble();
  }
}

static void describeGeneric(linalg::LinalgOp op, LayerReport &layer) {
  double points = 1;
  for (int64_t size : op.getStaticLoopRanges())
    points *= static_cast<double>(size);
  double scalars = countScalars(op->getRegion(0));
  layer.step = scalars ? "elementwise" : "copy";
  if (op.getNumReductionLoops())
    layer.step = "reduction";
  layer.work.scalarOps = points * scalars;
}

/// One step; nothing for operations that compute nothing.
static std::optional<LayerReport> describeStep(Operation &op, const Site &site,
                                               SymbolTable &symbols) {
  LayerReport layer;
  if (isa<ir::MatmulOp, ir::ConvOp>(op))
    ::describeContraction(&op, site, layer);
  else if (auto generic = dyn_cast<linalg::LinalgOp>(op))
    describeGeneric(generic, layer);
  else if (isa<ir::InsertOp>(op))
    layer.step = "insert";
  else
    return std::nullopt;
  if (auto fused = op.getLoc()->findInstanceOf<FusedLocWith<ir::LayerAttr>>())
    layer.id = fused.getMetadata().getId();
  // The first layer that went into the step: a convolution rather than the
  // activation behind it.
  op.getLoc()->walk([&](Location loc) {
    auto fused = dyn_cast<FusedLocWith<ir::LayerAttr>>(loc);
    if (!fused)
      return WalkResult::advance();
    // Not after a constant that went into it, or a step without a name.
    ir::LayerAttr found = fused.getMetadata();
    bool says = !found.getName().empty() && found.getOp() != "Constant";
    if (layer.name.empty() || says) {
      layer.name = found.getName().str();
      layer.op = found.getOp().str();
    }
    return WalkResult::advance();
  });
  describeOperands(&op, symbols, layer);
  return layer;
}

FailureOr<Report> tern::describeModel(ModuleOp module) {
  FailureOr<const Machine *> machine = machineOf(module);
  if (failed(machine))
    return failure();
  Report report;
  if (auto name = module->getAttrOfType<StringAttr>("kern.model"))
    report.model = name.str();
  report.machine = *machine;
  Site site = siteOf(module, **machine);
  report.residentBytes = site.residentBytes;
  SymbolTable symbols(module);
  for (auto weight : module.getOps<ir::WeightOp>())
    report.parameters += cast<ShapedType>(weight.getType()).getNumElements();
  report.floatBytes = 4 * report.parameters;
  for (auto entry : module.getOps<func::FuncOp>())
    for (Operation &op : entry.getBody().getOps())
      if (auto layer = describeStep(op, site, symbols))
        report.layers.push_back(std::move(*layer));
  return report;
}

void tern::addMemory(Report &report, ModuleOp kern) {
  if (auto bytes = kern->getAttrOfType<IntegerAttr>("kern.weights_bytes"))
    report.weightsBytes = bytes.getInt();
  for (auto entry : kern.getOps<func::FuncOp>())
    if (auto bytes = entry->getAttrOfType<IntegerAttr>("kern.workspace"))
      report.workspaceBytes = std::max(report.workspaceBytes, bytes.getInt());
  if (FailureOr<const Machine *> machine = machineOf(kern); succeeded(machine))
    report.design = describeDesign(kern, **machine);
}
