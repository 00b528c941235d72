//===- Weights.cpp - The weights file of a model --------------------------===//
#include "lib/Backend/Common/Weights.h"
#include "dialects/Tern/Codes.h"
#include "lib/Backend/Common/ModelInfo.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "tern/runtime.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/xxhash.h"
#include <cstring>

using namespace mlir;
using namespace tern;
using namespace tern::backend;

namespace {
/// The payload on its way to a file: hashed in pieces of 1 MiB, whose hashes
/// are hashed in turn (include/tern/runtime.h), so that nothing of it is kept.
class Payload {
public:
  explicit Payload(raw_ostream *os) : os(os) { piece.reserve(pieceBytes); }

  void add(ArrayRef<char> bytes) {
    if (os)
      os->write(bytes.data(), bytes.size());
    position += bytes.size();
    while (!bytes.empty()) {
      size_t room = std::min(pieceBytes - piece.size(), bytes.size());
      piece.insert(piece.end(), bytes.begin(), bytes.begin() + room);
      bytes = bytes.drop_front(room);
      if (piece.size() == pieceBytes)
        finishPiece();
    }
  }
  void padTo(uint64_t end) {
    static const char zeros[4096] = {};
    while (position < end)
      add(ArrayRef(zeros, std::min<uint64_t>(sizeof(zeros), end - position)));
  }
  uint64_t hash() {
    if (!piece.empty())
      finishPiece();
    return llvm::xxh3_64bits(ArrayRef<uint8_t>(hashes));
  }

private:
  void finishPiece() {
    ArrayRef<uint8_t> bytes(reinterpret_cast<uint8_t *>(piece.data()),
                            piece.size());
    uint8_t code[8];
    llvm::support::endian::write64le(code, llvm::xxh3_64bits(bytes));
    hashes.insert(hashes.end(), code, code + 8);
    piece.clear();
  }

  static constexpr size_t pieceBytes = 1 << 20;
  raw_ostream *os;
  uint64_t position = 0; ///< behind the header
  std::vector<char> piece;
  std::vector<uint8_t> hashes;
};

/// The weights with an offset, in the file's order.
SmallVector<ir::WeightOp> weightsInOrder(ModuleOp module) {
  SmallVector<ir::WeightOp> weights;
  for (auto weight : module.getOps<ir::WeightOp>())
    if (weight.getOffset())
      weights.push_back(weight);
  llvm::sort(weights, [](ir::WeightOp a, ir::WeightOp b) {
    return std::pair(*a.getOffset(), a.getSymName()) <
           std::pair(*b.getOffset(), b.getSymName());
  });
  return weights;
}

/// Integer codes that the file holds as values and a blob does not.
bool needsUnpacking(ir::WeightOp weight) {
  auto type = cast<RankedTensorType>(weight.getType());
  auto code = dyn_cast<ir::QType>(type.getElementType());
  return code && !weight.getLayout() && code.getBits() != 8 &&
         code.getBits() != 16;
}

void addUnpacked(ir::WeightOp weight, ArrayRef<char> blob, Payload &payload) {
  auto type = cast<RankedTensorType>(weight.getType());
  auto code = cast<ir::QType>(type.getElementType());
  CodeReader reader(code, blob);
  std::vector<char> buffer;
  for (int64_t i = 0, count = type.getNumElements(); i < count; ++i) {
    int value = code.isInteger() ? reader.value(i) : int(reader.bits(i));
    buffer.push_back(static_cast<char>(value));
    if (code.getStorageBytes() == 2)
      buffer.push_back(static_cast<char>(value >> 8));
    if (buffer.size() >= 65536) {
      payload.add(buffer);
      buffer.clear();
    }
  }
  payload.add(buffer);
}

/// dense<> elements as bytes: splats written out, i1 a byte each.
std::vector<char> bytesOf(DenseElementsAttr dense) {
  std::vector<char> bytes;
  if (dense.getElementType().isInteger(1)) {
    for (bool bit : dense.getValues<bool>())
      bytes.push_back(bit);
    return bytes;
  }
  ArrayRef<char> raw = dense.getRawData();
  for (int64_t i = 0, n = dense.isSplat() ? dense.getNumElements() : 1; i < n;
       ++i)
    bytes.insert(bytes.end(), raw.begin(), raw.end());
  return bytes;
}

LogicalResult addWeight(ir::WeightOp weight, Payload &payload) {
  std::vector<char> owned;
  ArrayRef<char> blob;
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(weight.getValue())) {
    if (AsmResourceBlob *data = resource.getRawHandle().getBlob())
      blob = data->getData();
  } else if (auto dense = dyn_cast<DenseElementsAttr>(weight.getValue())) {
    owned = bytesOf(dense);
    blob = owned;
  }
  auto type = cast<RankedTensorType>(weight.getType());
  uint64_t expected = storageBytes(weight);
  if (needsUnpacking(weight))
    expected = constantBytes(cast<ir::QType>(type.getElementType()),
                             type.getNumElements());
  if (blob.size() != expected)
    return weight.emitError("expected ")
           << expected << " bytes of " << type << ", but got " << blob.size();
  if (needsUnpacking(weight))
    addUnpacked(weight, blob, payload);
  else
    payload.add(blob);
  return success();
}

LogicalResult checkOffsets(ModuleOp module, uint64_t fileBytes) {
  uint64_t end = sizeof(tern_weights_header);
  for (ir::WeightOp weight : weightsInOrder(module)) {
    uint64_t offset = *weight.getOffset();
    if (offset < end || offset % TERN_ALIGNMENT)
      return weight.emitError("expected an offset from ")
             << end << " on, a multiple of " << TERN_ALIGNMENT << ", but got "
             << offset;
    end = offset + storageBytes(weight);
  }
  if (end > fileBytes)
    return module.emitError("expected kern.weights_bytes of at least ")
           << end << ", but got " << fileBytes;
  return success();
}

LogicalResult addAll(ModuleOp module, uint64_t fileBytes, Payload &payload) {
  const uint64_t header = sizeof(tern_weights_header);
  for (ir::WeightOp weight : weightsInOrder(module)) {
    payload.padTo(*weight.getOffset() - header);
    if (failed(addWeight(weight, payload)))
      return failure();
  }
  payload.padTo(fileBytes - header);
  return success();
}

uint64_t fileBytesOf(ModuleOp module) {
  auto bytes = module->getAttrOfType<IntegerAttr>("kern.weights_bytes");
  return bytes ? bytes.getValue().getZExtValue() : sizeof(tern_weights_header);
}
} // namespace

uint64_t backend::storageBytes(ir::WeightOp weight) {
  if (weight.getLayout()) {
    auto packed = cast<ShapedType>(weight.getValue().getType());
    return packed.getNumElements() * packed.getElementTypeBitWidth() / 8;
  }
  auto type = cast<RankedTensorType>(weight.getType());
  if (auto code = dyn_cast<ir::QType>(type.getElementType()))
    return type.getNumElements() * code.getStorageBytes();
  return type.getNumElements() *
         llvm::divideCeil(type.getElementTypeBitWidth(), 8);
}

LogicalResult backend::hashWeights(ModuleOp module) {
  uint64_t fileBytes = fileBytesOf(module);
  Payload payload(nullptr);
  if (failed(checkOffsets(module, fileBytes)) ||
      failed(addAll(module, fileBytes, payload)))
    return failure();
  auto type = IntegerType::get(module.getContext(), 64);
  module->setAttr("kern.weights_hash",
                  IntegerAttr::get(type, APInt(64, payload.hash())));
  return success();
}

LogicalResult backend::writeWeights(ModuleOp module, raw_ostream &os) {
  auto hash = module->getAttrOfType<IntegerAttr>("kern.weights_hash");
  if (!hash)
    return module.emitError("expected the attribute kern.weights_hash");
  uint64_t fileBytes = fileBytesOf(module);
  if (failed(checkOffsets(module, fileBytes)))
    return failure();
  tern_weights_header header = {};
  std::memcpy(header.magic, "TERNWGT1", sizeof(header.magic));
  header.bytes = fileBytes;
  header.hash = hash.getValue().getZExtValue();
  os.write(reinterpret_cast<const char *>(&header), sizeof(header));
  Payload payload(&os);
  if (failed(addAll(module, fileBytes, payload)))
    return failure();
  if (payload.hash() != header.hash)
    return module.emitError("weights changed after kern.weights_hash was set");
  return success();
}
