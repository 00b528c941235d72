//===- Layout.cpp - Addresses inside packed weights -----------------------===//
#include "dialects/Tern/Layout.h"
#include "mlir/IR/AffineExpr.h"
#include "llvm/Support/Parallel.h"

using namespace mlir;
using namespace tern;

int64_t PackedMatrix::getPlaceBits() const {
  int64_t m = getNm().getM();
  return m == 2 ? 1 : m == 4 ? 2 : 4;
}

int64_t PackedMatrix::getBlockFields() const {
  if (!getNm())
    return getFields();
  return std::max({getFields(), getPlaceFields(), getNm().getN() / getDepth()});
}

int64_t PackedMatrix::getBlockParts() const {
  return getCodeParts() + (getNm() ? getBlockFields() / getPlaceFields() : 0);
}

int64_t PackedMatrix::getBlockK() const {
  return getNm() ? getBlockCodes() / getNm().getN() * getNm().getM()
                 : getBlockCodes();
}

PackedMatrix::PackedMatrix(ir::LayoutAttr layout, int64_t n, int64_t k)
    : layout(layout), n(n), k(k) {
  MLIRContext *context = layout.getContext();
  AffineExpr row = getAffineDimExpr(0, context);
  AffineExpr p = getAffineDimExpr(1, context);
  AffineExpr block = p.floorDiv(getBlockCodes());
  AffineExpr tile = row.floorDiv(getRows());
  AffineExpr inside = (tile * getBlocks() + block) * getRows();
  AffineExpr field = (p % getBlockCodes()).floorDiv(getDepth());
  if (getNm()) {
    AffineExpr part = (tile * getBlocks() + block) * getBlockParts() +
                      field.floorDiv(getFields());
    inside = part * getRows();
    field = field % getFields();
  }
  AffineExpr unit = (inside + row % getRows()) * getDepth() + p % getDepth();
  if (layout.getFragments()) {
    AffineExpr k = p % getBlockK(), step = k.floorDiv(16);
    AffineExpr lane = row % getRows() * 4 + (k % 8).floorDiv(2);
    unit = ((tile * getBlocks() + block) * 32 + lane) * 16 +
           step.floorDiv(2) * 4 + step % 2 + k % 2 * 2;
    field = (k % 16).floorDiv(8);
  }
  map = AffineMap::get(2, 0, {unit, field}, context);
}

/// The value of `expr` at (n, p); the builtin evaluator interns attributes.
static int64_t evaluate(AffineExpr expr, int64_t n, int64_t p) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dim.getPosition() == 0 ? n : p;
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  auto binary = cast<AffineBinaryOpExpr>(expr);
  int64_t lhs = evaluate(binary.getLHS(), n, p);
  int64_t rhs = evaluate(binary.getRHS(), n, p);
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

int64_t PackedMatrix::getUnit(int64_t row, int64_t p) const {
  return evaluate(map.getResult(0), row, p);
}

int64_t PackedMatrix::getField(int64_t p) const {
  return evaluate(map.getResult(1), 0, p);
}

std::pair<int64_t, int64_t> PackedMatrix::placeAt(int64_t row,
                                                  int64_t p) const {
  // From the block's first part on.
  int64_t inBlock = p % getBlockCodes(), field = inBlock / getDepth();
  int64_t part = getCodeParts() + field / getPlaceFields();
  int64_t unit = getUnit(row, p - inBlock + p % getDepth()) +
                 part * getRows() * getDepth();
  return {unit, field % getPlaceFields() * getPlaceBits()};
}

int64_t PackedMatrix::columnOf(ArrayRef<char> bytes, int64_t row,
                               int64_t p) const {
  if (!getNm())
    return p;
  auto [unit, shift] = placeAt(row, p);
  int64_t place =
      static_cast<uint8_t>(bytes[unit]) >> shift & ((1 << getPlaceBits()) - 1);
  return p / getNm().getN() * getNm().getM() + place;
}

void PackedMatrix::keep(
    ArrayRef<int64_t> row,
    function_ref<void(int64_t p, int64_t k, int64_t value)> put) const {
  int64_t kept = getNm().getN(), window = getNm().getM();
  for (int64_t from = 0, size = row.size(); from < size; from += window) {
    ArrayRef<int64_t> values = row.slice(from, window);
    int64_t zeros = kept - (window - llvm::count(values, 0));
    int64_t p = from / window * kept;
    for (auto [place, value] : llvm::enumerate(values))
      if (value != 0 || zeros-- > 0)
        put(p++, from + place, value);
  }
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
  int64_t unitBytes = getUnitBytes();
  int64_t paddedK = getBlocks() * getBlockK();
  // The address along a row is the same for each, up to the row's own part.
  int64_t codes = getBlocks() * getBlockCodes();
  SmallVector<int64_t> units(codes), shifts(codes);
  SmallVector<std::pair<int64_t, int64_t>> places(getNm() ? codes : 0);
  for (int64_t p = 0; p < codes; ++p) {
    units[p] = getUnit(0, p);
    shifts[p] = getField(p) * getBits();
    if (getNm())
      places[p] = placeAt(0, p);
  }
  bool binary = isBinary();
  auto store = [&](int64_t base, int64_t p, int64_t value) {
    int64_t code = binary ? (value + 1) / 2 : value + getOffset();
    uint64_t raw = static_cast<uint64_t>(code) & mask;
    if (unitBytes == 1)
      bytes[base + units[p]] |= static_cast<char>(raw << shifts[p]);
    else
      put(bytes, unitBytes, base + units[p], shifts[p], raw);
  };
  auto packRow = [&](int64_t row) {
    int64_t base = getUnit(row, 0);
    auto valueAt = [&](int64_t col) {
      return row < n && col < k ? get(row, col) : 0;
    };
    if (!getNm()) {
      for (int64_t col = 0; col < paddedK; ++col)
        store(base, col, valueAt(col));
      return;
    }
    SmallVector<int64_t> values(paddedK);
    for (int64_t col = 0; col < paddedK; ++col)
      values[col] = valueAt(col);
    keep(values, [&](int64_t p, int64_t col, int64_t value) {
      store(base, p, value);
      bytes[base + places[p].first] |=
          static_cast<char>(col % getNm().getM() << places[p].second);
    });
  };
  // Tiles share no bytes. The first is packed before threads take the others:
  // `get` may read a tensor that its first reader decodes.
  auto packTile = [&](int64_t tile) {
    for (int64_t row = tile * getRows(), e = row + getRows(); row < e; ++row)
      packRow(row);
  };
  if (getTiles())
    packTile(0);
  llvm::parallelFor(1, std::max<int64_t>(1, getTiles()), packTile);
}
