//===- Accounts.cpp - What a design takes, layer by layer -----------------===//
#include "passes/Lowering/Spatial/Accounts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

static ScalarOps countScalars(Region &epilogue) {
  ScalarOps ops;
  epilogue.walk([&](Operation *op) {
    bool onFloats =
        llvm::any_of(op->getOperandTypes(), llvm::IsaPred<FloatType>);
    if (isa<arith::AddFOp, arith::SubFOp>(op))
      ++ops.floatAdd;
    else if (isa<arith::MulFOp>(op))
      ++ops.floatMul;
    else if (isa<arith::DivFOp>(op))
      ++ops.floatDiv;
    else if (isa<arith::SIToFPOp, arith::UIToFPOp, arith::FPToSIOp,
                 math::RoundEvenOp>(op))
      ++ops.floatConvert;
    else if (onFloats)
      ++ops.floatCompare;
    else if (op->getNumResults() == 1 && !isa<arith::ConstantOp>(op) &&
             op->getResult(0).getType().isIntOrFloat())
      ops.integerBits += op->getResult(0).getType().getIntOrFloatBitWidth();
  });
  return ops;
}

FoldedLayer lowering::describeFolded(Operation *op, const StageMatrix &matrix) {
  FoldedLayer layer;
  layer.name = describeLayer(op);
  MatrixVectorUnit &unit = layer.unit;
  unit.rows = matrix.c.n;
  unit.columns = matrix.c.k;
  unit.vectors = matrix.c.m;
  unit.weightBits = matrix.getBits();
  unit.inputBits = laneBits(matrix.c.lhs);
  unit.sumBits = signedBits(boundAccumulator(matrix.c)->magnitude);
  unit.outputBits = laneBits(
      cast<RankedTensorType>(op->getResult(0).getType()).getElementType());
  if (!op->getRegion(0).empty())
    unit.epilogue = countScalars(op->getRegion(0));
  if (!isa<ir::ConvOp>(op))
    return layer;
  Window window = windowOf(op);
  layer.hasWindow = true;
  layer.channels = window.channels;
  layer.taps = window.getTaps();
  layer.positions = window.getPositions();
  layer.inputElements =
      cast<ShapedType>(op->getOperand(0).getType()).getNumElements();
  bool plane = window.input.size() == 2;
  int64_t rows = plane ? (window.kernel[0] - 1) * window.dilations[0] + 1 : 1;
  layer.bufferElements = rows * window.input.back() * window.channels;
  return layer;
}

static int64_t idOf(Operation *op) {
  auto layer = op->getLoc()->findInstanceOf<FusedLocWith<ir::LayerAttr>>();
  return layer ? layer.getMetadata().getId() : -1;
}

void Accounts::addProduct(Operation *op) {
  FoldedLayer layer = describeFolded(op, StageMatrix(op));
  auto layout = op->getAttrOfType<ir::LayoutAttr>("layout");
  layer.unit.pe = layout.getRows();
  layer.unit.simd = layout.getUnit() / layout.getBits();
  rows.push_back({idOf(op), layer.name, layer.unit.pe, layer.unit.simd,
                  layer.getCycles(), layer.getResources(part)});
}

void Accounts::addPool(linalg::GenericOp op, int64_t lanes) {
  Window w = windowOf(op);
  Value input = streamOperands(op).front()->get();
  auto type = cast<ShapedType>(input.getType());
  int64_t reach =
      w.input.size() == 2 ? (w.kernel[0] - 1) * w.dilations[0] + 1 : 1;
  SlidingWindow window;
  window.wordBits = lanes * laneBits(type.getElementType());
  window.bufferWords = reach * w.input.back() * w.channels / lanes;
  window.inputWords = type.getNumElements() / lanes;
  window.outputWords = w.getPositions() * w.getTaps() * w.channels / lanes;
  FpgaResources used = resourcesOf(window, part);
  FpgaResources lane = resourcesOf(countScalars(op->getRegion(0)));
  for (int64_t i = 0; i < lanes; ++i)
    used += lane;
  rows.push_back(
      {idOf(op), describeLayer(op), lanes, 0, window.getCycles(), used});
}

void Accounts::addElementwise(linalg::GenericOp op, int64_t lanes) {
  FpgaResources used, lane = resourcesOf(countScalars(op->getRegion(0)));
  for (int64_t i = 0; i < lanes; ++i)
    used += lane;
  auto type = cast<ShapedType>(op.getResult(0).getType());
  rows.push_back({idOf(op), describeLayer(op), lanes, 0,
                  type.getNumElements() / lanes, used});
}

void Accounts::addFifo(int64_t width, int64_t depth) {
  queues += fifoOf(width, depth, part);
}

ArrayAttr Accounts::get(MLIRContext *context) const {
  Builder b(context);
  auto describe = [&](const Row &row) {
    auto number = [&](StringRef name, double value) {
      return b.getNamedAttr(name, b.getI64IntegerAttr(std::llround(value)));
    };
    return b.getDictionaryAttr(
        {b.getNamedAttr("name", b.getStringAttr(row.name)),
         number("id", row.id), number("pe", row.pe), number("simd", row.simd),
         number("cycles", row.cycles), number("lut", row.used.lut),
         number("ff", row.used.ff), number("bram18", row.used.bram18),
         number("uram", row.used.uram), number("dsp", row.used.dsp)});
  };
  SmallVector<Attribute> attributes;
  for (const Row &row : rows)
    attributes.push_back(describe(row));
  attributes.push_back(describe({-1, "queues", 0, 0, 0, queues}));
  return b.getArrayAttr(attributes);
}
