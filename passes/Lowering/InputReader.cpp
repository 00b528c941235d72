//===- InputReader.cpp - Inputs of a contraction, row by row --------------===//
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Lowering/PackedOp.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

Value InputReader::toNumber(Value element) {
  if (!p.isInteger)
    return b.toF32(element);
  Value value = b.create<ir::DecodeOp>(b.getI32Type(), element);
  return p.shift ? b.add(value, -p.shift) : value;
}

InputReader::InputReader(Emitter &b, const PackedOp &p, Value row)
    : b(b), p(p) {
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

Value InputReader::read(Value k) {
  if (p.isConv)
    return readConv(k);
  SmallVector<Value> indices = place;
  indices.push_back(k);
  return toNumber(b.create<memref::LoadOp>(p.lhs, indices));
}

Value InputReader::readConv(Value k) {
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
  Value number = toNumber(element);
  if (inside)
    number = b.create<arith::SelectOp>(inside, number, padding);
  return number;
}
