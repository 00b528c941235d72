//===- Quantize.cpp - Float contractions become contractions of codes -----===//
//
// A float model gets the form that a quantized one has when it comes from a
// file: dequantized codes in front of the contractions. Everything after this
// stage then is as it is for such a model.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Quantize/Emit.h"
#include "passes/Quantize/Passes.h"
#include <set>

namespace tern::quantize {
#define GEN_PASS_DEF_QUANTIZE
#include "passes/Quantize/Passes.h.inc"
} // namespace tern::quantize

using namespace mlir;
using namespace tern;
using namespace tern::calib;
using namespace tern::quantize;

namespace {
/// Quantizes the contractions of a module.
class Quantizer {
public:
  Quantizer(ModuleOp module, const QuantizeSpec &spec,
            const Statistics *statistics, bool withErrors)
      : constants(module), spec(spec), statistics(statistics),
        withErrors(withErrors) {}

  void run(const FloatContraction &c);

private:
  /// The codes of the inputs, dequantized; null after a remark.
  Value inputsOf(LocBuilder &b, const FloatContraction &c,
                 const LayerSpec &layer, const LayerStatistics *known);
  Value rounded(LocBuilder &b, const FloatContraction &c,
                const LayerSpec &layer, const Rounded &codes);
  Value scales(LocBuilder &b, const FloatContraction &c,
               ArrayRef<int64_t> shape, const Rounded &codes);
  void replaceMatmul(LocBuilder &b, const FloatContraction &c, Value inputs,
                     const LayerSpec &layer, const Rounded &codes);
  void replaceConv(LocBuilder &b, const FloatContraction &c, Value inputs,
                   const LayerSpec &layer, const Rounded &codes);

  ConstantMaker constants;
  const QuantizeSpec &spec;
  const Statistics *statistics;
  bool withErrors;
};
} // namespace

Value Quantizer::inputsOf(LocBuilder &b, const FloatContraction &c,
                          const LayerSpec &layer,
                          const LayerStatistics *known) {
  if (layer.inputBits == 0)
    return c.input();
  if (known && (!layer.isDynamic || c.isConv))
    return emitStatic(b, constants, c.input(),
                      scaleInputs(*known, layer.inputBits, b.getContext()));
  if (!c.isConv)
    return emitDynamic(b, c.input(), layer.inputBits);
  InFlightDiagnostic remark =
      mlir::emitRemark(c.op->getLoc(),
                       "expected statistics of the inputs of convolution '")
      << c.key << "', but got none: it stays float";
  remark.attachNote() << "give --calib=inputs.npz, or --statistics";
  return {};
}

/// The scales of codes, f32 of `shape`.
Value Quantizer::scales(LocBuilder &b, const FloatContraction &c,
                        ArrayRef<int64_t> shape, const Rounded &codes) {
  eval::Tensor tensor(RankedTensorType::get(shape, b.getF32Type()));
  llvm::copy(codes.scales, tensor.as<float>());
  return constants.make(b, tensor, c.key + ".scales");
}

/// The codes as a constant of the weights' shape, rows first.
Value Quantizer::rounded(LocBuilder &b, const FloatContraction &c,
                         const LayerSpec &layer, const Rounded &codes) {
  SmallVector<int64_t> shape = {c.rows, c.depth};
  if (c.isConv)
    shape = llvm::to_vector(
        cast<RankedTensorType>(c.weights().getType()).getShape());
  eval::Tensor tensor(
      RankedTensorType::get(shape, layer.weightCode(b.getContext())));
  llvm::copy(codes.codes, tensor.as<int8_t>());
  return constants.make(b, tensor, c.key);
}

void Quantizer::replaceMatmul(LocBuilder &b, const FloatContraction &c,
                              Value inputs, const LayerSpec &layer,
                              const Rounded &codes) {
  auto op = cast<ir::MatmulOp>(c.op);
  int64_t group = layer.group ? layer.group : c.depth;
  Value weights = rounded(b, c, layer, codes);
  auto type = RankedTensorType::get({c.rows, c.depth}, b.getF32Type());
  Value real = b.create<ir::DequantizeOp>(
      type, weights,
      scales(b, c,
             {c.rows, static_cast<int64_t>(llvm::divideCeil(c.depth, group))},
             codes),
      Value(),
      ir::FormatAttr::get(b.getContext(),
                          {1, std::min<int64_t>(group, c.depth)}));
  auto matmul = b.create<ir::MatmulOp>(
      op->getResultTypes(), inputs, real, Value(), Value(), Value(),
      ValueRange(), op.getInit(), /*transpose_b=*/true, IntegerAttr(),
      op.getAccumulator(), ArrayAttr(), ir::MethodAttr(), ir::LayoutAttr());
  op->replaceAllUsesWith(matmul->getResults());
  op->erase();
}

void Quantizer::replaceConv(LocBuilder &b, const FloatContraction &c,
                            Value inputs, const LayerSpec &layer,
                            const Rounded &codes) {
  auto op = cast<ir::ConvOp>(c.op);
  Value weights = rounded(b, c, layer, codes);
  if (layer.inputBits == 0) {
    // Sums of inputs times codes, then scaled: no filter is decoded.
    op.getFilterMutable().assign(weights);
    b.setInsertionPointAfter(op);
    Value sums = op->getResult(0);
    Value scaled = emitChannelScale(b, sums, scales(b, c, {c.rows}, codes));
    sums.replaceAllUsesExcept(scaled, scaled.getDefiningOp());
    return;
  }
  SmallVector<int64_t> block(
      cast<RankedTensorType>(weights.getType()).getShape());
  SmallVector<int64_t> perRow(block.size(), 1);
  block[0] = 1;
  perRow[0] = c.rows;
  Value real = b.create<ir::DequantizeOp>(
      c.weights().getType(), weights, scales(b, c, perRow, codes), Value(),
      ir::FormatAttr::get(b.getContext(), block));
  op.getInputMutable().assign(inputs);
  op.getFilterMutable().assign(real);
}

void Quantizer::run(const FloatContraction &c) {
  LayerSpec layer = spec.of(c.key);
  // What tern-assign-precision chose.
  if (auto chosen = dyn_cast_or_null<StringAttr>(
          c.op->removeDiscardableAttr("tern.precision")))
    layer = llvm::cantFail(parseLayerSpec(chosen.getValue()));
  if (layer.isFloat)
    return;
  const LayerStatistics *known =
      statistics ? statistics->find(c.key, c.groups, c.depth) : nullptr;
  if (statistics && !known)
    mlir::emitWarning(c.op->getLoc(), "expected statistics of layer '")
        << c.key << "' with rows of " << c.depth
        << ", but got none: they are of another model";
  LocBuilder b(c.op->getLoc(), c.op);
  Value inputs = inputsOf(b, c, layer, known);
  if (!inputs)
    return;
  if (withErrors && known && known->hessians.empty())
    mlir::emitRemark(c.op->getLoc(), "expected rows of up to ")
        << LayerStatistics::hessianDepth << " weights for gptq, but got "
        << c.depth << ": '" << c.key << "' is rounded to nearest";
  Rounded codes = roundWeights(c, layer, known, withErrors);
  if (c.isConv)
    replaceConv(b, c, inputs, layer, codes);
  else
    replaceMatmul(b, c, inputs, layer, codes);
}

namespace {
struct Quantize : quantize::impl::QuantizeBase<Quantize> {
  using QuantizeBase::QuantizeBase;
  Quantize(QuantizeOptions options,
           std::shared_ptr<const Statistics> statistics)
      : QuantizeBase(std::move(options)), known(std::move(statistics)) {}

  void runOnOperation() override {
    llvm::Expected<QuantizeSpec> parsed = parseQuantizeSpec(spec);
    if (!parsed)
      return fail(llvm::toString(parsed.takeError()));
    if (failed(readKnown()))
      return;
    bool isGptq = rounding == "gptq";
    if (!isGptq && rounding != "nearest")
      return fail("expected rounding nearest or gptq, but got '" + rounding +
                  "'");
    if (isGptq && (!known || !hasHessians()))
      return fail(
          "expected inputs (--calib) for gptq, which needs all products "
          "of two inputs, but got none");
    quantizeAll(*parsed, isGptq);
  }

  void fail(const Twine &message) {
    mlir::emitError(getOperation().getLoc(), message);
    signalPassFailure();
  }

  bool hasHessians() const {
    return llvm::any_of(known->layers, [](const auto &layer) {
      return !layer.second.hessians.empty();
    });
  }

  LogicalResult readKnown() {
    if (known || statistics.empty())
      return success();
    llvm::Expected<Statistics> read = readStatistics(statistics);
    if (!read) {
      fail(llvm::toString(read.takeError()));
      return failure();
    }
    known = std::make_shared<const Statistics>(std::move(*read));
    return success();
  }

  void quantizeAll(const QuantizeSpec &parsed, bool isGptq) {
    Quantizer quantizer(getOperation(), parsed, known.get(), isGptq);
    std::set<std::string> met;
    for (auto entry : getOperation().getOps<func::FuncOp>())
      for (const FloatContraction &c : floatContractions(entry)) {
        met.insert(c.key);
        quantizer.run(c);
      }
    if (met.empty())
      mlir::emitWarning(getOperation().getLoc(),
                        "expected products of f32 inputs and constant f32 "
                        "weights to quantize, but the model has none");
    for (const auto &[name, layer] : parsed.layers)
      if (!met.count(name))
        return fail("expected a float contraction named '" + name +
                    "', but the model has none");
  }

  std::shared_ptr<const Statistics> known;
};
} // namespace

std::unique_ptr<Pass>
quantize::createQuantize(QuantizeOptions options,
                         std::shared_ptr<const Statistics> statistics) {
  return std::make_unique<Quantize>(std::move(options), std::move(statistics));
}
