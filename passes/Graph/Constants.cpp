//===- Constants.cpp - Constants between the file, IR and the evaluator ---===//
#include "passes/Graph/Constants.h"
#include "dialects/Tern/Codes.h"
#include "lib/Eval/TensorConstants.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace tern;
using eval::Tensor;
using ir::QType;

static std::optional<Tensor> readBlob(ArrayRef<char> blob,
                                      RankedTensorType type) {
  if (static_cast<int64_t>(blob.size()) < eval::blobBytes(type))
    return std::nullopt;
  Tensor result(type);
  auto code = dyn_cast<QType>(type.getElementType());
  if (!code || constantBits(code) >= 8) {
    std::copy_n(blob.data(), result.sizeInBytes(), result.data());
    return result;
  }
  CodeReader reader(code, blob);
  for (int64_t i = 0; i < result.size(); ++i)
    result.data()[i] =
        static_cast<char>(code.isInteger() ? reader.value(i) : reader.bits(i));
  return result;
}

/// Elements of a `dense` attribute, through their bits.
static std::optional<Tensor> readDense(DenseElementsAttr dense,
                                       RankedTensorType type) {
  Tensor result(type);
  size_t bytes = Tensor::elementBytes(type.getElementType());
  auto put = [&](int64_t i, const APInt &bits) {
    APInt word = bits.sextOrTrunc(64);
    std::memcpy(result.data() + i * bytes, word.getRawData(), bytes);
  };
  int64_t i = 0;
  Type element = dense.getElementType();
  if (auto integer = dyn_cast<IntegerType>(element)) {
    for (APInt value : dense.getValues<APInt>()) {
      bool extend = integer.isUnsigned() || integer.getWidth() == 1;
      put(i++, extend ? value.zext(65) : value.sext(65));
    }
    return result;
  }
  if (!isa<FloatType>(element))
    return std::nullopt;
  for (APFloat value : dense.getValues<APFloat>())
    put(i++, value.bitcastToAPInt().zext(65));
  return result;
}

namespace tern::graph {

std::optional<Tensor> readOnnxElements(ElementsAttr elements,
                                       RankedTensorType onnxType) {
  Type element = toTernElementType(onnxType.getElementType());
  if (!element || !onnxType.hasStaticShape())
    return std::nullopt;
  RankedTensorType type = tensorOf(onnxType.getShape(), element);
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    return blob ? readBlob(blob->getData(), type) : std::nullopt;
  }
  auto dense = dyn_cast<DenseElementsAttr>(elements);
  if (!dense || dense.getNumElements() != type.getNumElements())
    return std::nullopt;
  return readDense(dense, type);
}

ConstantPool::ConstantPool(ModuleOp module) : module(module), symbols(module) {
  for (auto weight : module.getOps<ir::WeightOp>())
    if (!weight.getLayout())
      existing[{weight.getValue(), weight.getType(), weight.getTransposed()}] =
          weight.getSymNameAttr();
}

Value ConstantPool::makeWeight(LocBuilder &b, RankedTensorType type,
                               ElementsAttr bytes, StringRef name,
                               bool transposed) {
  StringAttr &symbol = existing[{bytes, type, transposed}];
  if (!symbol) {
    Block::iterator place = lastWeight ? std::next(lastWeight->getIterator())
                                       : module.getBody()->begin();
    auto weight =
        OpBuilder(module.getContext())
            .create<ir::WeightOp>(
                b.getLoc(), b.getStringAttr(name.empty() ? "constant" : name),
                type, bytes, ir::LayoutAttr(), transposed);
    symbol = symbols.insert(weight, place);
    lastWeight = weight;
  }
  return b.create<ir::UseOp>(type, FlatSymbolRefAttr::get(symbol));
}

/// Transposed weights of fewer codes are written out.
static constexpr int64_t smallCodes = 4096;

Value ConstantPool::transposedWeight(LocBuilder &b, Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || type.getRank() != 2 || type.getNumElements() < smallCodes ||
      !isa<QType>(type.getElementType()))
    return {};
  bool transposed = false;
  while (auto generic = value.getDefiningOp<linalg::GenericOp>()) {
    if (transposition(generic) != Shape({1, 0}))
      return {};
    transposed = !transposed;
    value = generic.getDpsInputs()[0];
  }
  auto use = value.getDefiningOp<ir::UseOp>();
  auto weight = use ? symbols.lookup<ir::WeightOp>(use.getWeight()) : nullptr;
  if (!weight || weight.getLayout())
    return {};
  if (!transposed)
    return b.create<ir::UseOp>(type, use.getWeightAttr());
  return makeWeight(b, type, weight.getValue(), weight.getSymName(),
                    !weight.getTransposed());
}

Value ConstantPool::make(LocBuilder &b, const Tensor &value, StringRef name) {
  RankedTensorType type = value.getType();
  if (type.getNumElements() == 0)
    return emptyTensor(b, type.getShape(), type.getElementType());
  if (eval::isInlineConstant(type))
    return b.create<arith::ConstantOp>(eval::toDense(value));
  ElementsAttr bytes = eval::toBlob(value, name.empty() ? "constant" : name);
  return makeWeight(b, type, bytes, name);
}

Value ConstantPool::make(LocBuilder &b, ElementsAttr elements,
                         RankedTensorType onnxType, StringRef name) {
  Type element = toTernElementType(onnxType.getElementType());
  auto resource = dyn_cast<DenseResourceElementsAttr>(elements);
  if (element && resource && onnxType.hasStaticShape()) {
    RankedTensorType type = tensorOf(onnxType.getShape(), element);
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    int64_t size = blob ? blob->getData().size() : -1;
    if (!eval::isInlineConstant(type) && type.getNumElements() != 0 &&
        size == eval::blobBytes(type))
      return makeWeight(
          b, type,
          DenseResourceElementsAttr::get(tensorOf({size}, b.getIntegerType(8)),
                                         resource.getRawHandle()),
          name);
  }
  std::optional<Tensor> value = readOnnxElements(elements, onnxType);
  return value ? make(b, *value, name) : Value();
}

} // namespace tern::graph
