//===- PackedKernel.cpp - Contractions on packed weights ------------------===//
#include "passes/Lowering/Simd/PackedKernel.h"
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
static Type elementOf(Value value) {
  return cast<ShapedType>(value.getType()).getElementType();
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

/// Cuts rows of inputs and of weights into grid points of a good size.
static void planGrid(PackedOp &p) {
  int64_t tiles = p.matrix.getTiles();
  constexpr int64_t rowsPerPoint = 256, points = 64, leastWork = 1 << 18;
  // A convolution's panel costs a gather: use it for all rows of the weights.
  p.chunkN = p.isConv ? tiles : std::max<int64_t>(1, rowsPerPoint / p.rows());
  p.chunkN = std::min(p.chunkN, tiles);
  p.gridN = llvm::divideCeil(tiles, p.chunkN);
  int64_t work = p.blockM * p.chunkN * p.rows() * p.k; // of one block of inputs
  int64_t wanted = llvm::divideCeil(points, p.gridN);
  p.chunkM = std::max(llvm::divideCeil(p.blocksM(), wanted),
                      llvm::divideCeil(leastWork, std::max<int64_t>(1, work)));
  p.chunkM = std::min(p.chunkM, p.blocksM());
  p.gridM = llvm::divideCeil(p.blocksM(), p.chunkM);
}

PackedOp::PackedOp(Operation *op, const VectorShape &shape)
    : op(op), shape(shape), isConv(isa<ir::ConvOp>(op)), matrix(matrixOf(op)) {
  isInteger = op->getAttrOfType<ir::MethodAttr>("method").getValue() ==
              ir::Method::IntDot;
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
  auto code = dyn_cast<ir::QType>(elementOf(lhs));
  shift = isInteger && code.getMax() > 127 ? 128 : 0;
  factor = matrix.isBinary() ? 2 : 1;
  offset = matrix.getOffset();
  PackedBlocks blocks =
      planPackedBlocks(shape, m, paddedK() * (isInteger ? 1 : 4), rows());
  blockM = blocks.inputs;
  vectors = blocks.vectors;
  planGrid(*this);
}

Type PackedOp::accumulatorType() const {
  bool isFloat = !isInteger || scalesInTile();
  MLIRContext *context = op->getContext();
  return isFloat ? Type(Float32Type::get(context))
                 : Type(IntegerType::get(context, 32));
}

VectorType PackedOp::vectorOf(Type element, int64_t perLane) const {
  return VectorType::get({shape.lanes * perLane}, element, {shape.scalable});
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

static Scratch makeScratch(Emitter &b, const PackedOp &p) {
  auto allocate = [&](int64_t size, Type element) {
    return b.create<memref::AllocaOp>(MemRefType::get({size}, element));
  };
  Scratch scratch;
  scratch.panel = allocate(p.blockM * p.paddedK(),
                           p.isInteger ? Type(b.getI8Type()) : b.getF32Type());
  if (p.needsSums())
    scratch.sums = allocate(p.blockM * p.groups, b.getI32Type());
  scratch.acc = allocate(p.blockM * p.rows(), p.accumulatorType());
  return scratch;
}

int64_t lowering::lowerPackedContraction(func::FuncOp kernel, Operation *op,
                                         const VectorShape &shape) {
  PackedOp p(op, shape);
  Emitter b(op->getLoc(), op->getContext());
  b.setInsertionPoint(op);
  Scratch scratch = makeScratch(b, p);
  b.loop(kernel.getArgument(0), kernel.getArgument(1), [&](Value point) {
    Value chunkM = b.mod(point, p.gridM), chunkN = b.div(point, p.gridM);
    Value block = b.mul(chunkM, p.chunkM), tile = b.mul(chunkN, p.chunkN);
    Value lastBlock = b.min(b.add(block, p.chunkM), p.blocksM());
    Value lastTile = b.min(b.add(tile, p.chunkN), p.matrix.getTiles());
    b.loop(block, lastBlock, [&](Value i) {
      Value first = b.mul(i, p.blockM);
      emitPanel(b, p, scratch, first);
      b.loop(tile, lastTile, [&](Value t) {
        emitTile(b, p, scratch, t, first);
        emitFinish(b, p, scratch, t, first);
      });
    });
  });
  op->erase();
  return p.gridM * p.gridN;
}
