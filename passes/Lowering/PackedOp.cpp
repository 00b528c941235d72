//===- PackedOp.cpp - The facts of a contraction on packed weights --------===//
#include "passes/Lowering/PackedOp.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include <numeric>

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

static int64_t product(ArrayRef<int64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t(1),
                         std::multiplies<>());
}
static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

static PackedMatrix matrixOf(Operation *op) {
  if (auto conv = dyn_cast<ir::ConvOp>(op)) {
    int64_t channels = shapeOf(conv.getInput())[1];
    // The filter's own shape is gone with the packing: K1, K2, ... follow from
    // its kernel sizes, which the packer leaves on the op.
    auto kernel = op->getAttrOfType<DenseI64ArrayAttr>("tern.kernel");
    return PackedMatrix(*conv.getLayout(), shapeOf(conv.getInit())[1],
                        channels * product(kernel.asArrayRef()));
  }
  auto matmul = cast<ir::MatmulOp>(op);
  return PackedMatrix(*matmul.getLayout(), shapeOf(matmul.getInit()).back(),
                      shapeOf(matmul.getLhs()).back());
}

PackedOp::PackedOp(Operation *op)
    : op(op), isConv(isa<ir::ConvOp>(op)), matrix(matrixOf(op)) {
  auto method = op->getAttrOfType<ir::MethodAttr>("method").getValue();
  isInteger = method != ir::Method::Dequant;
  countsBits = method == ir::Method::XnorPopcount;
  n = matrix.getN();
  k = matrix.getK();
  scaleGroup = k;
  auto read = [&](auto contraction) {
    extras = contraction.getExtras();
    init = contraction.getInit();
  };
  lhs = op->getOperand(0);
  weights = op->getOperand(1);
  if (auto matmul = dyn_cast<ir::MatmulOp>(op)) {
    read(matmul);
    lhsZp = matmul.getLhsZp();
    rhsZp = matmul.getRhsZp();
    rhsScale = matmul.getRhsScale();
    scaleGroup = matmul.getGroup().value_or(k);
  } else {
    auto conv = cast<ir::ConvOp>(op);
    read(conv);
    lhsZp = conv.getInputZp();
    rhsZp = conv.getFilterZp();
  }
  m = product(shapeOf(init)) / n;
  groups = llvm::divideCeil(k, scaleGroup);
  if (auto index = op->getAttrOfType<IntegerAttr>("tern.row_sums"))
    rowSums = extras[index.getInt()];
  if (auto codes = op->getAttrOfType<TypeAttr>("tern.codes"))
    if (auto code = dyn_cast<ir::QType>(codes.getValue());
        code && code.isFloat())
      floatKind = code.getKind();
  factor = matrix.isBinary() ? 2 : 1;
  if (auto attr = op->getAttrOfType<IntegerAttr>("tern.center"))
    center = attr.getInt();
  // Codes of N:M are multiplied as the numbers that they are.
  offset = matrix.getNm() ? 0 : matrix.getOffset() - factor * center;
}

std::pair<Value, bool> lowering::perRowIndex(Emitter &b, const PackedOp &p,
                                             Value operand, Value tile,
                                             Value group) {
  ArrayRef<int64_t> sizes = shapeOf(operand);
  int64_t count = product(sizes);
  // One for all rows has a first dimension of 1.
  bool packed = !sizes.empty() && sizes[0] != 1;
  int64_t stored = packed ? count / (p.matrix.getTiles() * p.rows()) : count;
  Value at = stored == 1 ? b.index(0) : group;
  if (packed)
    at = b.mul(b.add(b.mul(tile, stored), at), p.rows());
  return {at, packed};
}

Value lowering::inputZeroPoint(Emitter &b, const PackedOp &p, Value row) {
  if (!p.lhsZp)
    return p.shift ? b.constant(b.getI32Type(), -p.shift) : Value();
  int64_t count = product(shapeOf(p.lhsZp));
  Value zp = b.loadFlat(p.lhsZp, count == 1 ? b.index(0) : row);
  return b.add(zp, -p.shift);
}

Value lowering::correctSum(Emitter &b, const PackedOp &p, Value acc,
                           Value inputs, Value tile, Value inTile,
                           Value inputRow) {
  auto perRow = [&](Value operand) -> Value {
    auto [at, differ] = perRowIndex(b, p, operand, tile, b.index(0));
    return b.loadFlat(operand, differ ? b.add(at, inTile) : at);
  };
  // Of K products of signs, those of 1 less those of -1.
  if (p.hasSignedBits())
    return b.add(b.add(acc, acc), -p.k);
  // Weights of 1, (sum + K) / 2 in number, less those that meet a 0, plus
  // weights of -1 that meet a 1, which count as -1.
  if (p.countsBits) {
    Value twice = b.add(perRow(p.rowSums), p.k);
    Value one = b.constant(b.getI32Type(), 1);
    return b.sub(b.create<arith::ShRSIOp>(twice, one), acc);
  }
  if (p.factor != 1)
    acc = b.mul(acc, p.factor);
  if (p.needsSums()) {
    Value zero = b.constant(b.getI32Type(), p.offset);
    if (p.rhsZp)
      zero = b.add(zero, perRow(p.rhsZp));
    acc = b.sub(acc, b.mul(inputs, zero));
  }
  if (Value zp = inputZeroPoint(b, p, inputRow))
    acc = b.sub(acc, b.mul(zp, perRow(p.rowSums)));
  return acc;
}

SmallVector<Value> lowering::resultPlace(Emitter &b, const PackedOp &p,
                                         Value row, Value column) {
  ArrayRef<int64_t> result = shapeOf(p.init);
  SmallVector<Value> indices;
  if (p.isConv) {
    SmallVector<int64_t> pixels = {result[0]};
    llvm::append_range(pixels, result.drop_front(2));
    indices = b.delinearize(row, pixels);
  } else {
    indices = b.delinearize(row, result.drop_back());
  }
  indices.insert(indices.begin() + (p.isConv ? 1 : indices.size()), column);
  return indices;
}
