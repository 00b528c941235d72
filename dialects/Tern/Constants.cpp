//===- Constants.cpp - The elements of constant tensors -------------------===//
#include "dialects/Tern/Constants.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/Parallel.h"
#include <cstring>

using namespace mlir;
using namespace tern;

/// Bytes of an unpacked constant of `type`.
static int64_t expectedBytes(RankedTensorType type) {
  if (auto code = dyn_cast<ir::QType>(type.getElementType()))
    return constantBytes(code, type.getNumElements());
  return type.getNumElements() * type.getElementTypeBitWidth() / 8;
}

/// The blob of a weight without layout; `splat` holds one that is written out.
static ArrayRef<char> blobOf(ElementsAttr elements, int64_t size,
                             std::vector<char> &splat) {
  if (auto resource = dyn_cast_or_null<DenseResourceElementsAttr>(elements)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    return blob ? blob->getData() : ArrayRef<char>();
  }
  auto dense = dyn_cast_or_null<DenseElementsAttr>(elements);
  // i1 is bit-packed there; no contraction has boolean constants.
  if (!dense || dense.getElementType().isInteger(1))
    return {};
  ArrayRef<char> raw = dense.getRawData();
  if (!dense.isSplat() || raw.empty())
    return raw;
  for (int64_t i = 0; i < size; ++i)
    splat.push_back(raw[i % raw.size()]);
  return splat;
}

std::optional<ConstantTensor> ConstantTensor::get(Value value) {
  auto type = value ? dyn_cast<RankedTensorType>(value.getType()) : nullptr;
  Operation *definition = value ? value.getDefiningOp() : nullptr;
  if (!type || !definition)
    return std::nullopt;
  ConstantTensor result;
  result.type = type;
  if (auto code = dyn_cast<ir::QType>(type.getElementType())) {
    result.isByte = code.getBits() <= 8;
    result.isSigned = code.isInteger() && code.getKind() != ir::CodeKind::UInt;
  }
  ElementsAttr elements;
  if (auto constant = dyn_cast<arith::ConstantOp>(definition)) {
    elements = dyn_cast<ElementsAttr>(constant.getValue());
  } else if (auto use = dyn_cast<ir::UseOp>(definition)) {
    auto weight = SymbolTable::lookupNearestSymbolFrom<ir::WeightOp>(
        use, use.getWeightAttr());
    if (weight && !weight.getLayout()) {
      elements = weight.getValue();
      result.isTransposed = weight.getTransposed();
    }
  }
  result.owned = std::make_shared<std::vector<char>>();
  result.bytes = blobOf(elements, expectedBytes(type), *result.owned);
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

int64_t ConstantTensor::getWide(int64_t i) const {
  auto code = dyn_cast<ir::QType>(type.getElementType());
  if (!code)
    return llvm::SignExtend64(getBits(i), type.getElementTypeBitWidth());
  if (isTransposed) {
    int64_t rows = type.getDimSize(0), columns = type.getDimSize(1);
    i = i % columns * rows + i / columns;
  }
  return CodeReader(code, bytes).value(i);
}

/// Rows of a band of a matrix, and columns of a square in it that stays in the
/// cache with its transpose.
static constexpr int64_t side = 64;

/// Calls `visit` with (place in a rows x columns matrix, place in its
/// transpose) for every element of the band from `row` on, square by square.
template <typename Visit>
static void transposeBand(int64_t rows, int64_t columns, int64_t row,
                          Visit visit) {
  for (int64_t column = 0; column < columns; column += side)
    for (int64_t r = row; r < std::min(rows, row + side); ++r)
      for (int64_t c = column; c < std::min(columns, column + side); ++c)
        visit(r * columns + c, c * rows + r);
}

void ConstantTensor::decode() const {
  auto code = cast<ir::QType>(type.getElementType());
  if (constantBits(code) == 8 && code.getBits() == 8 && !isTransposed) {
    codes = reinterpret_cast<const uint8_t *>(bytes.data());
    return;
  }
  decoded = std::make_shared<std::vector<uint8_t>>(size());
  uint8_t *to = decoded->data();
  codes = to;
  CodeReader reader(code, bytes);
  auto read = [&](int64_t from) {
    return static_cast<uint8_t>(code.isInteger() ? reader.value(from)
                                                 : int(reader.bits(from)));
  };
  // Threads take bands of rows; a tensor that is no matrix is one of rows
  // of 64.
  int64_t rows =
      isTransposed ? type.getDimSize(0) : llvm::divideCeil(size(), side);
  llvm::parallelFor(0, llvm::divideCeil(rows, side), [&](size_t band) {
    int64_t row = band * side;
    if (isTransposed)
      return transposeBand(
          rows, type.getDimSize(1), row,
          [&](int64_t i, int64_t from) { to[i] = read(from); });
    int64_t end = std::min(size(), (row + side) * side);
    for (int64_t i = row * side; i < end; ++i)
      to[i] = read(i);
  });
}

ElementsAttr tern::rowMajorElements(ir::WeightOp weight) {
  if (!weight.getTransposed())
    return weight.getValue();
  auto type = cast<RankedTensorType>(weight.getType());
  auto code = cast<ir::QType>(type.getElementType());
  int64_t bits = constantBits(code), size = expectedBytes(type);
  std::vector<char> splat;
  CodeReader reader(code, blobOf(weight.getValue(), size, splat));
  AsmResourceBlob blob = HeapAsmResourceBlob::allocate(size, 64);
  MutableArrayRef<char> to = blob.getMutableData();
  std::fill(to.begin(), to.end(), 0);
  auto copy = [&](int64_t i, int64_t from) {
    int64_t at = i * bits;
    for (unsigned raw = reader.bits(from) << (at % 8); raw; raw >>= 8, at += 8)
      to[at / 8] = static_cast<char>(to[at / 8] | (raw & 0xff));
  };
  int64_t rows = type.getDimSize(0);
  for (int64_t row = 0; row < rows; row += side)
    transposeBand(rows, type.getDimSize(1), row, copy);
  auto bytes =
      RankedTensorType::get({size}, IntegerType::get(weight.getContext(), 8));
  return DenseResourceElementsAttr::get(bytes, weight.getSymName(),
                                        std::move(blob));
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
