//===- Conv.cpp - tern.conv on operands as they are -----------------------===//
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Lowering/Direct/Direct.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

namespace {
class Conv {
public:
  Conv(func::FuncOp kernel, ir::ConvOp op, const VectorShape &shape)
      : op(op), b(op.getLoc(), op.getContext()),
        strip(b, kernel, op, op.getAccumulator(), stripWidthFor(shape)),
        spatial(shapeOf(op.getInit()).size() - 2) {}
  int64_t emit();

private:
  /// Filter positions along a dimension that meet the input, given the
  /// result's position: no padding is ever read.
  Columns taps(unsigned dim, Value at);
  /// Result positions of `columns` whose input for filter position `tap` of
  /// the last dimension exists.
  Columns inside(Columns columns, Value tap);
  Value inputAt(unsigned dim, Value at, Value tap);
  void overTaps(ValueRange place, Columns columns, SmallVector<Value> filterAt,
                SmallVector<Value> inputIndices);
  void addTap(Columns columns, ValueRange filterAt, ValueRange inputIndices);
  Value max(Value x, Value y) { return b.create<arith::MaxSIOp>(x, y); }
  Value min(Value x, Value y) { return b.create<arith::MinSIOp>(x, y); }
  /// ceil(x / y), x of any sign.
  Value ceilDiv(Value x, int64_t y) {
    return y == 1 ? x : b.create<arith::CeilDivSIOp>(x, b.index(y));
  }

  ir::ConvOp op;
  Emitter b;
  Strip strip;
  unsigned spatial;
};
} // namespace

// result e reads input e * stride + tap * dilation - pad.

Columns Conv::taps(unsigned dim, Value at) {
  int64_t dilation = op.getDilations()[dim], pad = op.getPads()[dim];
  int64_t size = shapeOf(op.getInput())[dim + 2];
  int64_t kernel = shapeOf(op.getFilter())[dim + 2];
  Value start = b.mul(at, op.getStrides()[dim]);
  Value first = ceilDiv(b.sub(b.index(pad), start), dilation);
  Value end = ceilDiv(b.sub(b.index(size + pad), start), dilation);
  return {max(first, b.index(0)), min(end, b.index(kernel))};
}

Columns Conv::inside(Columns columns, Value tap) {
  unsigned dim = spatial - 1;
  int64_t stride = op.getStrides()[dim], pad = op.getPads()[dim];
  int64_t size = shapeOf(op.getInput())[dim + 2];
  Value start = b.mul(tap, op.getDilations()[dim]);
  Value first = ceilDiv(b.sub(b.index(pad), start), stride);
  Value end = ceilDiv(b.sub(b.index(size + pad), start), stride);
  return {max(first, columns.first), min(end, columns.second)};
}

Value Conv::inputAt(unsigned dim, Value at, Value tap) {
  Value position = b.add(b.mul(at, op.getStrides()[dim]),
                         b.mul(tap, op.getDilations()[dim]));
  int64_t pad = op.getPads()[dim];
  return pad ? b.sub(position, b.index(pad)) : position;
}

void Conv::addTap(Columns columns, ValueRange filterAt,
                  ValueRange inputIndices) {
  Type type = op.getAccumulator();
  Value inputZp, filterZp;
  if (Value zp = op.getInputZp())
    inputZp = b.loadFlat(zp, b.index(0));
  if (Value zp = op.getFilterZp()) {
    bool one = cast<MemRefType>(zp.getType()).getNumElements() == 1;
    filterZp = b.loadFlat(zp, one ? b.index(0) : filterAt[0]);
  }
  Value weight = b.create<memref::LoadOp>(op.getFilter(), filterAt);
  weight = numberOf(b, weight, filterZp, type);
  strip.accumulate(inside(columns, filterAt.back()), [&](Value x) {
    SmallVector<Value> at(inputIndices);
    at.push_back(inputAt(spatial - 1, x, filterAt.back()));
    Value input = b.create<memref::LoadOp>(op.getInput(), at);
    return product(b, numberOf(b, input, inputZp, type), weight);
  });
}

void Conv::overTaps(ValueRange place, Columns columns,
                    SmallVector<Value> filterAt,
                    SmallVector<Value> inputIndices) {
  unsigned dim = filterAt.size() - 2;
  bool isLast = dim + 1 == spatial;
  Columns range =
      isLast ? Columns{b.index(0), b.index(shapeOf(op.getFilter()).back())}
             : taps(dim, place[dim + 2]);
  b.loop(range.first, range.second, [&](Value tap) {
    SmallVector<Value> nextFilter = filterAt, nextInput = inputIndices;
    nextFilter.push_back(tap);
    if (isLast)
      return addTap(columns, nextFilter, nextInput);
    nextInput.push_back(inputAt(dim, place[dim + 2], tap));
    overTaps(place, columns, nextFilter, nextInput);
  });
}

int64_t Conv::emit() {
  int64_t channels = shapeOf(op.getFilter())[1];
  int64_t perGroup =
      shapeOf(op.getFilter())[0] / static_cast<int64_t>(op.getGroups());
  return strip.emit([&](ValueRange place, Columns columns) {
    strip.clear(columns);
    Value group = b.div(place[1], perGroup);
    b.loop(0, channels, [&](Value c) {
      Value channel = b.add(b.mul(group, channels), c);
      overTaps(place, columns, {place[1], c}, {place[0], channel});
    });
  });
}

int64_t lowering::lowerDirectConv(func::FuncOp kernel, ir::ConvOp op,
                                  const VectorShape &shape) {
  return Conv(kernel, op, shape).emit();
}
