//===- Layout.h - Addresses inside packed weights -------------------------===//
#pragma once
#include "dialects/Tern/Tern.h"
#include "mlir/IR/AffineMap.h"

namespace tern {

/// The packed order of one N x K matrix: a #tern.layout together with the
/// matrix's size. One affine map defines every address; the packer evaluates
/// it, kernels expand it into index arithmetic.
class PackedMatrix {
public:
  PackedMatrix(ir::LayoutAttr layout, int64_t n, int64_t k);

  ir::LayoutAttr getLayout() const { return layout; }
  int64_t getN() const { return n; }
  int64_t getK() const { return k; }
  int64_t getRows() const { return layout.getRows(); }
  int64_t getDepth() const { return layout.getDepth(); }
  int64_t getBits() const { return layout.getBits(); }
  int64_t getOffset() const { return layout.getOffset(); }
  /// Codes that share a unit of storage: a byte, or a word of other width.
  int64_t getFields() const {
    return std::max<int64_t>(layout.getUnit() / getBits(), 1);
  }
  /// Bytes of a unit of storage: 1 below 9 bits, 2, or 4; those of a word.
  int64_t getUnitBytes() const {
    return llvm::divideCeil(std::max(layout.getUnit(), getBits()), 8);
  }
  /// The pattern whose zeros are left out; null: every code is stored.
  ir::NmAttr getNm() const { return layout.getNm(); }
  /// Bits of the place of a code in its window of M, and how many of these
  /// share a byte.
  int64_t getPlaceBits() const;
  int64_t getPlaceFields() const { return 8 / getPlaceBits(); }
  /// Fields (of `depth` codes each) of a block; parts of rows * depth units
  /// that hold them, and that hold these or their places.
  int64_t getBlockFields() const;
  int64_t getCodeParts() const { return getBlockFields() / getFields(); }
  int64_t getBlockParts() const;
  /// Codes that a block stores per row, and how much of K they stand for.
  int64_t getBlockCodes() const { return getDepth() * getBlockFields(); }
  int64_t getBlockK() const;
  int64_t getBlocks() const { return llvm::divideCeil(k, getBlockK()); }
  int64_t getTiles() const { return llvm::divideCeil(n, getRows()); }
  /// Units, and bytes, of the whole packed matrix, padding included.
  int64_t getUnits() const {
    return getTiles() * getBlocks() * getBlockParts() * getRows() * getDepth();
  }
  int64_t getSizeInBytes() const { return getUnits() * getUnitBytes(); }
  /// One-bit codes with offset 1 are binary: value = 2 * code - 1.
  bool isBinary() const { return getBits() == 1 && getOffset() == 1; }

  /// (n, p) -> (unit, field of the unit): the one definition of the layout. `p`
  /// is k, or the number of the code of those that stay in a row.
  mlir::AffineMap getMap() const { return map; }
  int64_t getUnit(int64_t row, int64_t p) const;
  int64_t getField(int64_t p) const;

  /// Packs value `get(n, k)` of each code; `get` is called once per (n, k), by
  /// several threads at a time once it has been called.
  /// `bytes` has getSizeInBytes() bytes; padding holds the code of value 0.
  void pack(llvm::MutableArrayRef<char> bytes,
            llvm::function_ref<int64_t(int64_t, int64_t)> get) const;
  /// The k of code `p` of `row` in packed `bytes`; may lie beyond K.
  int64_t columnOf(llvm::ArrayRef<char> bytes, int64_t row, int64_t p) const;

private:
  /// Where the place of code `p` lies: its unit and the bit in it.
  std::pair<int64_t, int64_t> placeAt(int64_t row, int64_t p) const;
  /// Calls `put(p, k, value)` for each code of a row that stays (with `nm`).
  void
  keep(llvm::ArrayRef<int64_t> row,
       llvm::function_ref<void(int64_t p, int64_t k, int64_t value)> put) const;
  ir::LayoutAttr layout;
  int64_t n, k;
  mlir::AffineMap map;
};

} // namespace tern
