//===- KernSimt.cpp - Verifiers of SIMT operations ------------------------===//
#include "dialects/Kern/Kern.h"
#include "dialects/Tern/Tern.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace tern::kern;

static bool isShared(Value memory) {
  return isa_and_nonnull<SharedAttr>(
      cast<MemRefType>(memory.getType()).getMemorySpace());
}

/// Bytes, or codes of a byte each, which are bytes once they are lowered.
static bool holdsBytes(Value memory) {
  auto type = cast<MemRefType>(memory.getType());
  auto code = dyn_cast<tern::ir::QType>(type.getElementType());
  return type.getRank() == 1 && (type.getElementType().isInteger(8) ||
                                 (code && code.getStorageBytes() == 1));
}

/// Whether `type` is a vector of one of `counts` 32-bit words.
static bool isWords(Type type, ArrayRef<int64_t> counts) {
  auto vector = dyn_cast<VectorType>(type);
  return vector && vector.getRank() == 1 && !vector.isScalable() &&
         vector.getElementType().isInteger(32) &&
         llvm::is_contained(counts, vector.getNumElements());
}

LogicalResult TileOp::verify() {
  // tile_c1
  auto type = cast<MemRefType>(getResult().getType());
  if (type.getRank() != 1 || !type.hasStaticShape() || !isShared(getResult()))
    return emitOpError("expected rank-1 memory of static size in "
                       "#kern.shared, but got ")
           << type;
  // tile_c2
  auto offset = static_cast<int64_t>(getOffset());
  if (offset < 0 || offset % 16)
    return emitOpError("expected a non-negative multiple of 16, but got "
                       "offset ")
           << offset;
  return success();
}

LogicalResult CopyAsyncOp::verify() {
  // copy_async_c1
  if (getBytes() != 4 && getBytes() != 16)
    return emitOpError("expected 4 or 16 bytes, but got ") << getBytes();
  // copy_async_c2
  auto source = cast<MemRefType>(getSource().getType());
  bool isHalf = source.getRank() == 1 && source.getElementType().isF16();
  if (isShared(getSource()) || !isShared(getTarget()) ||
      !(isHalf || holdsBytes(getSource())) || !holdsBytes(getTarget()))
    return emitOpError("expected bytes outside #kern.shared to go inside, but "
                       "got ")
           << getSource().getType() << " to " << getTarget().getType();
  return success();
}

LogicalResult CopyWaitOp::verify() {
  // copy_wait_c1
  auto pending = static_cast<int64_t>(getPending());
  if (pending < 0)
    return emitOpError("expected a non-negative number of groups, but got ")
           << pending;
  return success();
}

LogicalResult LoadWordsOp::verify() {
  // load_words_c1
  Type words = getWords().getType();
  if (!holdsBytes(getMemory()) ||
      !(words.isInteger(32) || isWords(words, {2, 4})))
    return emitOpError("expected i8 memory and i32 or 2 or 4 of them, but "
                       "got ")
           << getMemory().getType() << " and " << words;
  return success();
}

void LoadWordsOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  effects.emplace_back(MemoryEffects::Read::get(), &getMemoryMutable());
}

LogicalResult LdMatrixOp::verify() {
  // ldmatrix_c1
  if (!isShared(getMemory()) || !holdsBytes(getMemory()) ||
      !isWords(getWords().getType(), {2, 4}))
    return emitOpError("expected i8 memory in #kern.shared and 2 or 4 words "
                       "of i32, but got ")
           << getMemory().getType() << " and " << getWords().getType();
  return success();
}

LogicalResult MmaOp::verify() {
  // mma_c1
  auto acc = dyn_cast<VectorType>(getAcc().getType());
  bool isFloat = getKind() == MmaKind::F16;
  bool ok = isWords(getA().getType(), 4) && isWords(getB().getType(), 2) &&
            acc && acc.getRank() == 1 && acc.getNumElements() == 4 &&
            (isFloat ? acc.getElementType().isF32()
                     : acc.getElementType().isInteger(32));
  if (!ok)
    return emitOpError("expected 4 sums of ")
           << (isFloat ? "f32" : "i32") << ", 4 words and 2 words, but got "
           << getAcc().getType() << ", " << getA().getType() << ", "
           << getB().getType();
  return success();
}

LogicalResult Dp4aOp::verify() {
  // dp4a_c1
  if (getUnsignedB() && !getUnsignedA())
    return emitOpError("expected the unsigned bytes first, but got only the "
                       "second ones unsigned");
  return success();
}

LogicalResult Lop3Op::verify() {
  // lop3_c1
  if (getTable() > 255)
    return emitOpError("expected a table of 8 bits, but got ") << getTable();
  return success();
}

LogicalResult ShuffleXorOp::verify() {
  // shuffle_xor_c1
  Type type = getValue().getType();
  if (!type.isInteger(32) && !type.isF32())
    return emitOpError("expected an i32 or f32, but got ") << type;
  // shuffle_xor_c2
  auto lanes = static_cast<int64_t>(getLanes());
  if (lanes < 1 || lanes >= 32 || (lanes & (lanes - 1)))
    return emitOpError("expected a power of two below 32, but got ") << lanes;
  return success();
}
