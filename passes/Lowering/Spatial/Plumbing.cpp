//===- Plumbing.cpp - Stages that only move words -------------------------===//
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Lowering/Spatial/Matrix.h"
#include "passes/Lowering/Spatial/StageWriters.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

/// Loops over the words of a stream; `body` gets the place in memory of a
/// word's first element, and that of its neighbours lies `stride` further.
static void overWords(StageEmitter &b, const Port &port,
                      const StreamOrder &order,
                      function_ref<void(Value first, int64_t stride)> body) {
  SmallVector<int64_t> strides = order.getStrides(), sizes;
  for (int64_t dim : order.order)
    sizes.push_back(order.shape[dim]);
  if (sizes.empty())
    return body(b.index(0), 1);
  sizes.back() /= port.lanes;
  b.nest(sizes, [&](ArrayRef<Value> at) {
    Value address = b.index(0);
    for (auto [i, dim] : llvm::enumerate(order.order)) {
      bool isFastest = i + 1 == order.order.size();
      int64_t step = strides[dim] * (isFastest ? port.lanes : 1);
      address = b.add(address, b.mul(at[i], step));
    }
    body(address, strides[order.order.back()]);
  });
}

static Value addressOf(StageEmitter &b, Value first, Value lane,
                       int64_t stride) {
  return b.add(first, b.mul(lane, stride));
}

/// Memory holds a code as its value; a lane holds its bits.
static Value packElement(StageEmitter &b, Value stored, Type element) {
  if (auto code = dyn_cast<ir::QType>(element))
    return b.encode(stored, code);
  return b.toLane(stored, element);
}

static Value unpackElement(StageEmitter &b, Value lane, Type element,
                           Type stored) {
  if (auto code = dyn_cast<ir::QType>(element))
    return b.decode(lane, code, stored.getIntOrFloatBitWidth());
  return b.toScalar(lane, element);
}

void lowering::writeSource(StageEmitter &b, Value memory, Port output,
                           const StreamOrder &order) {
  overWords(b, output, order, [&](Value first, int64_t stride) {
    b.write(b.assemble(output.lanes, laneBits(output.element),
                       [&](Value lane) {
                         Value at = addressOf(b, first, lane, stride);
                         return packElement(b, b.load(memory, at),
                                            output.element);
                       }),
            output);
  });
}

void lowering::writeSink(StageEmitter &b, Port input, Value memory,
                         const StreamOrder &order) {
  Type stored = cast<MemRefType>(memory.getType()).getElementType();
  overWords(b, input, order, [&](Value first, int64_t stride) {
    Value word = b.read(input);
    b.unrolled(input.lanes, [&](Value lane) {
      Value element = b.lane(word, lane, laneBits(input.element));
      b.store(unpackElement(b, element, input.element, stored), memory,
              addressOf(b, first, lane, stride));
    });
  });
}

void lowering::writeFork(StageEmitter &b, Port input, ArrayRef<Port> outputs) {
  b.nest({input.words}, [&](ArrayRef<Value>) {
    Value word = b.read(input);
    for (const Port &output : outputs)
      b.write(word, output);
  });
}

void lowering::writeConverter(StageEmitter &b, Port input, Port output) {
  unsigned bits = laneBits(input.element);
  if (input.lanes > output.lanes) {
    int64_t parts = input.lanes / output.lanes;
    auto type = cast<kern::StreamType>(input.stream.getType()).getWord();
    Value held = b.memory("held", 1, type, kern::Space::Register, 1);
    b.nest({input.words, parts}, [&](ArrayRef<Value> at) {
      b.when(b.isEqual(at[1], 0),
             [&] { b.store(b.read(input), held, b.index(0)); });
      Value word = b.load(held, b.index(0));
      b.write(b.lane(word, at[1], output.lanes * bits), output);
    });
    return;
  }
  int64_t parts = output.lanes / input.lanes;
  auto type = cast<kern::StreamType>(output.stream.getType()).getWord();
  Value built = b.memory("built", 1, type, kern::Space::Register, 1);
  b.nest({output.words, parts}, [&](ArrayRef<Value> at) {
    b.create<kern::PutLaneOp>(b.read(input), built, b.index(0), at[1]);
    b.when(b.isEqual(at[1], parts - 1),
           [&] { b.write(b.load(built, b.index(0)), output); });
  });
}
