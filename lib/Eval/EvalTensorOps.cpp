//===- EvalTensorOps.cpp - Constants, reshapes, slices, fills -------------===//
#include "dialects/Tern/Codes.h"
#include "lib/Eval/OpEval.h"
#include "lib/Eval/ScalarProgram.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern;
using namespace tern::eval;

/// More than this would not be a model but a mistake.
static constexpr int64_t greatestTensor = int64_t(1) << 33;

LogicalResult eval::checkSize(Operation *op, Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape())
    return op->emitError("expected a tensor of static shape, but got ") << type;
  int64_t bytes = Tensor::elementBytes(tensor.getElementType());
  for (int64_t dim : tensor.getShape())
    if (__builtin_mul_overflow(bytes, dim, &bytes) || bytes > greatestTensor)
      return op->emitError("expected a tensor of at most 8 GiB, but got ")
             << type;
  return success();
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// Codes of a blob, one to a byte (or two).
static Tensor unpackCodes(RankedTensorType type, ArrayRef<char> blob) {
  auto code = cast<ir::QType>(type.getElementType());
  Tensor tensor(type);
  CodeReader reader(code, blob);
  for (int64_t i = 0; i < tensor.size(); ++i)
    tensor.setInt(i, code.isInteger() ? reader.value(i) : reader.bits(i));
  return tensor;
}

FailureOr<Tensor> eval::fromAttribute(Operation *op, ElementsAttr value,
                                      RankedTensorType type) {
  if (failed(checkSize(op, type)))
    return failure();
  auto code = dyn_cast<ir::QType>(type.getElementType());
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    ArrayRef<char> bytes = blob ? blob->getData() : ArrayRef<char>();
    int64_t expected = code ? constantBytes(code, type.getNumElements())
                            : Tensor::elementBytes(type.getElementType()) *
                                  type.getNumElements();
    if (static_cast<int64_t>(bytes.size()) != expected)
      return op->emitError("expected a blob of ")
             << expected << " bytes, but got " << bytes.size();
    if (code)
      return unpackCodes(type, bytes);
    Tensor tensor(type);
    if (expected)
      std::memcpy(tensor.data(), bytes.data(), expected);
    return tensor;
  }
  auto dense = dyn_cast<DenseElementsAttr>(value);
  if (!dense)
    return op->emitError("expected dense or dense_resource elements");
  if (code) {
    SmallVector<char> bytes;
    for (APInt element : dense.getValues<APInt>())
      bytes.push_back(static_cast<char>(element.getZExtValue()));
    return unpackCodes(type, bytes);
  }
  Tensor tensor(type);
  int64_t i = 0;
  if (isa<FloatType>(type.getElementType()))
    for (const APFloat &element : dense.getValues<APFloat>()) {
      APFloat wide = element;
      bool lost;
      wide.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &lost);
      tensor.setFloat(i++, wide.convertToDouble());
    }
  else
    for (const APInt &element : dense.getValues<APInt>())
      tensor.setInt(i++, type.getElementType().isInteger(1)
                             ? static_cast<int64_t>(element.getZExtValue())
                             : element.getSExtValue());
  return tensor;
}

//===----------------------------------------------------------------------===//
// Movement
//===----------------------------------------------------------------------===//

/// The same bytes under another shape.
static Results reshaped(const Tensor &tensor, Type type) {
  auto ranked = cast<RankedTensorType>(type);
  return {Tensor(ranked, std::shared_ptr<char>(std::make_shared<Tensor>(tensor),
                                               tensor.data()))};
}

/// Copies a box between tensors: element `at` of the box lies at
/// `offsets + at * strides` in `large` and at `at` in the dense `box` shape.
static void copyBox(const Tensor &large, ArrayRef<int64_t> offsets,
                    ArrayRef<int64_t> strides, ArrayRef<int64_t> sizes,
                    const Tensor &box, bool intoLarge) {
  size_t bytes = Tensor::elementBytes(large.getElementType());
  char *dense = box.data();
  (void)forEachPoint(sizes, [&](ArrayRef<int64_t> at) {
    int64_t offset = 0;
    for (size_t d = 0; d < at.size(); ++d)
      offset = offset * large.getShape()[d] + offsets[d] + at[d] * strides[d];
    char *element = large.data() + offset * bytes;
    std::memcpy(intoLarge ? element : dense, intoLarge ? dense : element,
                bytes);
    dense += bytes;
    return success();
  });
}

static Tensor copyOf(const Tensor &tensor) {
  Tensor copy(tensor.getType());
  std::memcpy(copy.data(), tensor.data(), tensor.sizeInBytes());
  return copy;
}

FailureOr<Results> eval::evalInsert(ir::InsertOp op, Lookup lookup) {
  const Tensor *update = lookup(op.getUpdate()), *init = lookup(op.getInit());
  const Tensor *starts = op.getStarts() ? lookup(op.getStarts()) : nullptr;
  if (!update || !init || (op.getStarts() && !starts))
    return failure();
  Tensor result = copyOf(*init);
  int64_t axis = op.getAxis(), size = init->getShape()[axis];
  size_t bytes = Tensor::elementBytes(result.getElementType());
  const char *from = update->data();
  (void)forEachPoint(update->getShape(), [&](ArrayRef<int64_t> at) {
    int64_t start = starts ? starts->getInt(at[0]) : 0, offset = 0;
    start = std::clamp<int64_t>(start < 0 ? start + size : start, 0, size - 1);
    int64_t place = start + at[axis];
    if (op.getCircular())
      place %= size;
    for (auto [d, index] : llvm::enumerate(at)) {
      int64_t here = static_cast<int64_t>(d) == axis ? place : index;
      offset = offset * init->getShape()[d] + here;
    }
    if (place < size)
      std::memcpy(result.data() + offset * bytes, from, bytes);
    from += bytes;
    return success();
  });
  return Results{result};
}

/// A scalar of the function as a tensor of rank 0.
static FailureOr<Results> evalScalarOp(Operation *op, Lookup lookup) {
  Block block;
  // A detached block has no context of its own to ask for.
  OpBuilder builder(op->getContext());
  builder.setInsertionPointToEnd(&block);
  Operation *copy = builder.clone(*op);
  builder.create<ir::YieldOp>(op->getLoc(), copy->getResult(0));
  auto program = ScalarProgram::compile(block, {lookup});
  if (failed(program) || failed(program->run(1)))
    return failure();
  Tensor result(RankedTensorType::get({}, op->getResult(0).getType()));
  store(result, 0, 1, 1, program->result(0));
  return Results{result};
}

static FailureOr<Results> evalFill(linalg::FillOp op, Lookup lookup) {
  const Tensor *value = lookup(op.getInputs()[0]);
  if (!value)
    return failure();
  Tensor result(cast<RankedTensorType>(op.getResultTypes()[0]));
  Scalar scalar;
  load(*value, 0, 1, 1, &scalar);
  for (int64_t i = 0; i < result.size(); ++i)
    store(result, i, 1, 1, &scalar);
  return Results{result};
}

static FailureOr<Results> evalPad(tensor::PadOp op, Lookup lookup) {
  const Tensor *input = lookup(op.getSource());
  auto program = ScalarProgram::compile(op.getRegion().front(), {lookup});
  if (!input || failed(program) || failed(program->run(1)))
    return failure();
  Tensor result(op.getResultType());
  for (int64_t i = 0; i < result.size(); ++i)
    store(result, i, 1, 1, program->result(0));
  SmallVector<int64_t> ones(result.getShape().size(), 1);
  copyBox(result, op.getStaticLow(), ones, input->getShape(), *input, true);
  return Results{result};
}

FailureOr<Results> eval::evalTensorOp(Operation *op, Lookup lookup) {
  auto known = [&](Value value) { return lookup(value); };
  return llvm::TypeSwitch<Operation *, FailureOr<Results>>(op)
      .Case([&](arith::ConstantOp constant) -> FailureOr<Results> {
        auto type = dyn_cast<RankedTensorType>(constant.getType());
        if (!type)
          return evalScalarOp(op, lookup);
        auto value =
            fromAttribute(op, cast<ElementsAttr>(constant.getValue()), type);
        if (failed(value))
          return failure();
        return Results{*value};
      })
      .Case([&](tensor::EmptyOp empty) -> FailureOr<Results> {
        return Results{Tensor(empty.getType())};
      })
      .Case<tensor::CollapseShapeOp, tensor::ExpandShapeOp, tensor::CastOp>(
          [&](auto cast) -> FailureOr<Results> {
            const Tensor *input = known(cast->getOperand(0));
            if (!input)
              return failure();
            return reshaped(*input, cast.getResult().getType());
          })
      .Case([&](tensor::ExtractSliceOp slice) -> FailureOr<Results> {
        const Tensor *input = known(slice.getSource());
        if (!input)
          return failure();
        Tensor result(slice.getType());
        copyBox(*input, slice.getStaticOffsets(), slice.getStaticStrides(),
                slice.getStaticSizes(), result, /*intoLarge=*/false);
        return Results{result};
      })
      .Case([&](tensor::InsertSliceOp insert) -> FailureOr<Results> {
        const Tensor *source = known(insert.getSource());
        const Tensor *input = known(insert.getDest());
        if (!input || !source)
          return failure();
        Tensor result = copyOf(*input);
        copyBox(result, insert.getStaticOffsets(), insert.getStaticStrides(),
                insert.getStaticSizes(), *source, /*intoLarge=*/true);
        return Results{result};
      })
      .Case([&](tensor::PadOp pad) { return evalPad(pad, lookup); })
      .Case([&](linalg::FillOp fill) { return evalFill(fill, lookup); })
      .Default([&](Operation *) -> FailureOr<Results> {
        if (op->getNumResults() == 1 && !op->getNumRegions() &&
            !isa<ShapedType>(op->getResult(0).getType()))
          return evalScalarOp(op, lookup);
        op->emitError("expected an operation of the tensor form, but got ")
            << op->getName();
        return failure();
      });
}
