//===- Product.cpp - The folded matrix-vector unit ------------------------===//
//
// FINN's MVAU (Umuroglu et al., "FINN: a framework for fast, scalable binarized
// neural network inference", FPGA 2017): PE rows times SIMD columns a cycle. A
// vector is kept while the rows take turns; the last columns of a row trigger
// the epilogue, which is the layer's own scalar body.
//
//===----------------------------------------------------------------------===//
#include "dialects/Tern/Layout.h"
#include "lib/CostModel/Fpga.h"
#include "lib/Target/Targets.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Lowering/Spatial/Matrix.h"
#include "passes/Lowering/Spatial/StageWriters.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

namespace {
class Product {
public:
  Product(StageEmitter &b, Operation *op, Port input, ArrayRef<Port> joins,
          Port output);
  void write(ArrayRef<int64_t> columns, Constants &constants);

private:
  void readExtras(Constants &constants);
  Value nextWord(Value rowTile, Value columnTile);
  Value inputNumber(Value word, Value s);
  Value multiply(Value input, Value weightRow, Value s);
  Value dot(Value word, Value weightAt, Value start);
  void finish(Value rowTile);
  Value applyEpilogue(Value rowTile, Value row, ArrayRef<Value> joined);

  StageEmitter &b;
  Operation *op;
  Port input, output;
  ArrayRef<Port> joins;
  StageMatrix matrix;
  ir::LayoutAttr layout;
  int64_t pe, simd, rowTiles, columnTiles;
  unsigned sumBits;
  Value weights, vector, sums;
  /// The memory of each extra that is constant.
  SmallVector<Value> extras;
};
} // namespace

Product::Product(StageEmitter &b, Operation *op, Port input,
                 ArrayRef<Port> joins, Port output)
    : b(b), op(op), input(input), output(output), joins(joins), matrix(op),
      layout(op->getAttrOfType<ir::LayoutAttr>("layout")) {
  pe = layout.getRows();
  simd = layout.getUnit() / layout.getBits();
  rowTiles = matrix.c.n / pe;
  columnTiles = matrix.c.k / simd;
  sumBits = signedBits(boundAccumulator(matrix.c)->magnitude);
}

/// Where the weights lie: what takes the least of the part.
static kern::Space spaceFor(Operation *op, int64_t width, int64_t depth) {
  auto machine = machineOf(op->getParentOfType<ModuleOp>());
  bool inLuts =
      failed(machine) ||
      chooseMemory(width, depth, true, (*machine)->fpga) == MemoryKind::LutRam;
  return inLuts ? kern::Space::LutRam : kern::Space::Bram;
}

void Product::readExtras(Constants &constants) {
  for (Value extra : extrasOf(op).first) {
    Value memory;
    if (auto name = constants.add(extra, "parameters")) {
      auto type = cast<ShapedType>(extra.getType());
      Type element = type.getElementType();
      if (auto code = dyn_cast<ir::QType>(element))
        element = b.getIntegerType(code.getBits());
      int64_t count = type.getNumElements();
      memory = b.rom(*name, count, element, kern::Space::LutRam,
                     count % pe ? 1 : pe);
    }
    extras.push_back(memory);
  }
}

/// The word of the vector; read with the first rows, then from memory.
Value Product::nextWord(Value rowTile, Value columnTile) {
  if (rowTiles == 1)
    return b.read(input);
  auto type = cast<kern::StreamType>(input.stream.getType());
  return b.choose(
      type.getWord(), b.isEqual(rowTile, 0),
      [&] {
        Value word = b.read(input);
        b.store(word, vector, columnTile);
        return word;
      },
      [&] { return b.load(vector, columnTile); });
}

Value Product::inputNumber(Value word, Value s) {
  auto code = cast<ir::QType>(input.element);
  Value number = b.decode(b.lane(word, s, code.getBits()), code, sumBits);
  if (!matrix.c.lhsZp)
    return number;
  int64_t zero = ConstantTensor::get(matrix.c.lhsZp)->getInt(0);
  return b.sub(number, b.constant(number.getType(), zero));
}

/// A weight of one bit chooses the sign.
Value Product::multiply(Value number, Value weightRow, Value s) {
  Value weight = b.lane(weightRow, s, layout.getBits());
  if (!matrix.isBinary())
    return b.mul(number, b.resize(weight, sumBits));
  Value negative = b.sub(b.constant(number.getType(), 0), number);
  return b.create<arith::SelectOp>(weight, number, negative);
}

Value Product::dot(Value word, Value weightAt, Value start) {
  Value weightRow = b.load(weights, weightAt);
  return b.unrolledSum(simd, start, [&](Value s, Value sum) {
    return b.add(sum, multiply(inputNumber(word, s), weightRow, s));
  });
}

Value Product::applyEpilogue(Value rowTile, Value row, ArrayRef<Value> joined) {
  Region &epilogue = op->getRegion(0);
  Value sum =
      b.resize(b.load(sums, row), matrix.c.accumulator.getIntOrFloatBitWidth());
  if (epilogue.empty())
    return sum;
  SmallVector<Value> arguments = {sum};
  size_t nextJoin = 0;
  for (auto [i, memory] : llvm::enumerate(extras)) {
    BlockArgument argument = epilogue.front().getArgument(i + 1);
    if (!memory) {
      const Port &port = joins[nextJoin];
      Value lane = b.lane(joined[nextJoin++], row, laneBits(port.element));
      arguments.push_back(b.toScalar(lane, port.element));
      continue;
    }
    bool isOne = cast<MemRefType>(memory.getType()).getNumElements() == 1;
    Value channel = b.add(b.mul(rowTile, pe), row);
    arguments.push_back(argument.use_empty()
                            ? Value()
                            : b.load(memory, isOne ? b.index(0) : channel));
  }
  Value result = b.inlineBody(epilogue.front(), arguments)[0];
  return b.toLane(result, output.element);
}

void Product::finish(Value rowTile) {
  SmallVector<Value> joined;
  for (const Port &join : joins)
    joined.push_back(b.read(join));
  b.write(b.assemble(
              pe, laneBits(output.element),
              [&](Value row) { return applyEpilogue(rowTile, row, joined); }),
          output);
}

void Product::write(ArrayRef<int64_t> columns, Constants &constants) {
  std::string name = constants.addMatrix(op, columns, "matrix");
  int64_t depth = rowTiles * columnTiles;
  weights = b.rom(name, depth * pe, b.getIntegerType(layout.getUnit()),
                  spaceFor(op, layout.getUnit() * pe, depth), pe);
  auto word = cast<kern::StreamType>(input.stream.getType()).getWord();
  if (rowTiles > 1)
    vector = b.memory("vector", columnTiles, word, kern::Space::LutRam, 1);
  sums = b.memory("sums", pe, b.getIntegerType(sumBits), kern::Space::Register,
                  pe);
  readExtras(constants);
  b.nest({matrix.c.m, rowTiles, columnTiles}, [&](ArrayRef<Value> at) {
    Value rowTile = at[1], columnTile = at[2];
    Value next = nextWord(rowTile, columnTile);
    Value first = b.isEqual(columnTile, 0);
    Value place = b.add(b.mul(rowTile, columnTiles), columnTile);
    b.unrolled(pe, [&](Value row) {
      Value zero = b.constant(b.getIntegerType(sumBits), 0);
      Value start =
          b.createOrFold<arith::SelectOp>(first, zero, b.load(sums, row));
      b.store(dot(next, b.add(b.mul(place, pe), row), start), sums, row);
    });
    b.when(b.isEqual(columnTile, columnTiles - 1), [&] { finish(rowTile); });
  });
}

void lowering::writeProduct(StageEmitter &b, Operation *op, Port input,
                            ArrayRef<Port> joins, Port output,
                            ArrayRef<int64_t> columns, Constants &constants) {
  Product(b, op, input, joins, output).write(columns, constants);
}
