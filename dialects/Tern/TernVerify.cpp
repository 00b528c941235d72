//===- TernVerify.cpp - Verifiers of quantization and contractions --------===//
#include "dialects/Tern/Codes.h"
#include "dialects/Tern/Layout.h"
#include "dialects/Tern/Tern.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tern;
using namespace tern::ir;

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

void WeightOp::build(OpBuilder &b, OperationState &state, StringAttr name,
                     Type type, ElementsAttr value, LayoutAttr layout,
                     bool transposed) {
  build(b, state, name, TypeAttr::get(type), value, layout, IntegerAttr(),
        transposed ? b.getUnitAttr() : UnitAttr());
}

LogicalResult WeightOp::verify() {
  // weight_c1
  auto type = dyn_cast<RankedTensorType>(getType());
  if (!type || !type.hasStaticShape())
    return emitOpError("expected a tensor of static shape, but got ")
           << getType();
  ShapedType blob = getValue().getShapedType();
  if (!blob.getElementType().isIntOrFloat())
    return emitOpError("expected bytes, but got ") << blob;
  // A dense attribute packs i1; a weights file does not.
  int64_t have = blob.getNumElements() *
                 llvm::divideCeil(blob.getElementTypeBitWidth(), 8);
  int64_t count = type.getNumElements(), expected;
  auto code = dyn_cast<QType>(type.getElementType());
  // weight_c2
  if (getTransposed() && (type.getRank() != 2 || !code || getLayout()))
    return emitOpError("expected a matrix of codes without layout where it is "
                       "transposed, but got ")
           << type;
  if (LayoutAttr layout = getLayoutAttr()) {
    int64_t rows = type.getRank() ? type.getDimSize(0) : 1;
    expected =
        PackedMatrix(layout, rows, rows ? count / rows : 0).getSizeInBytes();
  } else if (code) {
    expected = constantBytes(code, count);
  } else if (type.getElementType().isIntOrFloat()) {
    expected = count * llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  } else {
    return emitOpError("expected codes or numbers, but got ") << type;
  }
  if (have != expected)
    return emitOpError("expected ") << expected << " bytes, but got " << have;
  return success();
}

//===----------------------------------------------------------------------===//
// Quantize, dequantize
//===----------------------------------------------------------------------===//

template <typename Op> static LogicalResult verifyScaled(Op op) {
  auto input = cast<RankedTensorType>(op.getInput().getType());
  auto result = cast<RankedTensorType>(op.getResult().getType());
  // quantize_c1, dequantize_c1
  if (input.getShape() != result.getShape())
    return op.emitOpError("expected a result of the input's shape, but got ")
           << result;
  // quantize_c2, dequantize_c2
  ArrayRef<int64_t> block = op.getFormat().getBlock();
  if (static_cast<int64_t>(block.size()) != input.getRank() ||
      llvm::any_of(block, [](int64_t size) { return size < 1; }))
    return op.emitOpError("expected ")
           << input.getRank() << " blocks of at least 1";
  // quantize_c3, dequantize_c3
  SmallVector<int64_t> expected;
  for (auto [size, span] : llvm::zip(input.getShape(), block))
    expected.push_back(size == 0 ? 1 : llvm::divideCeil(size, span));
  for (Value value : {op.getScale(), op.getZeroPoint()}) {
    if (!value)
      continue;
    ArrayRef<int64_t> shape =
        cast<RankedTensorType>(value.getType()).getShape();
    for (auto [i, size] : llvm::enumerate(shape))
      if (shape.size() == expected.size() && input.getDimSize(i) == 0)
        expected[i] = size;
    if (shape != ArrayRef<int64_t>(expected))
      return op.emitOpError("expected a scale and zero point for each block, "
                            "but got ")
             << value.getType();
  }
  return success();
}

LogicalResult QuantizeOp::verify() { return verifyScaled(*this); }
LogicalResult DequantizeOp::verify() { return verifyScaled(*this); }

//===----------------------------------------------------------------------===//
// Contractions
//===----------------------------------------------------------------------===//

static bool isIntegerOperand(Value value) {
  Type element = cast<ShapedType>(value.getType()).getElementType();
  auto code = dyn_cast<QType>(element);
  return code ? code.isInteger() : isa<IntegerType>(element);
}

/// Whether shapes are the logical ones: buffers of packed weights are not.
static bool isLogical(Operation *op) {
  return llvm::all_of(op->getOperandTypes(),
                      [](Type type) { return isa<RankedTensorType>(type); });
}

/// A zero point of i32 elements, only with integer codes.
static LogicalResult verifyZero(Operation *op, Value zero, Value codes) {
  if (!zero)
    return success();
  if (!cast<ShapedType>(zero.getType()).getElementType().isInteger(32))
    return op->emitOpError("expected i32 zero points, but got ")
           << zero.getType();
  if (!isIntegerOperand(codes))
    return op->emitOpError("expected a zero point of integer codes only");
  return success();
}

/// matmul_c4, matmul_c5, conv_c5
template <typename Op> static LogicalResult verifyEpilogue(Op op) {
  auto init = cast<ShapedType>(op.getInit().getType());
  Region &epilogue = op.getEpilogue();
  ArrayAttr maps = op.getExtraMapsAttr();
  if ((maps ? maps.size() : 0) != op.getExtras().size())
    return op.emitOpError("expected a map for each of ")
           << op.getExtras().size() << " extras";
  for (unsigned i = 0; maps && i < maps.size(); ++i) {
    AffineMap map = cast<AffineMapAttr>(maps[i]).getValue();
    if (static_cast<int64_t>(map.getNumDims()) != init.getRank())
      return op.emitOpError("expected maps of ")
             << init.getRank() << " dimensions, but got " << map.getNumDims();
  }
  if (epilogue.empty()) {
    if (init.getElementType() != op.getAccumulator())
      return op.emitOpError("expected a result of the accumulator's type ")
             << op.getAccumulator() << ", but got " << init.getElementType();
    return success();
  }
  SmallVector<Type> expected = {op.getAccumulator()};
  for (Value extra : op.getExtras())
    expected.push_back(cast<ShapedType>(extra.getType()).getElementType());
  Block &body = epilogue.front();
  if (!llvm::equal(body.getArgumentTypes(), expected))
    return op.emitOpError("expected an epilogue of the accumulator and the "
                          "extras' elements");
  auto yield = dyn_cast<YieldOp>(body.getTerminator());
  if (!yield || yield.getValue().getType() != init.getElementType())
    return op.emitOpError("expected an epilogue that yields ")
           << init.getElementType();
  return success();
}

namespace {
/// Sizes of a matrix product.
struct Sizes {
  int64_t batch = 1, m, n, k;
};
} // namespace

/// matmul_c1
static FailureOr<Sizes> matmulSizes(MatmulOp op) {
  auto shapeOf = [](Value value) {
    return cast<ShapedType>(value.getType()).getShape();
  };
  ArrayRef<int64_t> lhs = shapeOf(op.getLhs()), rhs = shapeOf(op.getRhs());
  ArrayRef<int64_t> init = shapeOf(op.getInit());
  bool ranks = (lhs.size() == 2 || lhs.size() == 3) &&
               (rhs.size() == 2 || rhs.size() == lhs.size());
  if (!ranks)
    return op.emitOpError("expected matrices or batches of them");
  Sizes sizes;
  sizes.k = lhs.back();
  sizes.m = lhs[lhs.size() - 2];
  bool transposed = op.getTransposeB();
  int64_t depth = rhs[rhs.size() - (transposed ? 1 : 2)];
  sizes.n = rhs[rhs.size() - (transposed ? 2 : 1)];
  SmallVector<int64_t> expected = {sizes.m, sizes.n};
  if (lhs.size() == 3) {
    sizes.batch = lhs[0];
    expected.insert(expected.begin(), lhs[0]);
  }
  if (depth != sizes.k || (rhs.size() == 3 && rhs[0] != sizes.batch) ||
      init != ArrayRef<int64_t>(expected))
    return op.emitOpError("expected operands whose sizes agree");
  return sizes;
}

LogicalResult InsertOp::verify() {
  auto update = cast<ShapedType>(getUpdate().getType());
  auto init = cast<ShapedType>(getInit().getType());
  int64_t axis = getAxis(), rank = init.getRank();
  // insert_c1
  bool agrees = axis > 0 && axis < rank && update.getRank() == rank &&
                update.getElementType() == init.getElementType();
  for (int64_t d = 0; agrees && d < rank; ++d)
    agrees = d == axis ? update.getDimSize(d) <= init.getDimSize(d)
                       : update.getDimSize(d) == init.getDimSize(d);
  if (!agrees)
    return emitOpError("expected an update that fits along axis ")
           << axis << " of " << init << ", but got " << update;
  // insert_c2
  if (!getStarts())
    return success();
  auto starts = cast<ShapedType>(getStarts().getType());
  if (!starts.getElementType().isInteger(64) || starts.getRank() != 1 ||
      starts.getDimSize(0) != init.getDimSize(0))
    return emitOpError("expected ")
           << init.getDimSize(0) << " starts of i64, but got " << starts;
  return success();
}

LogicalResult MatmulOp::verify() {
  if (failed(verifyEpilogue(*this)) ||
      failed(verifyZero(*this, getLhsZp(), getLhs())) ||
      failed(verifyZero(*this, getRhsZp(), getRhs())))
    return failure();
  // matmul_c3
  if (getRhsScale() && (!getGroup() || *getGroup() < 1))
    return emitOpError("expected a group of at least 1 with rhs_scale");
  if (!isLogical(*this))
    return success();
  FailureOr<Sizes> sizes = matmulSizes(*this);
  if (failed(sizes))
    return failure();
  int64_t groups = getGroup() ? llvm::divideCeil(sizes->k, *getGroup()) : 1;
  // matmul_c2
  if (getLhsZp()) {
    int64_t count = cast<ShapedType>(getLhsZp().getType()).getNumElements();
    if (count != 1 && count != sizes->batch * sizes->m)
      return emitOpError("expected 1 or ")
             << sizes->batch * sizes->m << " zero points of the left-hand "
             << "side, but got " << count;
  }
  if (getRhsZp()) {
    auto type = cast<ShapedType>(getRhsZp().getType());
    bool fits =
        type.getRank() == 2 &&
        llvm::is_contained({int64_t(1), sizes->n}, type.getDimSize(0)) &&
        llvm::is_contained({int64_t(1), groups}, type.getDimSize(1));
    if (!fits)
      return emitOpError("expected zero points of 1 or ")
             << sizes->n << " rows and 1 or " << groups << " groups, but got "
             << type;
  }
  if (getRhsScale()) {
    auto type = cast<ShapedType>(getRhsScale().getType());
    if (!type.getElementType().isF32() ||
        type.getShape() != ArrayRef<int64_t>({sizes->n, groups}))
      return emitOpError("expected f32 scales of ")
             << sizes->n << " x " << groups << ", but got " << type;
  }
  return success();
}

/// conv_c3
static LogicalResult verifyWindow(ConvOp op, size_t spatial) {
  auto positive = [](int64_t value) { return value >= 1; };
  if (op.getStrides().size() != spatial ||
      op.getDilations().size() != spatial ||
      op.getPads().size() != 2 * spatial ||
      !llvm::all_of(op.getStrides(), positive) ||
      !llvm::all_of(op.getDilations(), positive) ||
      llvm::any_of(op.getPads(), [](int64_t pad) { return pad < 0; }))
    return op.emitOpError("expected strides and dilations of at least 1 and "
                          "pads of at least 0 for ")
           << spatial << " dimensions";
  return success();
}

LogicalResult ConvOp::verify() {
  if (failed(verifyEpilogue(*this)) ||
      failed(verifyZero(*this, getInputZp(), getInput())) ||
      failed(verifyZero(*this, getFilterZp(), getFilter())))
    return failure();
  if (!isLogical(*this))
    return success();
  ArrayRef<int64_t> in = cast<ShapedType>(getInput().getType()).getShape();
  ArrayRef<int64_t> filter = cast<ShapedType>(getFilter().getType()).getShape();
  ArrayRef<int64_t> out = cast<ShapedType>(getInit().getType()).getShape();
  // conv_c1
  if (in.size() < 3 || filter.size() != in.size() || out.size() != in.size())
    return emitOpError("expected operands of one rank, 3 or more");
  size_t spatial = in.size() - 2;
  if (failed(verifyWindow(*this, spatial)))
    return failure();
  // conv_c2
  int64_t groups = getGroups();
  if (groups < 1 || in[1] != groups * filter[1] || filter[0] % groups != 0)
    return emitOpError("expected channels that ")
           << groups << " groups divide, but got " << in[1]
           << " and filters of " << filter[1];
  // conv_c4
  SmallVector<int64_t> expected = {in[0], filter[0]};
  for (size_t i = 0; i < spatial; ++i) {
    int64_t room = in[2 + i] + getPads()[i] + getPads()[spatial + i] -
                   getDilations()[i] * (filter[2 + i] - 1) - 1;
    expected.push_back(room < 0 ? 0 : room / getStrides()[i] + 1);
  }
  if (out != ArrayRef<int64_t>(expected))
    return emitOpError("expected a result of the size of the windows, but got ")
           << getInit().getType();
  // conv_c5
  auto count = [](Value value) {
    return cast<ShapedType>(value.getType()).getNumElements();
  };
  if (getInputZp() && count(getInputZp()) != 1)
    return emitOpError("expected 1 zero point of the input");
  if (getFilterZp() && count(getFilterZp()) != 1 &&
      count(getFilterZp()) != filter[0])
    return emitOpError("expected 1 or ")
           << filter[0] << " zero points of the filter";
  return success();
}
