//===- Panel.cpp - Inputs of a block, as the inner loops read them --------===//
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Lowering/Simd/PackedKernel.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

/// An element of the inputs as what the panel holds: i32 less the shift (it
/// fits i8), or f32.
static Value toPanelNumber(Emitter &b, const PackedOp &p, Value element) {
  if (!p.isInteger)
    return b.toF32(element);
  Value value = b.create<ir::DecodeOp>(b.getI32Type(), element);
  return p.shift ? b.add(value, -p.shift) : value;
}

namespace {
/// Reads input (row, k) for one row.
class Reader {
public:
  Reader(Emitter &b, const PackedOp &p, Value row);
  Value read(Value k);

private:
  Value readConv(Value k);
  Emitter &b;
  const PackedOp &p;
  /// The row's coordinates: batch and row, or image and pixel.
  SmallVector<Value> place;
  Value padding;
};
} // namespace

Reader::Reader(Emitter &b, const PackedOp &p, Value row) : b(b), p(p) {
  auto type = cast<MemRefType>((p.isConv ? p.init : p.lhs).getType());
  if (!p.isConv) {
    place = b.delinearize(row, type.getShape().drop_back());
    return;
  }
  SmallVector<int64_t> pixels = {type.getDimSize(0)};
  llvm::append_range(pixels, type.getShape().drop_front(2));
  place = b.delinearize(row, pixels);
  // A padded position holds the zero point.
  padding = inputZeroPoint(b, p, b.index(0));
  Type type32 = p.isInteger ? Type(b.getI32Type()) : b.getF32Type();
  if (!padding || !p.lhsZp)
    padding = b.constant(type32, -p.shift);
}

Value Reader::read(Value k) {
  if (p.isConv)
    return readConv(k);
  SmallVector<Value> indices = place;
  indices.push_back(k);
  return toPanelNumber(b, p, b.create<memref::LoadOp>(p.lhs, indices));
}

Value Reader::readConv(Value k) {
  auto conv = cast<ir::ConvOp>(p.op);
  auto kernel =
      p.op->getAttrOfType<DenseI64ArrayAttr>("tern.kernel").asArrayRef();
  ArrayRef<int64_t> input = cast<MemRefType>(p.lhs.getType()).getShape();
  SmallVector<int64_t> filter = {input[1]};
  llvm::append_range(filter, kernel);
  SmallVector<Value> tap = b.delinearize(k, filter);
  SmallVector<Value> indices = {place[0], tap[0]};
  Value inside;
  for (size_t d = 0; d < kernel.size(); ++d) {
    Value at = b.add(b.mul(place[d + 1], conv.getStrides()[d]),
                     b.mul(tap[d + 1], conv.getDilations()[d]));
    int64_t size = input[d + 2], before = conv.getPads()[d];
    if (before || conv.getPads()[d + kernel.size()]) {
      at = b.add(at, -before);
      // Unsigned: a negative position is beyond the end, too.
      Value ok =
          b.create<arith::CmpIOp>(arith::CmpIPredicate::ult, at, b.index(size));
      inside = inside ? b.create<arith::AndIOp>(inside, ok) : ok;
      at = b.create<arith::SelectOp>(ok, at, b.index(0));
    }
    indices.push_back(at);
  }
  Value element = b.create<memref::LoadOp>(p.lhs, indices);
  Value number = toPanelNumber(b, p, element);
  if (inside)
    number = b.create<arith::SelectOp>(inside, number, padding);
  return number;
}

/// Stores inputs [begin, end) of a row; returns their sum, given sums.
static Value copyInputs(Emitter &b, const PackedOp &p, const Scratch &scratch,
                        Reader &reader, Value target, Value begin, Value end) {
  SmallVector<Value> inits;
  if (scratch.sums)
    inits.push_back(b.constant(b.getI32Type(), 0));
  auto sums = b.loop(begin, end, inits, [&](Value k, ValueRange carried) {
    Value number = reader.read(k), stored = number;
    if (p.isInteger)
      stored = b.create<arith::TruncIOp>(b.getI8Type(), number);
    b.create<memref::StoreOp>(stored, scratch.panel, b.add(target, k));
    SmallVector<Value> next;
    if (!carried.empty())
      next.push_back(b.add(carried[0], number));
    return next;
  });
  return sums.empty() ? Value() : sums[0];
}

void lowering::emitPanel(Emitter &b, const PackedOp &p, const Scratch &scratch,
                         Value first) {
  Type stored = cast<MemRefType>(scratch.panel.getType()).getElementType();
  b.loop(0, p.blockM, [&](Value i) {
    // Rows beyond the last repeat it; emitFinish stores none of them.
    Value row = b.add(first, i);
    if (p.m % p.blockM)
      row = b.min(row, p.m - 1);
    Reader reader(b, p, row);
    Value target = b.mul(i, p.paddedK());
    b.loop(0, p.groups, [&](Value g) {
      Value begin = b.mul(g, p.scaleGroup);
      Value end = b.min(b.add(begin, p.scaleGroup), p.k);
      Value sum = copyInputs(b, p, scratch, reader, target, begin, end);
      if (sum)
        b.create<memref::StoreOp>(sum, scratch.sums,
                                  b.add(b.mul(i, p.groups), g));
    });
    // Padding along K adds 0 to every dot product, whatever the weights hold.
    Value zero = b.constant(stored, 0);
    if (p.paddedK() != p.k)
      b.loop(p.k, p.paddedK(), [&](Value k) {
        b.create<memref::StoreOp>(zero, scratch.panel, b.add(target, k));
      });
  });
}
