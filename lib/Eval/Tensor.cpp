//===- Tensor.cpp - A host tensor of any element type ---------------------===//
#include "lib/Eval/Tensor.h"
#include "dialects/Tern/Codes.h"
#include "llvm/ADT/APFloat.h"
#include <cstdlib>

using namespace mlir;
using namespace tern;
using namespace tern::eval;

size_t Tensor::elementBytes(Type type) {
  if (auto code = dyn_cast<ir::QType>(type))
    return code.getStorageBytes();
  if (type.isIndex())
    return 8;
  return llvm::divideCeil(type.getIntOrFloatBitWidth(), 8);
}

Tensor::Tensor(RankedTensorType type) : type(type) {
  size_t size = std::max<size_t>(sizeInBytes(), 1);
  bytes.reset(static_cast<char *>(std::calloc(size, 1)), std::free);
  if (!bytes)
    llvm::report_bad_alloc_error("a tensor's storage");
}

Tensor::Tensor(RankedTensorType type, std::shared_ptr<char> bytes)
    : type(type), bytes(std::move(bytes)) {}

/// Whether memory holds an integer element without a sign.
static bool isUnsignedStorage(Type type) {
  if (auto code = dyn_cast<ir::QType>(type))
    return !code.isSigned();
  return type.isInteger(1);
}

int64_t Tensor::getInt(int64_t i) const {
  bool isUnsigned = isUnsignedStorage(getElementType());
  switch (elementBytes(getElementType())) {
  case 1:
    return isUnsigned ? int64_t(as<uint8_t>()[i]) : as<int8_t>()[i];
  case 2:
    return isUnsigned ? int64_t(as<uint16_t>()[i]) : as<int16_t>()[i];
  case 4:
    return as<int32_t>()[i];
  default:
    return as<int64_t>()[i];
  }
}

void Tensor::setInt(int64_t i, int64_t value) {
  switch (elementBytes(getElementType())) {
  case 1:
    as<int8_t>()[i] = static_cast<int8_t>(value);
    return;
  case 2:
    as<int16_t>()[i] = static_cast<int16_t>(value);
    return;
  case 4:
    as<int32_t>()[i] = static_cast<int32_t>(value);
    return;
  default:
    as<int64_t>()[i] = value;
  }
}

static llvm::APFloat fromBits16(Type type, uint16_t bits) {
  return llvm::APFloat(cast<FloatType>(type).getFloatSemantics(),
                       llvm::APInt(16, bits));
}

double Tensor::getFloat(int64_t i) const {
  Type element = getElementType();
  if (element.isF32())
    return as<float>()[i];
  if (element.isF64())
    return as<double>()[i];
  if (element.isF16() || element.isBF16()) {
    llvm::APFloat value = fromBits16(element, as<uint16_t>()[i]);
    bool lost;
    value.convert(llvm::APFloat::IEEEdouble(),
                  llvm::APFloat::rmNearestTiesToEven, &lost);
    return value.convertToDouble();
  }
  if (auto code = dyn_cast<ir::QType>(element); code && code.isFloat())
    return decodeFloat(code.getKind(), as<uint8_t>()[i]);
  return static_cast<double>(getInt(i));
}

void Tensor::setFloat(int64_t i, double value) {
  Type element = getElementType();
  if (element.isF32()) {
    as<float>()[i] = static_cast<float>(value);
  } else if (element.isF64()) {
    as<double>()[i] = value;
  } else if (auto code = dyn_cast<ir::QType>(element)) {
    as<uint8_t>()[i] = encodeFloat(code.getKind(), static_cast<float>(value),
                                   /*saturate=*/false);
  } else {
    llvm::APFloat rounded(value);
    bool lost;
    rounded.convert(cast<FloatType>(element).getFloatSemantics(),
                    llvm::APFloat::rmNearestTiesToEven, &lost);
    as<uint16_t>()[i] =
        static_cast<uint16_t>(rounded.bitcastToAPInt().getZExtValue());
  }
}

SmallVector<int64_t> Tensor::toInts() const {
  SmallVector<int64_t> values;
  for (int64_t i = 0; i < size(); ++i)
    values.push_back(getInt(i));
  return values;
}
