//===- Interim.cpp - Host tensors; evaluation of constants only -----------===//
//
// The whole of lib/Eval until the reference evaluator lands, which replaces
// this file: it evaluates values that are constants already, and nothing else.
//
//===----------------------------------------------------------------------===//
#include "dialects/Tern/Codes.h"
#include "lib/Eval/Eval.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace tern;
using namespace tern::eval;

size_t Tensor::elementBytes(Type type) {
  if (auto code = dyn_cast<ir::QType>(type))
    return code.getStorageBytes();
  return type.isInteger(1) ? 1 : type.getIntOrFloatBitWidth() / 8;
}

Tensor::Tensor(RankedTensorType type) : type(type) {
  size_t size = std::max<size_t>(1, sizeInBytes());
  bytes =
      std::shared_ptr<char>(new char[size](), std::default_delete<char[]>());
}

Tensor::Tensor(RankedTensorType type, std::shared_ptr<char> bytes)
    : type(type), bytes(std::move(bytes)) {}

int64_t Tensor::getInt(int64_t i) const {
  Type element = getElementType();
  auto code = dyn_cast<ir::QType>(element);
  bool isUnsigned = element.isInteger(1) || (code && !code.isSigned());
  switch (elementBytes(element)) {
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
  size_t size = elementBytes(getElementType());
  std::memcpy(data() + i * size, &value, size);
}

double Tensor::getFloat(int64_t i) const {
  Type element = getElementType();
  if (auto code = dyn_cast<ir::QType>(element); code && code.isFloat())
    return decodeFloat(code.getKind(), as<uint8_t>()[i]);
  auto floatType = dyn_cast<FloatType>(element);
  if (!floatType)
    return static_cast<double>(getInt(i));
  uint64_t word = 0;
  size_t size = elementBytes(element);
  std::memcpy(&word, data() + i * size, size);
  APFloat value(floatType.getFloatSemantics(), APInt(size * 8, word));
  bool lost;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &lost);
  return value.convertToDouble();
}

void Tensor::setFloat(int64_t i, double value) {
  Type element = getElementType();
  if (auto code = dyn_cast<ir::QType>(element)) {
    as<uint8_t>()[i] =
        encodeFloat(code.getKind(), static_cast<float>(value), false);
    return;
  }
  APFloat number(value);
  bool lost;
  number.convert(cast<FloatType>(element).getFloatSemantics(),
                 APFloat::rmNearestTiesToEven, &lost);
  uint64_t word = number.bitcastToAPInt().getZExtValue();
  size_t size = elementBytes(element);
  std::memcpy(data() + i * size, &word, size);
}

SmallVector<int64_t> Tensor::toInts() const {
  SmallVector<int64_t> values;
  for (int64_t i = 0; i < size(); ++i)
    values.push_back(getInt(i));
  return values;
}

struct Evaluator::Impl {};
Evaluator::Evaluator(ModuleOp) {}
Evaluator::~Evaluator() = default;

FailureOr<SmallVector<Tensor>> Evaluator::run(func::FuncOp entry,
                                              ArrayRef<Tensor>, Observer) {
  return entry.emitError("expected a build with the reference evaluator");
}

FailureOr<Tensor> Evaluator::getWeight(StringRef) { return failure(); }

FailureOr<Tensor> Evaluator::evaluate(Value value, ValueMap &known) {
  if (auto found = known.find(value); found != known.end())
    return found->second;
  auto constant = value.getDefiningOp<arith::ConstantOp>();
  auto dense =
      constant ? dyn_cast<DenseElementsAttr>(constant.getValue()) : nullptr;
  if (!dense)
    return failure();
  Tensor result(cast<RankedTensorType>(value.getType()));
  int64_t i = 0;
  if (isa<IntegerType>(dense.getElementType()))
    for (APInt element : dense.getValues<APInt>())
      result.setInt(i++, element.getSExtValue());
  else
    for (APFloat element : dense.getValues<APFloat>()) {
      bool lost;
      element.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                      &lost);
      result.setFloat(i++, element.convertToDouble());
    }
  return known[value] = result;
}
