//===- TensorConstants.cpp - Tensors as constants of the IR ---------------===//
#include "lib/Eval/TensorConstants.h"
#include "dialects/Tern/Codes.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace tern;
using namespace tern::eval;
using ir::QType;

/// Constants of at most this many elements stand in the IR itself.
static constexpr int64_t inlineElements = 64;

bool eval::isInlineConstant(RankedTensorType type) {
  return !isa<QType>(type.getElementType()) &&
         type.getNumElements() <= inlineElements;
}

int64_t eval::blobBytes(RankedTensorType type) {
  if (auto code = dyn_cast<QType>(type.getElementType()))
    return constantBytes(code, type.getNumElements());
  return type.getNumElements() * Tensor::elementBytes(type.getElementType());
}

DenseElementsAttr eval::toDense(const Tensor &value) {
  RankedTensorType type = value.getType();
  Type element = type.getElementType();
  if (element.isInteger(1)) {
    SmallVector<bool> bits;
    for (int64_t i = 0; i < value.size(); ++i)
      bits.push_back(value.data()[i] != 0);
    return DenseElementsAttr::get(type, bits);
  }
  SmallVector<APInt> words;
  size_t bytes = Tensor::elementBytes(element);
  for (int64_t i = 0; i < value.size(); ++i) {
    uint64_t word = 0;
    std::memcpy(&word, value.data() + i * bytes, bytes);
    words.push_back(APInt(bytes * 8, word));
  }
  auto floatType = dyn_cast<FloatType>(element);
  if (!floatType)
    return DenseElementsAttr::get(type, words);
  SmallVector<APFloat> floats;
  for (const APInt &word : words)
    floats.push_back(APFloat(floatType.getFloatSemantics(), word));
  return DenseElementsAttr::get(type, floats);
}

/// The bytes of a tensor as a weight's blob has them.
static std::vector<char> packBlob(const Tensor &value) {
  std::vector<char> blob(blobBytes(value.getType()), 0);
  auto code = dyn_cast<QType>(value.getElementType());
  if (!code || constantBits(code) >= 8) {
    std::copy_n(value.data(), blob.size(), blob.begin());
    return blob;
  }
  unsigned bits = code.getBits();
  for (int64_t i = 0; i < value.size(); ++i) {
    int raw = static_cast<unsigned char>(value.data()[i]);
    if (code.getKind() == ir::CodeKind::Binary)
      raw = value.data()[i] > 0;
    else if (code.getKind() == ir::CodeKind::Ternary)
      raw = value.data()[i] + 1;
    raw &= (1 << bits) - 1;
    blob[i * bits / 8] |= static_cast<char>(raw << (i * bits % 8));
  }
  return blob;
}

ElementsAttr eval::toBlob(const Tensor &value, StringRef name) {
  std::vector<char> blob = packBlob(value);
  auto type =
      RankedTensorType::get({static_cast<int64_t>(blob.size())},
                            IntegerType::get(value.getType().getContext(), 8));
  return DenseResourceElementsAttr::get(
      type, name,
      HeapAsmResourceBlob::allocateAndCopyWithAlign(
          ArrayRef<char>(blob.data(), blob.size()), 64,
          /*dataIsMutable=*/false));
}
