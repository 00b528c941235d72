//===- Stages.cpp - What a step becomes on a spatial target ---------------===//
#include "passes/Lowering/Spatial/Stages.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include <numeric>

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

static int64_t product(ArrayRef<int64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t(1),
                         std::multiplies<>());
}

int64_t Window::getTaps() const { return product(kernel); }
int64_t Window::getPositions() const { return batch * product(output); }

bool lowering::isReshape(Operation *op) {
  return isa_and_nonnull<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op);
}

Value lowering::throughReshapes(Value value) {
  while (isReshape(value.getDefiningOp()))
    value = value.getDefiningOp()->getOperand(0);
  return value;
}

bool lowering::isConstant(Value value) {
  Operation *op = value.getDefiningOp();
  return op && llvm::all_of(op->getOperands(), isConstant);
}

std::pair<ValueRange, ArrayRef<Attribute>>
lowering::extrasOf(Operation *contraction) {
  if (auto matmul = dyn_cast<ir::MatmulOp>(contraction))
    return {matmul.getExtras(), matmul.getExtraMaps()
                                    ? matmul.getExtraMapsAttr().getValue()
                                    : ArrayRef<Attribute>()};
  auto conv = cast<ir::ConvOp>(contraction);
  return {conv.getExtras(), conv.getExtraMaps()
                                ? conv.getExtraMapsAttr().getValue()
                                : ArrayRef<Attribute>()};
}

ir::LayerAttr lowering::namedLayer(Location loc) {
  ir::LayerAttr layer;
  loc->walk([&](Location inner) {
    auto fused = dyn_cast<FusedLocWith<ir::LayerAttr>>(inner);
    if (fused && !fused.getMetadata().getName().empty())
      layer = fused.getMetadata();
    return WalkResult::advance();
  });
  return layer;
}

std::string lowering::describeLayer(Operation *step) {
  ir::LayerAttr layer = namedLayer(step->getLoc());
  if (!layer)
    return step->getName().getStringRef().str();
  return ("\"" + layer.getName() + "\" (" + layer.getOp() + ")").str();
}

bool lowering::isIntegerProduct(Operation *op) {
  if (!isa<ir::MatmulOp, ir::ConvOp>(op))
    return false;
  Contraction c = describeContraction(op);
  return isa<IntegerType>(c.accumulator) && rangeOf(c.lhs) && rangeOf(c.rhs) &&
         c.weights && !c.rhsScale;
}

//===----------------------------------------------------------------------===//
// Contractions
//===----------------------------------------------------------------------===//

/// The dimension of the result that counts channels.
static unsigned channelDim(Operation *op) {
  return isa<ir::ConvOp>(op)
             ? 1
             : cast<ShapedType>(op->getResult(0).getType()).getRank() - 1;
}

/// Whether a map reads by channel alone.
static bool isPerChannel(AffineMap map, unsigned channel) {
  return llvm::all_of(map.getResults(), [&](AffineExpr expr) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    return isa<AffineConstantExpr>(expr) ||
           (dim && dim.getPosition() == channel);
  });
}

static std::string whyNotExtras(Operation *op) {
  auto [extras, maps] = extrasOf(op);
  for (auto [extra, attribute] : llvm::zip(extras, maps)) {
    AffineMap map = cast<AffineMapAttr>(attribute).getValue();
    bool known = isConstant(extra) ? isPerChannel(map, channelDim(op))
                                   : map.isIdentity();
    if (!known)
      return "expected operands of its epilogue by channel, or whole tensors, "
             "but got one read otherwise";
  }
  return "";
}

static std::string whyNotContraction(Operation *op) {
  Contraction c = describeContraction(op);
  if (!isa<IntegerType>(c.accumulator) || !rangeOf(c.lhs) || !rangeOf(c.rhs))
    return "expected a product of integer codes between layers on the part, "
           "but got one in floating point; quantize this layer";
  if (!c.weights)
    return "expected a constant matrix (it is kept on the chip), but got one "
           "that is computed";
  if (c.rhsScale)
    return "expected one scale for a channel, but got one for a group of "
           "weights; quantize by channel";
  if (c.groups != 1 || c.batches != 1)
    return "expected one group, but got " +
           std::to_string(c.groups * c.batches) +
           "; grouped convolutions have no stage yet";
  for (Value zeroPoint : {c.lhsZp, c.rhsZp})
    if (zeroPoint && !ConstantTensor::get(zeroPoint))
      return "expected constant zero points, but got computed ones; use "
             "static quantization";
  if (c.lhsZp && cast<ShapedType>(c.lhsZp.getType()).getNumElements() != 1)
    return "expected one zero point for the input, but got several";
  auto conv = dyn_cast<ir::ConvOp>(op);
  auto code = cast<ir::QType>(c.lhs);
  if (conv && code.getKind() == ir::CodeKind::Binary &&
      llvm::any_of(conv.getPads(), [](int64_t pad) { return pad != 0; }))
    return "expected codes that can be 0 around a padded image, but got -1 and "
           "+1 only; pad with one of them, or use two bits";
  if (conv && conv.getStrides().size() > 2)
    return "expected one or two spatial dimensions, but got " +
           std::to_string(conv.getStrides().size());
  return whyNotExtras(op);
}

//===----------------------------------------------------------------------===//
// Pooling and elementwise steps
//===----------------------------------------------------------------------===//

/// The map of an input of a pooling step: the batch, the channel, and
/// d * stride + k * dilation for each spatial dimension.
static bool isWindowMap(AffineMap map, unsigned loops) {
  unsigned spatial = map.getNumResults() - 2;
  if (map.getNumResults() < 3 || loops != 2 + 2 * spatial ||
      map.getResult(0) != getAffineDimExpr(0, map.getContext()) ||
      map.getResult(1) != getAffineDimExpr(1, map.getContext()))
    return false;
  return spatial <= 2 && map.getNumSymbols() == 0;
}

/// Coefficient of dimension `dim` in a sum of multiples of dimensions.
static std::optional<int64_t> coefficient(AffineExpr expr, unsigned dim) {
  if (auto d = dyn_cast<AffineDimExpr>(expr))
    return d.getPosition() == dim;
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return isa<AffineConstantExpr>(expr) &&
                   cast<AffineConstantExpr>(expr).getValue() == 0
               ? std::optional<int64_t>(0)
               : std::nullopt;
  if (binary.getKind() == AffineExprKind::Mul) {
    auto factor = dyn_cast<AffineConstantExpr>(binary.getRHS());
    auto inner = coefficient(binary.getLHS(), dim);
    return factor && inner ? std::optional(*inner * factor.getValue())
                           : std::nullopt;
  }
  auto lhs = coefficient(binary.getLHS(), dim);
  auto rhs = coefficient(binary.getRHS(), dim);
  if (binary.getKind() != AffineExprKind::Add || !lhs || !rhs)
    return std::nullopt;
  return *lhs + *rhs;
}

static std::string whyNotBody(Region &body) {
  std::string why;
  body.walk([&](Operation *op) {
    if (isa<tensor::ExtractOp, linalg::IndexOp>(op))
      why =
          "expected elements in the order of the stream, but got a gather, or "
          "a value that depends on its place";
    bool isExact = !isa<math::MathDialect>(op->getDialect()) ||
                   isa<math::RoundEvenOp, math::FloorOp, math::CeilOp,
                       math::AbsFOp, math::TruncOp, math::AbsIOp>(op);
    if (!isExact)
      why = ("expected arithmetic that has one result, but got " +
             op->getName().getStringRef() +
             " between layers on the part; quantize around it, or replace it "
             "by a piecewise linear activation")
                .str();
  });
  return why;
}

/// The one stream of a pooling step, at whose map the window is.
static OpOperand *pooledOperand(linalg::GenericOp op) {
  OpOperand *pooled = nullptr;
  for (OpOperand *input : op.getDpsInputOperands())
    if (!isConstant(input->get())) {
      if (pooled)
        return nullptr;
      pooled = input;
    }
  return pooled;
}

static std::string whyNotPool(linalg::GenericOp op) {
  std::string why = "expected a reduction over a window of each channel, as of "
                    "pooling, but got another one";
  OpOperand *input = pooledOperand(op);
  if (!input || op->getNumResults() != 1)
    return why;
  AffineMap map = op.getMatchingIndexingMap(input);
  unsigned loops = op.getNumLoops();
  if (!isWindowMap(map, loops))
    return why;
  unsigned spatial = map.getNumResults() - 2;
  auto kinds = op.getIteratorTypesArray();
  for (unsigned d = 0; d < loops; ++d)
    if ((kinds[d] == utils::IteratorType::reduction) != (d >= 2 + spatial))
      return why;
  for (unsigned s = 0; s < spatial; ++s)
    if (!coefficient(map.getResult(2 + s), 2 + s) ||
        !coefficient(map.getResult(2 + s), 2 + spatial + s))
      return why;
  for (OpOperand *other : op.getDpsInputOperands())
    if (other != input && !op.getMatchingBlockArgument(other).use_empty())
      return "expected a window of one weight for all, but got others (an "
             "average that counts its padding?)";
  if (!isConstant(op.getDpsInits()[0]))
    return why;
  return whyNotBody(op->getRegion(0));
}

static std::string whyNotElementwise(linalg::GenericOp op) {
  if (op->getNumResults() != 1)
    return "expected one result, but got " +
           std::to_string(op->getNumResults());
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<RankedTensorType>(operand.get().getType()))
      continue;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    bool constant = !op.isDpsInit(&operand) && isConstant(operand.get());
    if (constant ? !map.isProjectedPermutation(true) : !map.isPermutation())
      return "expected operands of the result's shape or constants, but got "
             "one that is broadcast or sliced";
  }
  return whyNotBody(op->getRegion(0));
}

std::optional<StageKind> lowering::stageOf(Operation *op, std::string &why) {
  StageKind kind = StageKind::Elementwise;
  if (isa<ir::MatmulOp, ir::ConvOp>(op)) {
    kind =
        isa<ir::ConvOp>(op) ? StageKind::Convolution : StageKind::MatrixVector;
    why = whyNotContraction(op);
    if (why.empty() && !op->getRegion(0).empty())
      why = whyNotBody(op->getRegion(0));
  } else if (auto generic = dyn_cast<linalg::GenericOp>(op)) {
    bool reduces = generic.getNumReductionLoops() > 0;
    kind = reduces ? StageKind::Pool : StageKind::Elementwise;
    why = reduces ? whyNotPool(generic) : whyNotElementwise(generic);
  } else {
    why = ("expected a product, pooling or an elementwise step between layers "
           "on the part, but got " +
           op->getName().getStringRef())
              .str();
  }
  if (!why.empty())
    return std::nullopt;
  return kind;
}

//===----------------------------------------------------------------------===//
// Windows and operands
//===----------------------------------------------------------------------===//

static Window windowOfConv(ir::ConvOp op) {
  Window w;
  auto filter = cast<ShapedType>(op.getFilter().getType()).getShape();
  unsigned spatial = filter.size() - 2;
  w.kernel.assign(filter.begin() + 2, filter.end());
  w.strides.assign(op.getStrides().begin(), op.getStrides().end());
  w.dilations.assign(op.getDilations().begin(), op.getDilations().end());
  w.padsBefore.assign(op.getPads().begin(), op.getPads().begin() + spatial);
  return w;
}

static Window windowOfPool(linalg::GenericOp op) {
  Window w;
  OpOperand *input = pooledOperand(op);
  AffineMap map = op.getMatchingIndexingMap(input);
  auto ranges = op.getStaticLoopRanges();
  unsigned spatial = map.getNumResults() - 2;
  for (unsigned s = 0; s < spatial; ++s) {
    w.kernel.push_back(ranges[2 + spatial + s]);
    w.strides.push_back(*coefficient(map.getResult(2 + s), 2 + s));
    w.dilations.push_back(*coefficient(map.getResult(2 + s), 2 + spatial + s));
    w.padsBefore.push_back(0);
  }
  return w;
}

Window lowering::windowOf(Operation *op) {
  auto conv = dyn_cast<ir::ConvOp>(op);
  Window w =
      conv ? windowOfConv(conv) : windowOfPool(cast<linalg::GenericOp>(op));
  Value source = conv ? conv.getInput()
                      : pooledOperand(cast<linalg::GenericOp>(op))->get();
  auto input = cast<ShapedType>(source.getType()).getShape();
  auto output = cast<ShapedType>(op->getResult(0).getType()).getShape();
  w.batch = input[0];
  w.channels = input[1];
  w.input.assign(input.begin() + 2, input.end());
  w.output.assign(output.begin() + 2, output.end());
  return w;
}

SmallVector<OpOperand *> lowering::streamOperands(Operation *step) {
  SmallVector<OpOperand *> streams;
  auto inits = cast<DestinationStyleOpInterface>(step).getDpsInits();
  for (OpOperand &operand : step->getOpOperands())
    if (isa<RankedTensorType>(operand.get().getType()) &&
        !llvm::is_contained(inits, operand.get()) && !isConstant(operand.get()))
      streams.push_back(&operand);
  return streams;
}
