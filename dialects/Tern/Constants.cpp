//===- Constants.cpp - The elements of constant tensors -------------------===//
#include "dialects/Tern/Constants.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/bit.h"
#include <cstring>

using namespace mlir;
using namespace tern;

/// Bytes of an unpacked constant of `type`.
static int64_t expectedBytes(RankedTensorType type) {
  if (auto code = dyn_cast<ir::QType>(type.getElementType()))
    return constantBytes(code, type.getNumElements());
  return type.getNumElements() * type.getElementTypeBitWidth() / 8;
}

std::optional<ConstantTensor> ConstantTensor::get(Value value) {
  auto type = value ? dyn_cast<RankedTensorType>(value.getType()) : nullptr;
  Operation *definition = value ? value.getDefiningOp() : nullptr;
  if (!type || !definition)
    return std::nullopt;
  ElementsAttr elements;
  if (auto constant = dyn_cast<arith::ConstantOp>(definition)) {
    elements = dyn_cast<ElementsAttr>(constant.getValue());
  } else if (auto use = dyn_cast<ir::UseOp>(definition)) {
    auto weight = SymbolTable::lookupNearestSymbolFrom<ir::WeightOp>(
        use, use.getWeightAttr());
    if (weight && !weight.getLayout())
      elements = weight.getValue();
  }
  ConstantTensor result;
  result.type = type;
  if (auto resource = dyn_cast_or_null<DenseResourceElementsAttr>(elements)) {
    if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
      result.bytes = blob->getData();
  } else if (auto dense = dyn_cast_or_null<DenseElementsAttr>(elements)) {
    // i1 is bit-packed there; no contraction has boolean constants.
    if (!dense.getElementType().isInteger(1))
      result.bytes = dense.getRawData();
    if (dense.isSplat() && !result.bytes.empty()) {
      result.owned = std::make_shared<std::vector<char>>(expectedBytes(type));
      for (size_t i = 0; i < result.owned->size(); ++i)
        (*result.owned)[i] = result.bytes[i % result.bytes.size()];
      result.bytes = *result.owned;
    }
  }
  if (static_cast<int64_t>(result.bytes.size()) != expectedBytes(type))
    return std::nullopt;
  return result;
}

uint64_t ConstantTensor::getBits(int64_t i) const {
  size_t width = type.getElementTypeBitWidth() / 8;
  uint64_t bits = 0;
  std::memcpy(&bits, bytes.data() + i * width, width);
  return bits;
}

int64_t ConstantTensor::getInt(int64_t i) const {
  if (auto code = dyn_cast<ir::QType>(type.getElementType())) {
    CodeReader reader(code, bytes);
    if (code.isInteger())
      return reader.value(i);
    return reader.bits(i);
  }
  return llvm::SignExtend64(getBits(i), type.getElementTypeBitWidth());
}

float ConstantTensor::getF32(int64_t i) const {
  auto element = cast<FloatType>(type.getElementType());
  if (element.isF32())
    return llvm::bit_cast<float>(static_cast<uint32_t>(getBits(i)));
  llvm::APFloat number(element.getFloatSemantics(),
                       llvm::APInt(element.getWidth(), getBits(i)));
  bool lost = false;
  number.convert(llvm::APFloat::IEEEsingle(),
                 llvm::APFloat::rmNearestTiesToEven, &lost);
  return number.convertToFloat();
}
