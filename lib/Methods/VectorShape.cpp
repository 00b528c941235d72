//===- VectorShape.cpp - What the packed kernels need of a machine --------===//
#include "lib/Methods/VectorShape.h"

using namespace tern;

/// A vector of narrow sums takes 2 registers of 32, one of wide sums 4. In
/// memory, twice as many inputs share the unpacking of codes, about 1 + fields
/// instructions for as many products; but a fold loads and stores the wide
/// sums, 8 registers.
static bool paysInMemory(const NarrowShape &narrow, int64_t inputs) {
  if (narrow.isScaled)
    return false;
  double fields = 8.0 / narrow.bits;
  double unpacking = narrow.bits == 8 ? 1 : 2 - 1 / fields;
  return unpacking / (2.0 * inputs) > 8.0 / narrow.window;
}

/// The blocks of kernels with narrow sums.
static PackedBlocks planNarrowBlocks(const VectorShape &shape, int64_t rows,
                                     int64_t rowBytes,
                                     const NarrowShape &narrow) {
  PackedBlocks blocks = {std::min(shape.blockM, rows), 1};
  // 16 bytes of each of two tables for four inputs.
  constexpr int64_t tableBytes = 64 << 10;
  if (shape.looksUp && narrow.bits == 1 && !narrow.isScaled && rows == 1 &&
      8 * rowBytes <= tableBytes) {
    blocks.looksUp = true;
    blocks.vectors = shape.blockM;
    return blocks;
  }
  // The second narrow sums take the registers of the wide ones. That their
  // windows hold them, too, is proved by the range of the codes alone.
  if (narrow.bits == 2 && !narrow.isScaled && 2 * rows <= shape.blockM) {
    blocks.inMemory = blocks.inPlace = true;
    blocks.vectors = std::max<int64_t>(1, shape.blockM / blocks.inputs);
    return blocks;
  }
  blocks.inMemory = rows > shape.blockM && paysInMemory(narrow, shape.blockM);
  if (blocks.inMemory)
    blocks.inputs = std::min(2 * shape.blockM, rows);
  // Scales and scaled sums need registers of their own.
  int64_t vectors = narrow.isScaled ? shape.blockM / 2 : shape.blockM;
  blocks.vectors = std::max<int64_t>(1, vectors / blocks.inputs);
  return blocks;
}

PackedBlocks tern::planPackedBlocks(const VectorShape &shape, int64_t rows,
                                    int64_t rowBytes, int64_t tileRows,
                                    const NarrowShape &narrow) {
  constexpr int64_t panelBytes = 64 << 10;
  if (narrow.window) {
    PackedBlocks blocks = planNarrowBlocks(shape, rows, rowBytes, narrow);
    while (blocks.inputs > 1 && blocks.inputs * rowBytes > panelBytes)
      blocks.inputs /= 2;
    return blocks;
  }
  PackedBlocks blocks = {std::min(shape.blockM, rows), 1};
  while (blocks.inputs > 1 && blocks.inputs * rowBytes > panelBytes)
    blocks.inputs /= 2;
  int64_t registers = shape.blockM * shape.blockN / blocks.inputs;
  if (!shape.scalable)
    blocks.vectors = std::clamp<int64_t>(registers, 1, tileRows / shape.lanes);
  return blocks;
}

PackedBlocks tern::planBitBlocks(const VectorShape &shape, int64_t rows,
                                 int64_t rowBytes, int64_t tileRows) {
  PackedBlocks blocks = planPackedBlocks(shape, rows, rowBytes, tileRows);
  // Sums are scalars: 16 of them leave registers for addresses.
  if (shape.scalable)
    blocks.vectors = blocks.inputs == 1 ? 8 : 16 / shape.blockM;
  return blocks;
}

static VectorShape avx512() {
  VectorShape shape = {16, 4, false, 64, 8, 2, true};
  shape.prefetchFields = 4;
  shape.bitProducts = 8;
  shape.hasTables = true;
  return shape;
}

static VectorShape avx2() {
  VectorShape shape = {8, 4, false, 32, 4, 2, true};
  shape.prefetchFields = 1;
  shape.bitProducts = 8;
  shape.hasTables = true;
  shape.fewBitProducts = 4;
  return shape;
}

/// Strips of [8] lanes: 16 at VLEN 128, 128 at VLEN 1024.
static VectorShape rvv() {
  VectorShape shape = {8, 1, true, 128, 4, 1, true};
  shape.looksUp = true;
  shape.bitProducts = 8;
  return shape;
}

VectorShape tern::getVectorShape(ir::TargetAttr target) {
  constexpr VectorShape sse = {4, 4, false, 16, 4, 2, false};
  constexpr VectorShape portable = {16, 4, false, 16, 2, 1, false};
  constexpr VectorShape simt = {1, 1, false, 1, 1, 1, false, true};
  if (!target)
    return portable;
  llvm::StringRef features = target.getFeatures(), name = target.getName();
  llvm::SmallVector<llvm::StringRef> list;
  features.split(list, ',');
  auto has = [&](llvm::StringRef feature) {
    return llvm::is_contained(list, feature);
  };
  if (features.contains("+sm_"))
    return simt;
  if (has("+v") || name.contains("rvv") || name.contains("rv64gcv"))
    return rvv();
  if (has("+avx512vnni") || has("+avx512bw"))
    return avx512();
  if (has("+avx2"))
    return avx2();
  if (has("+sse2") || name.contains("x86"))
    return sse;
  return portable;
}
