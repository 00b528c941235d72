//===- SparseStrip.cpp - Dot products without the zeros of N:M ------------===//
//
// A row of weights keeps N codes of every M, and the place of each in its
// window of M inputs (#tern.layout with nm). The inputs that a lane multiplies
// are then its own: it looks them up among those of the windows that its dot
// product spans, 16 at most.
//
//===----------------------------------------------------------------------===//
#include "dialects/Kern/Kern.h"
#include "passes/Lowering/Simd/Strip.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

/// Field `field` of bytes, or the bytes themselves where they have only one.
static Value unpack(Emitter &b, Value bytes, int64_t bits, int64_t field) {
  if (bits == 8)
    return bytes;
  return b.create<kern::UnpackOp>(bytes, bits, field);
}

/// Codes as signed numbers.
static Value toNumbers(Emitter &b, const SimdOp &p, Value codes) {
  if (!p.matrix.getOffset())
    return codes;
  return b.create<arith::SubIOp>(
      codes, b.constant(codes.getType(), p.matrix.getOffset()));
}

/// Adds the first place of the window that each code of a lane is in, where a
/// dot product spans several; to both halves of a byte if `inHalves`.
static Value toPlacesInTable(Emitter &b, const SimdOp &p, Value places,
                             bool inHalves) {
  int64_t depth = p.matrix.getDepth(), kept = p.matrix.getNm().getN();
  if (depth <= kept)
    return places;
  auto type = cast<VectorType>(places.getType());
  SmallVector<int8_t> first;
  for (int64_t i = 0; i < type.getNumElements(); ++i)
    first.push_back(i % depth / kept * p.matrix.getNm().getM() *
                    (inHalves ? 0x11 : 1));
  Value constant = b.create<arith::ConstantOp>(
      DenseElementsAttr::get(type, ArrayRef<int8_t>(first)));
  return b.create<arith::OrIOp>(places, constant);
}

/// The same for places of 2 bits in tables of up to 8: two of a byte's four
/// places are completed at once, as the halves of a byte.
static Value toPairOfPlaces(Emitter &b, const SimdOp &p, Value bytes,
                            int64_t odd) {
  auto type = cast<VectorType>(bytes.getType());
  if (odd)
    bytes = b.create<arith::ShRUIOp>(bytes, b.constant(type, 2));
  bytes = b.create<arith::AndIOp>(bytes, b.constant(type, 0x33));
  return toPlacesInTable(b, p, bytes, /*inHalves=*/true);
}

void Strip::sparseStep(Value block, Values &acc) {
  const PackedMatrix &m = p.matrix;
  int64_t depth = m.getDepth(), kept = m.getNm().getN();
  int64_t window = m.getNm().getM();
  auto table = VectorType::get({window * std::max<int64_t>(1, depth / kept)},
                               b.getI8Type());
  SmallVector<Values> parts(vectors);
  for (int64_t v = 0; v < vectors; ++v)
    for (int64_t part = 0; part < m.getBlockParts(); ++part)
      parts[v].push_back(loadWeights(block, v, depth, part));
  bool inPairs =
      depth > kept && m.getPlaceBits() == 2 && table.getNumElements() <= 8;
  UnitAttr isSigned = p.signedWeights ? b.getUnitAttr() : UnitAttr();
  Value k = b.mul(block, m.getBlockK());
  for (int64_t f = 0; f < m.getBlockFields(); ++f) {
    Values codes, places;
    for (const Values &part : parts) {
      Value code = part[f / m.getFields()];
      code = unpack(b, code, m.getBits(), f % m.getFields());
      codes.push_back(toNumbers(b, p, code));
      Value place = part[m.getCodeParts() + f / m.getPlaceFields()];
      int64_t field = f % m.getPlaceFields();
      if (inPairs) {
        place = toPairOfPlaces(b, p, place, field % 2);
        places.push_back(unpack(b, place, 4, field / 2));
        continue;
      }
      place = unpack(b, place, m.getPlaceBits(), field);
      places.push_back(toPlacesInTable(b, p, place, /*inHalves=*/false));
    }
    int64_t first = f * depth / kept * window;
    for (int64_t i = 0; i < p.blockM; ++i) {
      Value at = b.add(k, i * p.paddedK() + first);
      Value inputs = b.create<vector::LoadOp>(table, scratch.panel, at);
      for (int64_t v = 0; v < vectors; ++v) {
        Value own =
            b.create<kern::LookupOp>(codes[v].getType(), inputs, places[v]);
        Value &sum = acc[number(v, i)];
        sum = b.create<kern::DotOp>(sum, codes[v], own, isSigned, UnitAttr());
      }
    }
  }
}
