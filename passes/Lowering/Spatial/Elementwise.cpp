//===- Elementwise.cpp - Stages of one word after the other ---------------===//
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Lowering/Spatial/Matrix.h"
#include "passes/Lowering/Spatial/StageWriters.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

/// What a reduction starts with: the value its init is filled with.
static Value startOf(StageEmitter &b, linalg::GenericOp op) {
  auto fill = op.getDpsInits()[0].getDefiningOp<linalg::FillOp>();
  return b.importScalar(fill.getInputs()[0]);
}

void lowering::writePool(StageEmitter &b, linalg::GenericOp op, Port input,
                         Port output) {
  Window window = windowOf(op);
  int64_t taps = window.getTaps(), lanes = input.lanes;
  unsigned bits = laneBits(input.element), outBits = laneBits(output.element);
  Value start = startOf(b, op);
  Value state = b.memory("state", window.channels, start.getType(),
                         kern::Space::LutRam, lanes);
  b.nest({window.getPositions(), taps, window.channels / lanes},
         [&](ArrayRef<Value> at) {
           Value word = b.read(input);
           Value first = b.isEqual(at[1], 0);
           b.unrolled(lanes, [&](Value lane) {
             Value channel = b.add(b.mul(at[2], lanes), lane);
             Value old = b.createOrFold<arith::SelectOp>(
                 first, start, b.load(state, channel));
             Value next = b.toScalar(b.lane(word, lane, bits), input.element);
             SmallVector<Value> arguments(op.getBody()->getNumArguments());
             unsigned position = streamOperands(op).front()->getOperandNumber();
             arguments[position] = next;
             arguments.back() = old;
             b.store(b.inlineBody(*op.getBody(), arguments)[0], state, channel);
           });
           b.when(b.isEqual(at[1], taps - 1), [&] {
             b.write(b.assemble(lanes, outBits,
                                [&](Value lane) {
                                  Value channel =
                                      b.add(b.mul(at[2], lanes), lane);
                                  return b.toLane(b.load(state, channel),
                                                  output.element);
                                }),
                     output);
           });
         });
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

namespace {
class Elementwise {
public:
  Elementwise(StageEmitter &b, linalg::GenericOp op, ArrayRef<Port> inputs,
              Port output, const StreamOrder &order)
      : b(b), op(op), inputs(inputs), output(output), order(order) {}
  void write(Constants &constants);

private:
  Value apply(ArrayRef<Value> words, ArrayRef<Value> position, Value lane);
  Value loadConstant(OpOperand &operand, Value memory);

  StageEmitter &b;
  linalg::GenericOp op;
  ArrayRef<Port> inputs;
  Port output;
  const StreamOrder &order;
  /// Memories of constant tensors, by operand.
  DenseMap<unsigned, Value> memories;
  /// The loop indices at the current element, by dimension.
  SmallVector<Value> indices;
};
} // namespace

Value Elementwise::loadConstant(OpOperand &operand, Value memory) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  auto shape = cast<ShapedType>(operand.get().getType()).getShape();
  Value address = b.index(0);
  for (auto [expr, size] : llvm::zip(map.getResults(), shape))
    address = b.add(b.mul(address, size), b.expand(expr, indices));
  return b.load(memory, address);
}

/// `position` counts along the stream's dimensions, slowest first; the last
/// one counts words.
Value Elementwise::apply(ArrayRef<Value> words, ArrayRef<Value> position,
                         Value lane) {
  OpOperand *first = streamOperands(op).front();
  AffineMap map = op.getMatchingIndexingMap(first);
  indices.assign(op.getNumLoops(), Value());
  auto type = cast<ShapedType>(first->get().getType());
  if (ArrayRef<int64_t>(order.shape) == type.getShape())
    for (auto [i, dim] : llvm::enumerate(order.order)) {
      Value at = position[i];
      if (i + 1 == order.order.size())
        at = b.add(b.mul(at, output.lanes), lane);
      indices[map.getDimPosition(dim)] = at;
    }
  SmallVector<Value> arguments;
  size_t next = 0;
  auto streams = streamOperands(op);
  for (OpOperand *operand : op.getDpsInputOperands()) {
    BlockArgument argument = op.getMatchingBlockArgument(operand);
    if (llvm::is_contained(streams, operand)) {
      const Port &port = inputs[next];
      Value element = b.lane(words[next++], lane, laneBits(port.element));
      arguments.push_back(b.toScalar(element, port.element));
    } else if (argument.use_empty()) {
      arguments.push_back(Value());
    } else if (Value memory = memories.lookup(operand->getOperandNumber())) {
      arguments.push_back(loadConstant(*operand, memory));
    } else {
      arguments.push_back(b.importScalar(operand->get()));
    }
  }
  arguments.push_back(Value());
  return b.toLane(b.inlineBody(*op.getBody(), arguments)[0], output.element);
}

void Elementwise::write(Constants &constants) {
  for (OpOperand *operand : op.getDpsInputOperands())
    if (isa<RankedTensorType>(operand->get().getType()))
      if (auto name = constants.add(operand->get(), "parameters")) {
        auto type = cast<ShapedType>(operand->get().getType());
        Type element = type.getElementType();
        if (auto code = dyn_cast<ir::QType>(element))
          element = b.getIntegerType(code.getBits());
        memories[operand->getOperandNumber()] = b.rom(
            *name, type.getNumElements(), element, kern::Space::LutRam, 1);
      }
  SmallVector<int64_t> sizes;
  for (int64_t dim : order.order)
    sizes.push_back(order.shape[dim]);
  sizes.back() /= output.lanes;
  b.nest(sizes, [&](ArrayRef<Value> position) {
    SmallVector<Value> words, at(position);
    for (const Port &port : inputs)
      words.push_back(b.read(port));
    b.write(b.assemble(output.lanes, laneBits(output.element),
                       [&](Value lane) { return apply(words, at, lane); }),
            output);
  });
}

void lowering::writeElementwise(StageEmitter &b, linalg::GenericOp op,
                                ArrayRef<Port> inputs, Port output,
                                const StreamOrder &order,
                                Constants &constants) {
  Elementwise(b, op, inputs, output, order).write(constants);
}
