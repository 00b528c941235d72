//===- Layout.cpp - Addresses inside packed weights -----------------------===//
#include "dialects/Tern/Layout.h"
#include "mlir/IR/AffineExpr.h"

using namespace mlir;
using namespace tern;

PackedMatrix::PackedMatrix(ir::LayoutAttr layout, int64_t n, int64_t k)
    : layout(layout), n(n), k(k) {
  MLIRContext *context = layout.getContext();
  AffineExpr row = getAffineDimExpr(0, context);
  AffineExpr col = getAffineDimExpr(1, context);
  AffineExpr block = col.floorDiv(getBlockK());
  AffineExpr tile = row.floorDiv(getRows());
  AffineExpr inside = (tile * getBlocks() + block) * getRows();
  AffineExpr unit = (inside + row % getRows()) * getDepth() + col % getDepth();
  AffineExpr field = (col % getBlockK()).floorDiv(getDepth());
  if (layout.getFragments()) {
    AffineExpr k = col % getBlockK(), step = k.floorDiv(16);
    AffineExpr lane = row % getRows() * 4 + (k % 8).floorDiv(2);
    unit = ((tile * getBlocks() + block) * 32 + lane) * 16 +
           step.floorDiv(2) * 4 + step % 2 + k % 2 * 2;
    field = (k % 16).floorDiv(8);
  }
  map = AffineMap::get(2, 0, {unit, field}, context);
}

/// The value of `expr` at (n, k); the builtin evaluator interns attributes.
static int64_t evaluate(AffineExpr expr, int64_t n, int64_t k) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dim.getPosition() == 0 ? n : k;
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  auto binary = cast<AffineBinaryOpExpr>(expr);
  int64_t lhs = evaluate(binary.getLHS(), n, k);
  int64_t rhs = evaluate(binary.getRHS(), n, k);
  switch (binary.getKind()) {
  case AffineExprKind::Add:
    return lhs + rhs;
  case AffineExprKind::Mul:
    return lhs * rhs;
  case AffineExprKind::Mod:
    return lhs % rhs;
  default:
    return lhs / rhs; // floordiv of non-negative numbers
  }
}

int64_t PackedMatrix::getUnit(int64_t row, int64_t col) const {
  return evaluate(map.getResult(0), row, col);
}

int64_t PackedMatrix::getField(int64_t col) const {
  return evaluate(map.getResult(1), 0, col);
}

/// Adds `raw` at bit `shift` of unit `unit`, little-endian.
static void put(MutableArrayRef<char> bytes, int64_t unitBytes, int64_t unit,
                int64_t shift, uint64_t raw) {
  char *at = bytes.data() + unit * unitBytes + shift / 8;
  char *end = bytes.data() + (unit + 1) * unitBytes;
  raw <<= shift % 8; // at most 32 bits and 7
  for (; raw && at != end; raw >>= 8, ++at)
    *at = static_cast<char>(static_cast<uint8_t>(*at) | (raw & 0xff));
}

void PackedMatrix::pack(MutableArrayRef<char> bytes,
                        function_ref<int64_t(int64_t, int64_t)> get) const {
  uint64_t mask = getBits() == 64 ? ~0ull : (1ull << getBits()) - 1;
  std::fill(bytes.begin(), bytes.end(), 0);
  int64_t paddedN = getTiles() * getRows(), unitBytes = getUnitBytes();
  int64_t paddedK = getBlocks() * getBlockK();
  // The address along k is the same for every row, up to the row's own part.
  SmallVector<int64_t> units(paddedK), shifts(paddedK);
  for (int64_t col = 0; col < paddedK; ++col) {
    units[col] = getUnit(0, col);
    shifts[col] = getField(col) * getBits();
  }
  for (int64_t row = 0; row < paddedN; ++row) {
    int64_t base = getUnit(row, 0);
    for (int64_t col = 0; col < paddedK; ++col) {
      int64_t value = row < n && col < k ? get(row, col) : 0;
      int64_t code = isBinary() ? (value + 1) / 2 : value + getOffset();
      uint64_t raw = static_cast<uint64_t>(code) & mask;
      if (unitBytes == 1)
        bytes[base + units[col]] |= static_cast<char>(raw << shifts[col]);
      else
        put(bytes, unitBytes, base + units[col], shifts[col], raw);
    }
  }
}
