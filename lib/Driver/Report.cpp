//===- Report.cpp - What a compiled model does, and what that costs -------===//
#include "lib/Driver/Report.h"
#include "dialects/Tern/Layout.h"
#include "dialects/Tern/Tern.h"
#include "lib/Methods/Contraction.h"
#include "lib/Methods/NarrowSums.h"
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

static double bytesOf(Type type) {
  auto shaped = cast<ShapedType>(type);
  Type element = shaped.getElementType();
  auto code = dyn_cast<ir::QType>(element);
  double bytes =
      code ? code.getStorageBytes() : (element.getIntOrFloatBitWidth() + 7) / 8;
  return bytes * shaped.getNumElements();
}

/// The precision that a machine computes an element type in.
static Precision precisionOf(Type element) {
  if (auto code = dyn_cast<ir::QType>(element))
    return code.isFloat()        ? Precision::F8
           : code.getBits() <= 8 ? Precision::Int8
                                 : Precision::Int16;
  if (isa<IntegerType>(element))
    return Precision::Int32;
  return element.isF16()    ? Precision::F16
         : element.isBF16() ? Precision::BF16
         : element.isF64()  ? Precision::F64
                            : Precision::F32;
}

/// Bits that an element takes in memory, and those that its codes have.
static unsigned storedBits(Type element) {
  auto code = dyn_cast<ir::QType>(element);
  return code ? 8 * code.getStorageBytes()
              : (element.getIntOrFloatBitWidth() + 7) / 8 * 8;
}
static unsigned codeBits(Type element) {
  auto code = dyn_cast<ir::QType>(element);
  return code ? code.getBits() : element.getIntOrFloatBitWidth();
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
  auto inits = cast<DestinationStyleOpInterface>(op).getDpsInits();
  llvm::SmallDenseSet<Value> seen;
  for (Value operand : op->getOperands()) {
    if (!isa<ShapedType>(operand.getType()) || !seen.insert(operand).second ||
        llvm::is_contained(inits, operand))
      continue;
    layer.inputs +=
        (layer.inputs.empty() ? "" : ", ") + describe(operand.getType());
    bool isExtra = layer.work.product && operand != op->getOperand(0) &&
                   operand != op->getOperand(1);
    std::optional<double> weight = weightBytes(operand, symbols);
    double bytes = weight.value_or(bytesOf(operand.getType()));
    Work &work = layer.work;
    (weight ? work.weightBytes : work.inputBytes) += bytes;
    (weight ? work.extraWeightBytes : work.extraInputBytes) +=
        isExtra ? bytes : 0;
  }
  // An insertion writes what it reads.
  if (isa<ir::InsertOp>(op))
    layer.work.outputBytes = layer.work.inputBytes;
  else
    for (Value result : op->getResults())
      layer.work.outputBytes += bytesOf(result.getType());
  layer.output = describe(op->getResult(0).getType());
}

/// Operations of a scalar body, for each element it is run on.
static double countScalars(Region &body) {
  double count = 0;
  body.walk([&](Operation *op) {
    count += op->getNumResults() && !isa<arith::ConstantOp>(op);
  });
  return count;
}

/// The loops of a contraction; nothing when they never run.
static std::optional<Product> productOf(const Contraction &c) {
  Product product;
  product.isConv = c.isConv;
  product.groups = c.isConv ? c.groups : c.batches;
  product.n = c.n;
  product.c = c.k;
  product.axes = {{c.m}};
  if (auto conv = dyn_cast<ir::ConvOp>(c.op)) {
    auto filter = cast<ShapedType>(conv.getFilter().getType()).getShape();
    auto result = cast<ShapedType>(conv.getInit().getType()).getShape();
    product.images = result[0];
    product.c = filter[1];
    product.axes.clear();
    for (size_t i = 0; i + 2 < result.size(); ++i)
      product.axes.push_back({result[i + 2], filter[i + 2],
                              conv.getStrides()[i], conv.getDilations()[i]});
  }
  Type result = cast<ShapedType>(c.op->getResult(0).getType()).getElementType();
  product.bits = {storedBits(c.rhs), storedBits(c.lhs), storedBits(result)};
  product.accumulatorBits = c.accumulator.getIntOrFloatBitWidth();
  product.hasWeights = bool(c.rhsValue.getDefiningOp<ir::UseOp>());
  return product.macs() ? std::optional(product) : std::nullopt;
}

static ir::LayoutAttr layoutOf(Operation *op) {
  auto matmul = dyn_cast<ir::MatmulOp>(op);
  auto layout = matmul ? matmul.getLayout() : cast<ir::ConvOp>(op).getLayout();
  return layout.value_or(ir::LayoutAttr());
}

/// How the kernels of passes/Lowering walk over the contraction.
static void describeKernel(const Contraction &c, const Machine &machine,
                           Work &work) {
  Kernel &kernel = work.kernel;
  ir::LayoutAttr layout = layoutOf(c.op);
  if (!layout) {
    auto matmul = dyn_cast<ir::MatmulOp>(c.op);
    bool byDots = matmul && (matmul.getTransposeB() || c.rhsScale);
    kernel.kind = byDots ? Kernel::Kind::DirectByDots : Kernel::Kind::Direct;
    return;
  }
  work.product->bits[indexOf(Operand::Weights)] = layout.getBits();
  VectorShape shape = getVectorShape(targetAttr(machine, c.op->getContext()));
  if (shape.isSimt)
    return;
  PackedMatrix matrix(layout, c.n, c.k);
  kernel.kind = Kernel::Kind::Packed;
  kernel.panelBits = isa<ir::QType>(c.lhs) ? 8 : 32;
  PackedBlocks blocks = planPackedBlocks(
      shape, c.m,
      matrix.getBlocks() * matrix.getBlockK() * kernel.panelBits / 8,
      matrix.getRows(), narrowShapeOf(c.op, matrix));
  kernel.blockM = blocks.inputs;
  kernel.blockN = blocks.vectors * shape.lanes;
  if (shape.scalable)
    kernel.blockN *= std::max(1u, machine.vector.bits / 64);
}

static void describeContraction(Operation *op, const Machine &machine,
                                LayerReport &layer) {
  Contraction c = tern::describeContraction(op);
  layer.step = c.isConv ? "conv" : "matmul";
  layer.work.product = productOf(c);
  if (layer.work.product)
    describeKernel(c, machine, layer.work);
  layer.work.lhsBits = codeBits(c.lhs);
  layer.work.rhsBits = codeBits(c.rhs);
  layer.work.macs = static_cast<double>(c.macs());
  layer.work.lhs = precisionOf(c.lhs);
  layer.work.rhs = precisionOf(c.rhs);
  double results =
      cast<ShapedType>(op->getResult(0).getType()).getNumElements();
  layer.work.scalarOps = results * countScalars(op->getRegion(0));
  if (op->getOperand(1).getDefiningOp<ir::UseOp>())
    layer.weightFormat = formatOf(c.rhs);
  if (auto method = op->getAttrOfType<ir::MethodAttr>("method"))
    layer.method = ir::stringifyMethod(method.getValue()).str();
  auto choice = op->getAttrOfType<DictionaryAttr>("tern.choice");
  if (!choice)
    return;
  layer.reason = choice.getAs<StringAttr>("reason").str();
  if (auto next = choice.getAs<StringAttr>("next"))
    layer.reason += " (" + next.str() + " is next)";
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
static std::optional<LayerReport>
describeStep(Operation &op, const Machine &machine, SymbolTable &symbols) {
  LayerReport layer;
  if (isa<ir::MatmulOp, ir::ConvOp>(op))
    ::describeContraction(&op, machine, layer);
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
  SymbolTable symbols(module);
  for (auto weight : module.getOps<ir::WeightOp>())
    report.parameters += cast<ShapedType>(weight.getType()).getNumElements();
  report.floatBytes = 4 * report.parameters;
  for (auto entry : module.getOps<func::FuncOp>())
    for (Operation &op : entry.getBody().getOps())
      if (auto layer = describeStep(op, **machine, symbols))
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
